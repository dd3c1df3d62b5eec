"""Is it alive, is it ready, and how is it doing."""
