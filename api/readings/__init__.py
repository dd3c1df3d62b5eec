"""Readings and crossings over time."""
