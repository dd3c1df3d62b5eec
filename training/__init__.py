"""Labels become a model: so far, a trained one is exported."""
