"""Versions of models: what one is made of, where its files are kept, and which is champion and which challenger."""
