"""Frames become readings: detect, track, count by zone and line, publish."""
