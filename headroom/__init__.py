"""The ``headroom`` command: puts the rooms together and keeps them running."""
