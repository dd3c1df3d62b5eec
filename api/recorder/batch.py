"""From a Stream's entries to rows: what can be read, and what never will be."""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError

from api.recorder.streams import DeadLetter, Entry
from domain.captures import Capture
from domain.floor import Occupancy, Scan
from domain.messages import LineCrossing, PostureEvent, ZoneReading
from domain.rollout import RolloutEvent, ShadowReport
from domain.topics import CAPTURES, CROSSINGS, OCCUPANCY, POSTURES, READINGS, ROLLOUTS, SCANS, SHADOWS

Storable = ZoneReading | LineCrossing | PostureEvent | Occupancy | Scan | Capture | RolloutEvent | ShadowReport

_MESSAGES: dict[str, type[Storable]] = {
    READINGS.name: ZoneReading,
    CROSSINGS.name: LineCrossing,
    POSTURES.name: PostureEvent,
    OCCUPANCY.name: Occupancy,
    SCANS.name: Scan,
    ROLLOUTS.name: RolloutEvent,
    SHADOWS.name: ShadowReport,
    CAPTURES.name: Capture,
}
STORED = frozenset(_MESSAGES)
"""The topics whose Streams are stored here; alerts are stored by their engine."""


@dataclass(frozen=True)
class Item:
    """An entry and the message in it."""

    entry: Entry
    message: Storable


def read_batch(entries: Iterable[Entry]) -> tuple[list[Item], list[DeadLetter]]:
    """Sort entries into those that hold their Stream's message and those that do not."""
    items: list[Item] = []
    letters: list[DeadLetter] = []
    for entry in entries:
        result = _read(entry)
        if isinstance(result, Item):
            items.append(result)
        else:
            letters.append(result)
    return items, letters


def _read(entry: Entry) -> Item | DeadLetter:
    topic, _, venue_id = entry.stream.partition(":")
    if entry.payload is None:
        return DeadLetter(entry, "the entry has no message: it was trimmed before it was read, or has no field m")
    try:
        message = _MESSAGES[topic].model_validate_json(entry.payload)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        return DeadLetter(entry, problems)
    if message.venue_id != venue_id:
        return DeadLetter(entry, f"the message is of venue {message.venue_id!r}, the Stream of {venue_id!r}")
    return Item(entry, message)
