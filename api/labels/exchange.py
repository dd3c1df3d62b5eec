"""Labels out to label tools, and corrected ones back in. An import is whole or nothing of it is kept."""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

from api.access.tokens import Identity
from api.database.pool import Connection, Database
from api.errors import Conflicts, NotVisible
from api.labels import repository
from api.labels.archive import LabelFile, read_archive, write_yolo
from api.labels.repository import Wanted
from api.labels.schemas import BadQuestion, Imported, LabelFormat
from api.labels.service import as_labeller, place_of_file
from domain.coco import coco_text, read_coco
from domain.label_formats import AnyLabel, LabelledPicture, read_yolo
from domain.labels import BadLabels, PointLabel, place_of, problems_of

MOST_EXPORTED: Final = 2_000
"""Pictures at once: about 120 MB of blurred ones."""
LARGEST_IMPORT: Final = 300_000_000
"""Bytes: label tools send the pictures back as well."""


@dataclass(frozen=True)
class _Incoming:
    """What a file says of one capture.

    Attributes:
        file: what it is called in problems.
        labels: ``None``: they cannot be read before the picture's size is known; ``text`` has them.
        size: of the picture, as the file has it; ``None``: it does not say.
    """

    capture_id: UUID
    file: str
    revision: int | None
    labels: tuple[AnyLabel, ...] | None = None
    text: str = ""
    size: tuple[int, int] | None = None


async def export(
    database: Database, user: Identity, venue_id: str, folder: Path, wanted: Wanted, kind: LabelFormat
) -> IO[bytes]:
    """The labels of captures as a file without a name, at its beginning: it is gone when it is closed, or its process.

    Args:
        database: where labels are.
        user: who asks.
        venue_id: whose.
        folder: of captures.
        wanted: which, all of them at once.
        kind: YOLO with pictures, or COCO without.

    Raises:
        NotVisible: no such venue for this user, or a picture is not on this machine.
        NotAllowed: their role may not see captures.
        BadQuestion: there are none, or too many for one file.
    """
    async with as_labeller(database, user, venue_id) as connection:
        total = await repository.number_of_captures(connection, venue_id, wanted)
        if not 0 < total <= MOST_EXPORTED:
            raise BadQuestion(
                f"{total} captures match; a file holds 1 to {MOST_EXPORTED}. Name a state, a camera, since or until"
            )
        rows = await repository.captures(connection, venue_id, wanted)
        identities = [row["capture_id"] for row in rows]
        labels = await repository.labels(connection, identities)
        files = await repository.files(connection, venue_id, identities)
    pictures = [_picture(row, labels[row["capture_id"]]) for row in rows]
    if kind is LabelFormat.COCO:
        return await asyncio.to_thread(_written, coco_text(pictures))
    places = {f"{identity.hex}.jpg": place_of_file(folder, file) for identity, file in files.items()}
    return await asyncio.to_thread(_zipped, pictures, places)


def _picture(row: Any, labels: Sequence[AnyLabel]) -> LabelledPicture:  # noqa: ANN401 - a row
    name = f"{row['capture_id'].hex}.jpg"
    return LabelledPicture(name, row["width"], row["height"], tuple(labels), row["revision"])


def _written(text: str) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asked closes it
    file.write(text.encode())
    file.seek(0)
    return file


def _zipped(pictures: Sequence[LabelledPicture], places: dict[str, Path]) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asked closes it
    try:
        write_yolo(file, pictures, places)
    except OSError as error:
        file.close()
        raise NotVisible(f"a picture is not on this machine: {Path(error.filename or '').name}") from None
    file.seek(0)
    return file


async def take_in(
    database: Database, user: Identity, venue_id: str, content: bytes, kind: LabelFormat, *, file: str, accept: bool
) -> Imported:
    """Take corrected labels in, in the user's name. A capture that the file does not name stays as it is.

    YOLO files have no points: those of a capture stay.

    Args:
        database: where labels are.
        user: who has corrected them.
        venue_id: whose.
        content: of the file.
        kind: what it is.
        file: what it is called in problems.
        accept: whether they are good to be used, with nobody else looking at them.

    Raises:
        NotVisible: no such venue for this user.
        NotAllowed: their role may not label.
        BadLabels: something in it cannot be; each problem is named with file and line, and nothing was taken.
        Conflicts: labels were changed since they were exported; nothing was taken.
    """
    incoming = await asyncio.to_thread(_read, content, kind, file)
    async with as_labeller(database, user, venue_id) as connection:
        return await _take(connection, venue_id, incoming, accept=accept)


def _read(content: bytes, kind: LabelFormat, file: str) -> list[_Incoming]:
    if kind is LabelFormat.YOLO:
        return [_of_file(one) for one in read_archive(content, file=file)]
    try:
        pictures = read_coco(content.decode("utf-8-sig"), file=file)
    except UnicodeDecodeError:
        raise BadLabels([f"{file}: is not text"]) from None
    found, problems = [], []
    for picture in pictures:
        try:
            identity = UUID(hex=Path(picture.name).stem)
        except ValueError:
            problems.append(f"{file}: {picture.name!r} is no capture's picture: expected ID.jpg, as it was exported")
            continue
        size = (picture.width, picture.height)
        found.append(_Incoming(identity, f"{file}: {picture.name}", picture.revision, picture.labels, size=size))
    if len({one.capture_id for one in found}) < len(found):
        problems.append(f"{file}: a picture is named twice")
    if problems:
        raise BadLabels(problems)
    return found


def _of_file(one: LabelFile) -> _Incoming:
    return _Incoming(one.capture_id, one.file, one.revision, text=one.text)


async def _take(connection: Connection, venue_id: str, incoming: Sequence[_Incoming], *, accept: bool) -> Imported:
    identities = [one.capture_id for one in incoming]
    rows = {identity: await repository.capture(connection, venue_id, identity) for identity in identities}
    before = await repository.labels(connection, identities)
    problems: list[str] = []
    after: dict[UUID, list[AnyLabel]] = {}
    for one in incoming:
        row = rows[one.capture_id]
        if row is None:
            problems.append(f"{one.file}: there is no capture {one.capture_id} in venue {venue_id!r} for you")
            continue
        try:
            after[one.capture_id] = _labels(one, row["width"], row["height"], before[one.capture_id])
        except BadLabels as error:
            problems += error.problems
    if problems:
        raise BadLabels(problems)
    changed: list[UUID] = []
    unchanged: list[UUID] = []
    for one in incoming:
        identity, row = one.capture_id, rows[one.capture_id]
        same = _places(after[identity]) == _places(before[identity])
        (unchanged if same else changed).append(identity)
        await _save(connection, one, row["revision"] if row else 0, None if same else after[identity], accept=accept)
    count = sum(len(labels) for labels in after.values())
    return Imported(changed=changed, unchanged=unchanged, labels=count, accepted=accept)


async def _save(
    connection: Connection, one: _Incoming, current: int, labels: list[AnyLabel] | None, *, accept: bool
) -> None:
    if one.revision is not None and one.revision != current:
        raise Conflicts(
            f"{one.file}: exported at revision {one.revision}, it is at {current} by now; nothing was taken"
        )
    note = f"from {one.file}"[-2_000:]
    revision: int | None = current
    if labels is not None:
        revision = await repository.save(connection, one.capture_id, current, "imported", note=note, labels=labels)
    if accept and revision is not None:
        revision = await repository.save(connection, one.capture_id, revision, "accepted", note=note)
    if revision is None:
        raise Conflicts(f"{one.file}: somebody changed the labels this moment; nothing was taken")


def _labels(one: _Incoming, width: int, height: int, before: Sequence[AnyLabel]) -> list[AnyLabel]:
    """What a capture's labels will be: as the file has them; one that stands there already keeps who said it.

    Raises:
        BadLabels: the file's cannot be.
    """
    if one.labels is None:
        points = [label for label in before if isinstance(label, PointLabel)]
        told: list[AnyLabel] = [*read_yolo(one.text, width, height, file=one.file), *points]
    else:
        if one.size != (width, height):
            raise BadLabels([f"{one.file}: is {one.size} pixels there, and {(width, height)} here"])
        told = list(one.labels)
    if problems := problems_of(told, width, height):
        raise BadLabels([f"{one.file}: {problem}" for problem in problems])
    known = {place_of(label): label for label in before}
    return [known.get(place_of(label), label) for label in told]


def _places(labels: Sequence[AnyLabel]) -> set[tuple[object, ...]]:
    return {place_of(label) for label in labels}
