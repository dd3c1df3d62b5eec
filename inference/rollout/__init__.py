"""Another model without a restart: load beside, swap between two batches, go back by itself when it is worse."""
