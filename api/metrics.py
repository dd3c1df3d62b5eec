"""What Prometheus may ask."""

import time
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.recorder.heartbeat import Heartbeat

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """One app's metrics, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "headroom_requests", "HTTP requests", ["method", "route", "status"], registry=self._registry
        )
        self.request_s = Histogram(
            "headroom_request_seconds", "Time to answer", ["route"], registry=self._registry, buckets=_SECONDS
        )
        self.live_clients = Gauge("headroom_live_clients", "Open live feeds", registry=self._registry)
        self.live_skipped = Counter(
            "headroom_live_skipped", "Messages that slow screens did not get", registry=self._registry
        )
        self.readings_age = Gauge(
            "headroom_readings_age_seconds", "Age of a venue's newest reading", ["venue"], registry=self._registry
        )
        self._recorder = Gauge(
            "headroom_recorder", "The recorder's own figures, by its last beat", ["figure"], registry=self._registry
        )

    def forget_outside(self) -> None:
        """Drop what was read from outside this process, so that nothing old passes for new."""
        self.readings_age.clear()
        self._recorder.clear()

    def show_recorder(self, beat: Heartbeat) -> None:
        """The recorder's figures: messages behind, rows stored, dead letters, and whether it stores (1 or 0)."""
        figures = {
            "behind": beat.behind,
            "stored_rows": beat.stored,
            "dead_letters": beat.dead_letters,
            "storing": int(beat.problem is None),
        }
        for name, value in figures.items():
            self._recorder.labels(name).set(value)

    def rendered(self) -> bytes:
        """All of them in Prometheus's text format."""
        return generate_latest(self._registry)


class CountRequests:
    """Counts each request by its route's template, so that ids do not become labels."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and count its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        started = time.perf_counter()

        async def remember_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, remember_status)
        finally:
            route = getattr(scope.get("route"), "path", "") or "page"
            self._metrics.requests.labels(scope["method"], route, str(status)).inc()
            self._metrics.request_s.labels(route).observe(time.perf_counter() - started)
