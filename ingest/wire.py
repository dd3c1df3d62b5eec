"""What a capture process and its parent say to each other.

Parent to child, on the child's standard input: one line of JSON, the order (it holds the camera's password, which must
appear neither on a command line nor in an environment), then one byte for each frame the parent has taken from a file.
Child to parent: notices of one fixed size on a pipe. Its end means that the child is gone.
"""

import json
import struct
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Final, Self

from domain.source import Source, SourceKind
from ingest.limits import CameraLimits, Pace

CREDIT: Final = b"+"
"""One more frame of a file may be written."""


@dataclass(frozen=True)
class CaptureOrder:
    """What a capture process is to do.

    Attributes:
        source: what to open.
        pace: how fast to read a file.
        loop: a file starts again at its end.
        limits: how long it may take.
        ring_fd: descriptor of the shared memory.
        slots: pictures it has room for.
        first_sequence: number of the first frame it will give.
        skip: frames of the file to pass over: those an earlier process of this camera has given already.
    """

    source: Source
    pace: Pace
    loop: bool
    limits: CameraLimits
    ring_fd: int
    slots: int
    first_sequence: int
    skip: int

    def to_line(self) -> bytes:
        """One line, **with the password**."""
        fields = asdict(self)
        fields["source"] = [self.source.kind, self.source.address]
        return json.dumps(fields).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Self:
        """What :meth:`to_line` wrote."""
        fields = json.loads(line)
        kind, address = fields.pop("source")
        return cls(
            source=Source(SourceKind(kind), address),
            pace=Pace(fields.pop("pace")),
            limits=CameraLimits(**fields.pop("limits")),
            **fields,
        )


class NoticeKind(IntEnum):
    """What a notice tells."""

    FRAME = 0
    """A picture is in the ring."""
    ALIVE = 1
    """Nothing to give, on purpose: the next frame is not due, or nobody has room for it."""
    ENDED = 2
    """The file is at its end."""
    LOST = 3
    """The connection ended or never came."""
    BAD = 4
    """The source cannot be what it claims to be; a person has to mend it."""


class Sight(IntEnum):
    """Whether the picture shows anything."""

    CLEAR = 0
    FROZEN = 1
    BLACK = 2


_TEXT_BYTES: Final = 420
_LAYOUT: Final = struct.Struct(f"<BBIIQQQ{_TEXT_BYTES}s")
NOTICE_BYTES: Final = _LAYOUT.size


@dataclass(frozen=True, slots=True)
class Notice:
    """One message of a capture process.

    Attributes:
        kind: what it tells.
        at_ns: Unix time in nanoseconds: of a frame its capture.
        sight: whether the picture shows anything.
        width: pixels.
        height: pixels.
        sequence: the frame's number in the camera's life.
        position: the frame's number in the file.
        text: why, for ``LOST`` and ``BAD``: one line without a password, cut to what fits.
    """

    kind: NoticeKind
    at_ns: int
    sight: Sight = Sight.CLEAR
    width: int = 0
    height: int = 0
    sequence: int = 0
    position: int = 0
    text: str = ""

    def pack(self) -> bytes:
        """Always ``NOTICE_BYTES`` long, less than the 512 bytes that every pipe passes on undivided."""
        text = self.text.encode()[:_TEXT_BYTES]
        return _LAYOUT.pack(
            self.kind, self.sight, self.width, self.height, self.sequence, self.position, self.at_ns, text
        )

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """What :meth:`pack` wrote."""
        kind, sight, width, height, sequence, position, at_ns, text = _LAYOUT.unpack(data)
        return cls(
            NoticeKind(kind),
            at_ns,
            Sight(sight),
            width,
            height,
            sequence,
            position,
            text.rstrip(b"\0").decode(errors="ignore") if text[0] else "",
        )
