"""How right the counts and the tracks are: readers of labelled truth, and pure functions from truth to scores."""
