"""A recorded run: JSON lines, the first of which says of which venue; the others are messages as they were published.

    {"venue": {...}, "footprints": {"door": [[x, y], ...]}}
    {"topic": "sightings", "heard_at": "2026-01-01T18:00:00.2Z", "message": {...}}

``footprints`` says what cameras see of the plan where no calibration does (simulated ones). ``heard_at`` says when the
message was told to others; left out, it is taken for told at once.
"""

import gzip
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.errors import BadInput
from domain.geometry import Polygon
from domain.messages import Message
from domain.problems import first_problem
from domain.topics import TOPICS, Topic
from domain.units import UtcDatetime
from domain.venue import VenueConfig


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: str
    heard_at: UtcDatetime | None = None
    message: dict[str, Any]


@dataclass(frozen=True)
class Heard:
    """One message of a run.

    Attributes:
        topic: by which it came.
        message: what was said.
        heard_at: when others heard it; ``None``: not known.
    """

    topic: Topic
    message: Message
    heard_at: datetime | None = None


@dataclass(frozen=True)
class RunLog:
    """A file with a recorded run; its name may end in ``.gz``.

    Attributes:
        path: the file.
        venue: whose run it is; ``None`` where the file does not say.
        footprints: what each camera sees of the plan; ``None``: as the venue's calibrations say.
    """

    path: Path
    venue: VenueConfig | None
    footprints: Mapping[str, Polygon | None] | None

    @classmethod
    def open(cls, path: Path) -> "RunLog":
        """Read who the file is about.

        Raises:
            BadInput: it cannot be read, or is no recorded run; the message names file and line.
        """
        with _reading(path) as file:
            first = _json(file.readline(), path, 1)
        if "venue" not in first:
            return cls(path, None, None)
        try:
            venue = VenueConfig.model_validate(first["venue"])
            shapes = first.get("footprints")
            footprints = None if shapes is None else {name: Polygon(shape) for name, shape in shapes.items()}
        except ValidationError as error:
            raise BadInput(f"{path.name}, line 1: no venue: {first_problem(error)}") from None
        except (BadInput, AttributeError) as error:
            raise BadInput(f"{path.name}, line 1: no venue: {error}") from None
        return cls(path, venue, footprints)

    def messages(self) -> Iterator[Heard]:
        """Every message, in the file's order.

        Raises:
            BadInput: a line is no message; it is named. What came before it was given already.
        """
        with _reading(self.path) as file:
            for number, line in enumerate(file, start=1):
                if number == 1 and self.venue is not None:
                    continue
                yield _heard(line, self.path, number)


class RunLogWriter:
    """Writes a recorded run.

    Args:
        file: open for writing text.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def venue(self, venue: VenueConfig, footprints: Mapping[str, Polygon] | None = None) -> None:
        """The first line. Camera sources are left out of it: they may hold passwords."""
        told = venue.model_dump(mode="json")
        for camera in told["cameras"]:
            camera["source"] = "usb:0"
        head: dict[str, Any] = {"venue": told}
        if footprints is not None:
            head["footprints"] = {name: shape.points.round(3).tolist() for name, shape in footprints.items()}
        self._file.write(json.dumps(head) + "\n")

    def message(self, topic: Topic, payload: str, heard_at: datetime | None = None) -> None:
        """One message, as JSON."""
        heard = f',"heard_at":"{heard_at.isoformat()}"' if heard_at is not None else ""
        self._file.write(f'{{"topic":"{topic.name}"{heard},"message":{payload}}}\n')


@contextmanager
def writing(path: Path) -> Iterator[IO[str]]:
    """A file for a recorded run.

    Raises:
        BadInput: it cannot be written.
    """
    try:
        file = _opened(path, "w")
    except OSError as error:
        raise BadInput(f"{path}: cannot be written: {error.strerror or error}") from None
    with file:
        yield file


@contextmanager
def _reading(path: Path) -> Iterator[IO[str]]:
    try:
        with _opened(path, "r") as file:
            yield file
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise BadInput(f"recorded run {path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _opened(path: Path, mode: Literal["r", "w"]) -> IO[str]:
    if path.suffix == ".gz":
        return cast("IO[str]", gzip.open(path, f"{mode}t", encoding="utf-8"))
    return path.open(mode, encoding="utf-8")


def _json(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise BadInput(f"{path.name}, line {number}: is no JSON object; expected a recorded run (headroom record)")
    return told


def _heard(text: str, path: Path, number: int) -> Heard:
    try:
        line = _Line.model_validate(_json(text, path, number))
        topic = TOPICS.get(line.topic)
        if topic is None or topic.message is None:
            raise BadInput(f"{path.name}, line {number}: topic {line.topic!r} is none of {sorted(TOPICS)}")
        return Heard(topic, topic.message.model_validate(line.message), line.heard_at)
    except ValidationError as error:
        raise BadInput(f"{path.name}, line {number}: {first_problem(error)}") from None
