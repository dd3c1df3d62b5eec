"""Cameras: their newest picture."""
