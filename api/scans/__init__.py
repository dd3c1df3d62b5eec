"""Scanned tickets: told by scanners, each counted once however often it is told."""
