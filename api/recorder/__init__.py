"""The recorder: what the Streams carry, stored once each."""
