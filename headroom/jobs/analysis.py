"""What the seconds of a recording come to, zone by zone. A second that nobody could see is not an empty one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class ZoneSeconds:
    """One zone's seconds, in order; ``None`` where nothing is known.

    Attributes:
        at_s: seconds from the start.
        counts: people, averaged over the second.
        lows, highs: ends of the 90 % interval.
        peaks: most people at once within the second.
    """

    at_s: list[float] = field(default_factory=list)
    counts: list[float | None] = field(default_factory=list)
    lows: list[float | None] = field(default_factory=list)
    highs: list[float | None] = field(default_factory=list)
    peaks: list[int | None] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Mean and peak of the seconds that are known; ``None`` where none is."""
        known = [(count, at) for count, at in zip(self.counts, self.at_s, strict=True) if count is not None]
        fullest = max(known, default=None)
        return {
            "seconds": len(self.at_s),
            "unknown_seconds": len(self.at_s) - len(known),
            "mean": round(sum(count for count, _ in known) / len(known), 2) if known else None,
            "fullest": {"count": round(fullest[0], 2), "at_s": fullest[1]} if fullest else None,
            "peak": max((peak for peak in self.peaks if peak is not None), default=None),
        }


@dataclass
class Analysis:
    """A recording's zones."""

    zones: dict[str, ZoneSeconds] = field(default_factory=dict)

    def add(self, line: Mapping[str, Any]) -> None:
        """A line of ``headroom count``: one second of one zone."""
        zone = self.zones.setdefault(line["zone"], ZoneSeconds())
        zone.at_s.append(line["t"])
        zone.counts.append(line["count"])
        zone.lows.append(line.get("low"))
        zone.highs.append(line.get("high"))
        zone.peaks.append(line["peak"])

    @property
    def seconds(self) -> int:
        """Seconds of footage."""
        return max((len(zone.at_s) for zone in self.zones.values()), default=0)

    def as_json(self) -> dict[str, Any]:
        """For people and programs."""
        return {"seconds": self.seconds, "zones": {name: zone.as_json() for name, zone in self.zones.items()}}
