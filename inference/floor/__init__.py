"""One floor from many cameras: positions merged, zones in metres, the people inside. Pure; time is an argument."""
