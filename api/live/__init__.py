"""The live feed: one subscription to Redis, many screens, the newest of everything, never an unbounded queue."""
