"""Frames that were kept to learn from: what people label in them, and how they are deleted."""
