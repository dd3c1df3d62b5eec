"""Cameras become frames: one killable capture process each, and its health."""
