"""Property tests on a shared machine: how long one example took says nothing about the code."""

from hypothesis import HealthCheck, settings

settings.register_profile("headroom", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("headroom")
