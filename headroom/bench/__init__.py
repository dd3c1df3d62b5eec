"""What ``headroom bench`` does: the same clip and weights through Headroom and through what people use otherwise.

Each contender runs in a process of its own, so that memory is comparable, and none of the others is imported here.
"""
