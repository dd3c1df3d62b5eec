"""Labels as a YOLO archive: one zip with pictures, a text file of boxes for each, and what their classes are."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final
from uuid import UUID

import yaml

from domain.label_formats import LabelledPicture, yolo_text
from domain.labels import LABEL_CLASSES, BadLabels

MOST_FILES: Final = 20_000
LARGEST_FILE: Final = 1_000_000
"""Bytes of a label file: 5,000 boxes are 250 kB."""
_HEX: Final = 32
_MANIFEST: Final = "headroom.json"
_NAMES: Final = [name.value for name in LABEL_CLASSES]


@dataclass(frozen=True)
class LabelFile:
    """The text of one capture's labels.

    Attributes:
        file: what it is called in problems.
        revision: of the labels when they were written out; ``None``: the archive does not say.
    """

    capture_id: UUID
    file: str
    text: str
    revision: int | None


def write_yolo(file: IO[bytes], pictures: Sequence[LabelledPicture], files: Mapping[str, Path]) -> None:
    """Write an archive.

    Args:
        file: to write the zip into.
        pictures: each named ``id.jpg``.
        files: by that name, where its picture is.

    Raises:
        OSError: a picture cannot be read, or the archive not be written.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        about = {"path": ".", "train": "images", "val": "images", "names": dict(enumerate(_NAMES))}
        archive.writestr("data.yaml", yaml.safe_dump(about, sort_keys=False))
        told = {
            Path(one.name).stem: {"revision": one.revision, "width": one.width, "height": one.height}
            for one in pictures
        }
        archive.writestr(_MANIFEST, json.dumps({"version": 1, "pictures": told}, indent=1))
        for one in pictures:
            archive.write(files[one.name], f"images/{one.name}", zipfile.ZIP_STORED)
            archive.writestr(f"labels/{Path(one.name).stem}.txt", yolo_text(one.labels, one.width, one.height))


def read_archive(content: bytes, *, file: str) -> list[LabelFile]:
    """The label files of an archive, wherever in it a label tool has put them. Pictures are not read.

    Args:
        content: of the zip.
        file: what it is called in problems.

    Raises:
        BadLabels: it is no zip, holds a label file of no capture, or names other classes; each is named.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _label_files(archive, file)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        raise BadLabels([f"{file}: is not a zip that can be read: {error}"]) from None


def _label_files(archive: zipfile.ZipFile, file: str) -> list[LabelFile]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_FILES:
        raise BadLabels([f"{file}: holds {len(entries)} files; at most {MOST_FILES} can be read"])
    problems = list(_other_classes(archive, entries, file))
    revisions = _revisions(archive, file, problems)
    found: dict[UUID, LabelFile] = {}
    for entry in entries:
        place = PurePosixPath(entry.filename)
        if place.suffix != ".txt" or place.name in ("classes.txt", "train.txt", "val.txt", "test.txt"):
            continue
        name = f"{file}/{entry.filename}"
        identity = _identity(place.stem)
        if identity is None:
            if "label" in place.parent.as_posix():
                problems.append(f"{name}: {place.stem!r} is no capture's id: 32 hexadecimal digits")
            continue
        text = _text(archive, entry, name, problems)
        if identity in found:
            problems.append(f"{name}: {found[identity].file} is of the same capture")
        elif text is not None:
            found[identity] = LabelFile(identity, name, text, revisions.get(identity))
    if not found and not problems:
        problems.append(f"{file}: holds no label file: expected labels/ID.txt, as it was exported")
    if problems:
        raise BadLabels(problems)
    return list(found.values())


def _text(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, problems: list[str]) -> str | None:
    """The text of an entry, as far as it may be read; how large it says it is proves nothing."""
    with archive.open(entry) as opened:
        content = opened.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        problems.append(f"{name}: is larger than {LARGEST_FILE} bytes")
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append(f"{name}: is not text")
        return None


def _identity(stem: str) -> UUID | None:
    """The capture that a file is named after; some tools write ids with hyphens."""
    plain = stem.replace("-", "").lower()
    if len(plain) != _HEX:
        return None
    try:
        return UUID(hex=plain)
    except ValueError:
        return None


def _revisions(archive: zipfile.ZipFile, file: str, problems: list[str]) -> dict[UUID, int]:
    """Of each capture as it was exported, where the label tool has kept our own file."""
    if _MANIFEST not in archive.namelist():
        return {}
    text = _text(archive, archive.getinfo(_MANIFEST), f"{file}/{_MANIFEST}", problems)
    try:
        told: dict[str, Any] = json.loads(text or "{}").get("pictures", {})
        return {UUID(hex=stem): int(one["revision"]) for stem, one in told.items() if one["revision"] is not None}
    except (ValueError, KeyError, TypeError, AttributeError):
        problems.append(f"{file}/{_MANIFEST}: is not as it was exported; leave it out, or leave it as it is")
        return {}


def _other_classes(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], file: str) -> Iterator[str]:
    """A tool that has numbered the classes anew would turn heads into people, and nobody would notice."""
    for entry in entries:
        place, problems = PurePosixPath(entry.filename), list[str]()
        if place.name not in ("classes.txt", "data.yaml") and place.suffix != ".names":
            continue
        name = f"{file}/{entry.filename}"
        text = _text(archive, entry, name, problems)
        yield from problems
        if text is not None and (said := _said_classes(place.name, text)) != _NAMES:
            yield f"{name}: the classes are {said}; expected {_NAMES} in this order"


def _said_classes(name: str, text: str) -> list[object]:
    if name != "data.yaml":
        return [line.strip() for line in text.splitlines() if line.strip()]
    try:
        names = (yaml.safe_load(text) or {}).get("names")
    except (yaml.YAMLError, AttributeError):
        return ["no YAML"]
    return [names[key] for key in sorted(names, key=str)] if isinstance(names, dict) else list(names or [])
