"""``headroom model``: versions of models, from a folder of files to what a venue's workers run."""
