"""A crowd whose truth is known, seen by cameras, lines and scanners that err as real ones do. Same seed, same run."""
