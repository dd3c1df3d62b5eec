"""Where cameras look: kept with its history, and tried out before it is kept."""
