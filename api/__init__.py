"""Readings reach people: recorder, REST, live feed, access."""
