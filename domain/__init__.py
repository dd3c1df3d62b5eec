"""The words everyone shares: units, geometry, messages, topics, errors, settings.

Imports nothing but pydantic and numpy, so that every other room may import it.
"""
