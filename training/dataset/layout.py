"""A dataset is a folder: ``manifest.yaml``, ``items.jsonl`` with a line for each picture, and ``images/<set>/``.

It is written beside its place and renamed into it, so that it is there whole or not at all.
"""

import fcntl
import hashlib
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp

from pydantic import ValidationError

from domain.errors import AlreadyRunning, BadDataset
from domain.problems import first_problem
from training.dataset.item import Item
from training.dataset.manifest import IMAGES, ITEMS, MANIFEST, Line, Manifest, SetAbout, SetRecord, hash_of, line_of


@dataclass(frozen=True)
class Dataset:
    """Labelled pictures, and where they are from.

    Attributes:
        folder: where it is.
        manifest: what it says of itself.
        items: its pictures, in the order of their paths.
    """

    folder: Path
    manifest: Manifest
    items: tuple[Item, ...]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.manifest.name

    @property
    def sets(self) -> tuple[SetRecord, ...]:
        """The sets it is made of, by name."""
        return self.manifest.sets

    @property
    def content_hash(self) -> str:
        """SHA-256 over all that bears on training: the pictures' bytes, their labels, sequences and splits."""
        return self.manifest.content_hash

    @classmethod
    def open(cls, folder: Path) -> "Dataset":
        """Read a dataset. Whether its pictures are what they were, ``headroom dataset check`` finds out.

        Raises:
            BadDataset: it is none, or its labels are not those that the manifest has the hash of.
        """
        if _interrupted(folder):
            with _alone(folder, wait=True):  # the one who writes may be between its two renames right now
                pass
        manifest = Manifest.read(folder)
        lines = lines_of(folder)
        if hash_of(lines) != manifest.content_hash:
            raise BadDataset(
                f"{folder / ITEMS}: is not what {MANIFEST} has the hash of: it was changed after it was written; "
                "change the labels where they came from and add them again"
            )
        return cls(folder, manifest, tuple(_item(folder, text, number) for number, text in enumerate(lines, start=1)))

    @classmethod
    def create(cls, folder: Path, *, name: str, sets: Sequence[SetAbout], items: Iterable[Item]) -> "Dataset":
        """Write a new dataset; each item's picture is copied from where it is.

        Args:
            folder: where; it must not be there.
            name: of the dataset.
            sets: what is to be known of each set that an item names as its source.
            items: the pictures.

        Raises:
            BadDataset: there is something at ``folder``, an item's set is not among ``sets``, a set has no picture, a
                sequence is in two splits, or a picture is not the one whose hash its item has.
            AlreadyRunning: someone else writes there now.
        """
        with _alone(folder):
            if folder.exists():
                raise BadDataset(f"{folder}: is there already; a dataset is extended, or made where nothing is")
            return _write(folder, name, sets, _new(items))

    @classmethod
    def extend(
        cls, folder: Path, *, sets: Sequence[SetAbout], items: Iterable[Item], replacing: bool = False
    ) -> "Dataset":
        """Write a dataset anew with more sets; pictures it has are linked, not copied.

        Args:
            folder: of the dataset.
            sets: the new sets.
            items: their pictures.
            replacing: a set that is there already is replaced by the new one; else that is an error.

        Raises:
            BadDataset: as of :meth:`open` and :meth:`create`, or a set is there already.
            AlreadyRunning: someone else writes there now.
        """
        with _alone(folder):
            before = cls.open(folder)
            new = {about.name for about in sets}
            kept = [about for about in before.sets if about.name not in new]
            if not replacing and len(kept) < len(before.sets):
                there = ", ".join(about.name for about in before.sets if about.name in new)
                raise BadDataset(f"{folder}: has set {there} already; give it another name, or replace it")
            old = [_Placed(item, _inside(folder, item)) for item in before.items if item.source not in new]
            return _write(folder, before.name, [*kept, *sets], old + _new(items))


@dataclass(frozen=True)
class _Placed:
    """A picture and the path it has, or will have, inside the dataset."""

    item: Item
    image: str


def lines_of(folder: Path) -> list[str]:
    """The lines of ``items.jsonl``.

    Raises:
        BadDataset: it cannot be read.
    """
    try:
        return (folder / ITEMS).read_text(encoding="utf-8").split("\n")[:-1]
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise BadDataset(f"{folder / ITEMS}: cannot be read: {reason}") from None


def _item(folder: Path, text: str, number: int) -> Item:
    try:
        return Line.model_validate_json(text).item(folder)
    except ValidationError as error:
        raise BadDataset(f"{folder / ITEMS} line {number}: {first_problem(error, 'the line')}") from None


def _inside(folder: Path, item: Item) -> str:
    return item.image.relative_to(folder).as_posix()


def _new(items: Iterable[Item]) -> list[_Placed]:
    """Each picture under its own name; where two of a set have the same, under one that begins with its hash."""
    given = list(items)
    names = Counter((item.source, item.image.name) for item in given)
    return [
        _Placed(
            item,
            f"{IMAGES}/{item.source}/"
            + ("" if names[item.source, item.image.name] == 1 else f"{item.sha256[:12]}-")
            + item.image.name,
        )
        for item in given
    ]


def _write(folder: Path, name: str, sets: Sequence[SetAbout], placed: Sequence[_Placed]) -> Dataset:
    """Write it beside its place, then put it there."""
    ordered = sorted(placed, key=lambda entry: entry.image)
    _check(ordered, sets)
    lines = [line_of(entry.item, entry.image) for entry in ordered]
    records = _records(sets, ordered, lines)
    manifest = Manifest(name=name, content_hash=hash_of(lines), sets=records)
    partial = Path(mkdtemp(prefix=f".{folder.name}.partial-", dir=folder.parent))
    try:
        for entry in ordered:
            _bring(entry.item, partial / entry.image, link=entry.item.image.is_relative_to(folder))
        (partial / ITEMS).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        (partial / MANIFEST).write_text(manifest.text(), encoding="utf-8")
        partial.chmod(0o777 & ~_umask())
        _put(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Dataset(folder, manifest, tuple(replace(entry.item, image=folder / entry.image) for entry in ordered))


def _check(placed: Sequence[_Placed], sets: Sequence[SetAbout]) -> None:
    """What no dataset may be, whoever made it."""
    names = [about.name for about in sets]
    sources = {entry.item.source for entry in placed}
    if odd := sorted(sources.symmetric_difference(names)):
        raise BadDataset(f"set {odd[0]}: " + ("has no picture" if odd[0] in names else "nothing is said of it"))
    if len(set(names)) < len(names):
        raise BadDataset(f"set {Counter(names).most_common(1)[0][0]}: is named twice")
    splits: defaultdict[str, set[str]] = defaultdict(set)
    images: set[str] = set()
    for entry in placed:
        splits[entry.item.sequence].add(entry.item.split)
        if entry.image in images:
            raise BadDataset(f"{entry.image}: is there twice")
        images.add(entry.image)
    for sequence, found in splits.items():
        if len(found) > 1:
            raise BadDataset(f"sequence {sequence}: is in splits {' and '.join(sorted(found))}; a scene has one split")


def _records(sets: Sequence[SetAbout], placed: Sequence[_Placed], lines: Sequence[str]) -> tuple[SetRecord, ...]:
    by_set: defaultdict[str, list[str]] = defaultdict(list)
    for entry, line in zip(placed, lines, strict=True):
        by_set[entry.item.source].append(line)
    return tuple(
        SetRecord(
            **about.model_dump(include=set(SetAbout.model_fields)),
            pictures=len(by_set[about.name]),
            hash=hash_of(by_set[about.name]),
        )
        for about in sorted(sets, key=lambda about: about.name)
    )


def _bring(item: Item, to: Path, *, link: bool) -> None:
    """Have the picture at ``to``: linked from the dataset as it was, or copied and compared with its hash."""
    to.parent.mkdir(parents=True, exist_ok=True)
    if link:
        try:
            os.link(item.image, to)
        except OSError:  # a file system without links
            shutil.copyfile(item.image, to)
        return
    try:
        content = item.image.read_bytes()
    except OSError as error:
        raise BadDataset(f"{item.image}: cannot be read: {error.strerror}") from None
    if hashlib.sha256(content).hexdigest() != item.sha256:
        raise BadDataset(f"{item.image}: was changed while it was imported; add the set again")
    to.write_bytes(content)


def _put(partial: Path, folder: Path) -> None:
    """Rename into place; what was there goes once the new one is there. :func:`_mend` ends what was interrupted."""
    before = _before(folder)
    if folder.exists():
        folder.rename(before)
    partial.rename(folder)
    shutil.rmtree(before, ignore_errors=True)


def _interrupted(folder: Path) -> bool:
    """Whether a write ended between its two renames, or is there now."""
    return not folder.exists() and _before(folder).is_dir()


def _mend(folder: Path) -> None:
    """Put back what was there before a write that was killed, and clear away what that had begun."""
    if _interrupted(folder):
        _before(folder).rename(folder)
    for left in (_before(folder), *folder.parent.glob(f".{folder.name}.partial-*")):
        shutil.rmtree(left, ignore_errors=True)


def _before(folder: Path) -> Path:
    return folder.parent / f".{folder.name}.before"


@contextmanager
def _alone(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """Keep others from writing the same dataset meanwhile; the lock ends with the process, however that ends."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = folder.parent / f".{folder.name}.lock"
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise AlreadyRunning(f"{folder}: someone else writes this dataset now") from None
        _mend(folder)
        yield
    finally:
        os.close(descriptor)


def _umask() -> int:
    """What new folders are not allowed; mkdtemp's own are for their owner alone."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
