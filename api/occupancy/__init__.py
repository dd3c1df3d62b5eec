"""How many people are in the venue, by counts, crossings and scans together: now, and over time."""
