"""Our own crowd model: one network, two readings."""
