"""Counting where people merge: boxes and a density map side by side, one count from both.

Boxes count people who can be told apart; a density map counts heads where they cannot, and sees ghosts in gravel where
nobody is. Each is trusted where it is right: cell by cell, by how crowded the density map says the place is.
"""

from inference.crowd.fusion import Crossover, CrowdCount, fuse
from inference.crowd.still import StillCounter

__all__ = ["Crossover", "CrowdCount", "StillCounter", "fuse"]
