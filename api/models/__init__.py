"""Models: versions, how well they count, which is champion, and what became of it in the workers."""
