"""``headroom labels``: kept frames and their labels, for engineers on the command line."""
