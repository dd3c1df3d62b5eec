"""Doing finite jobs: a worker takes one at a time, as a group of processes that ends when its lease does."""
