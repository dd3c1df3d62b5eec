"""Labelled pictures: where they came from, what is labelled in them, and whether they can be trusted."""
