"""Finite jobs: asked for here, sent to workers by name, their leases kept in the database."""
