"""Who is asking: access tokens, and the two ways of signing in."""
