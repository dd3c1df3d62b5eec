"""The recorder: what the Streams carry, stored once each."""

from api.recorder.service import run

__all__ = ["run"]
