"""What ``headroom evaluate`` does: run footage with known truth through the product, and show how right it was."""
