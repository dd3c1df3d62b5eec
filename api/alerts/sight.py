"""What can be seen: when each camera and zone was last seen, and why not since."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from api.alerts.figures import HALF_SEEN
from api.alerts.rules import Layout
from domain.messages import CameraHealth, State, ZoneReading
from domain.staleness import STALE_AFTER

_NEVER = "nothing was heard of it yet"


@dataclass
class Seen:
    """When something was last seen, and why it is not seen now."""

    at: datetime
    reason: str | None = _NEVER
    told_by_health: bool = False


@dataclass
class Sight:
    """Cameras and zones of one venue. What was never heard of counts as unseen from the start on."""

    cameras: dict[str, Seen] = field(default_factory=dict)
    zones: dict[str, Seen] = field(default_factory=dict)
    cameras_of: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def begin(cls, layout: Layout, now: datetime) -> "Sight":
        """Nothing is seen yet; the time without begins now."""
        sight = cls()
        sight.complete(layout, now)
        return sight

    def complete(self, layout: Layout, now: datetime) -> None:
        """Add what a changed venue file added, forget what it took away."""
        self.cameras = {camera: self.cameras.get(camera, Seen(now)) for camera in layout.cameras}
        self.zones = {zone: self.zones.get(zone, Seen(now)) for zone in layout.zones}
        self.cameras_of = {
            zone: self.cameras_of.get(zone, layout.zones[zone].cameras) or layout.zones[zone].cameras
            for zone in layout.zones
        }

    def hear_reading(self, reading: ZoneReading, now: datetime) -> None:
        """A zone told how it is."""
        seen = self.zones.get(reading.zone_id)
        if seen is None:
            return
        self.cameras_of[reading.zone_id] = reading.camera_ids
        fresh = now - reading.captured_at <= STALE_AFTER
        unseen_share = reading.floor.unseen_share if reading.floor else 0.0
        if reading.state is State.OK and unseen_share < HALF_SEEN and fresh:
            seen.at, seen.reason = max(seen.at, reading.captured_at), None
            self._seen_through(reading.camera_ids, reading.captured_at)
        elif reading.state is not State.OK:
            seen.reason = reading.reason or f"its reading is {reading.state}"
        elif fresh:
            seen.reason = f"cameras see only {1 - unseen_share:.0%} of it"

    def _seen_through(self, camera_ids: tuple[str, ...], at: datetime) -> None:
        """A camera whose health is never told, as in a recording, is known by what is counted on it."""
        for camera_id in camera_ids:
            camera = self.cameras.get(camera_id)
            if camera is not None and not camera.told_by_health:
                camera.at, camera.reason = max(camera.at, at), None

    def hear_health(self, health: CameraHealth, said_at: datetime) -> None:
        """A camera told how it is. One that is only not calibrated does see; its zones say the rest."""
        camera = self.cameras.get(health.camera_id)
        if camera is None:
            return
        camera.told_by_health = True
        if health.state in (State.OK, State.UNCALIBRATED):
            camera.at, camera.reason = max(camera.at, said_at), None
        else:
            camera.reason = health.reason or f"it is {health.state}"

    def unseen_s(self, seen: Seen, now: datetime) -> float:
        """Seconds since it was last seen; 0 while it is."""
        age = now - seen.at
        if seen.reason is None and age <= STALE_AFTER:
            return 0.0
        return max(age.total_seconds(), 0.0)

    def covered(self, zone_id: str, now: datetime) -> bool:
        """Whether every camera of an unseen zone is itself unseen: their own alerts tell of the zone, too."""
        cameras: Mapping[str, Seen] = self.cameras
        known = [cameras[camera_id] for camera_id in self.cameras_of.get(zone_id, ()) if camera_id in cameras]
        return bool(known) and all(self.unseen_s(camera, now) > 0 for camera in known)

    def zones_of(self, camera_id: str) -> list[str]:
        """The zones that a camera looks at."""
        return [zone for zone, cameras in self.cameras_of.items() if camera_id in cameras]

    def seeing(self, camera_ids: tuple[str, ...], now: datetime) -> str | None:
        """The first of these cameras that sees now: the one whose picture is worth showing."""
        for camera_id in camera_ids:
            camera = self.cameras.get(camera_id)
            if camera is not None and self.unseen_s(camera, now) <= STALE_AFTER.total_seconds():
                return camera_id
        return None
