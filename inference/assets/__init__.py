"""Files that are too large or not ours to keep in the repository: weights and sample footage, found and checked.

``configs/assets.yaml`` names each with its SHA-256 and an ordered list of sources.
"""

from inference.assets.catalogue import Asset, Catalogue
from inference.assets.progress import Progress, quiet
from inference.assets.resolver import Found, locate, resolve

__all__ = ["Asset", "Catalogue", "Found", "Progress", "locate", "quiet", "resolve"]
