"""Venues: what they are made of."""
