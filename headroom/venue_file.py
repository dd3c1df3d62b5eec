"""A venue file: YAML to a checked venue, with errors that name the place and never repeat a password."""

import difflib
import os
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.captures import LearningConfig
from domain.errors import BadSource, BadVenue
from domain.settings import Settings
from domain.source import Source, SourceKind
from domain.venue import CameraConfig, LineConfig, VenueConfig, ZoneConfig
from inference.assets import Progress, quiet, resolve

Place = tuple[int | str, ...]
"""Keys and indexes from the top of the file, as pydantic names a place."""
_PARTS: Final[dict[str, type[BaseModel]]] = {
    "cameras": CameraConfig,
    "zones": ZoneConfig,
    "lines": LineConfig,
    "learning": LearningConfig,
}
_PLAIN_WORDS: Final = {
    "missing": "is missing",
    "string_pattern_mismatch": "must be small letters, digits and hyphens, as in west-gate",
}


def load_venue(path: Path) -> VenueConfig:
    """Read and check a venue file.

    Raises:
        BadVenue: it cannot be read, is not YAML, or is not a venue; one line that names the file and the place in it.
    """
    try:
        return VenueConfig.model_validate(_mapping(path))
    except ValidationError as error:
        # Only place and reason: pydantic's own text repeats the input, and a camera's source holds a password.
        problems = _mistakes(error.errors(include_input=False, include_url=False, include_context=False))
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise BadVenue(f"venue {path}: {_explain(problems[0])}{more}") from None


def _mapping(path: Path) -> dict[object, object]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadVenue(f"venue {path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise BadVenue(f"venue {path}: is not text") from None
    except yaml.MarkedYAMLError as error:
        # Not chained: the parser quotes the line, which may hold a password.
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise BadVenue(f"venue {path}: {where}is not YAML") from None
    except yaml.YAMLError:
        raise BadVenue(f"venue {path}: is not YAML") from None
    if not isinstance(content, dict):
        raise BadVenue(f"venue {path}: must be a mapping with version, id, name, capacity, cameras and zones")
    return content


def _mistakes(problems: list[ErrorDetails]) -> list[ErrorDetails]:
    """What a person did wrong, unknown keys first, without what follows from it.

    A misspelt key leaves the right one missing, and a list whose only item is refused is too short as well: to say
    "and 1 more" then would send a person looking for a second mistake.
    """
    unknown = [problem["loc"] for problem in problems if problem["type"] == "extra_forbidden"]
    misspelt = {(*where[:-1], near) for where in unknown if (near := _near(where)) is not None}
    inside = {where[:depth] for where in (problem["loc"] for problem in problems) for depth in range(len(where))}
    own = [
        problem
        for problem in problems
        if not (problem["type"] == "missing" and problem["loc"] in misspelt)
        and not (problem["type"] == "too_short" and problem["loc"] in inside)
    ]
    return sorted(own, key=lambda problem: problem["type"] != "extra_forbidden")


def _explain(problem: ErrorDetails) -> str:
    kind, where = problem["type"], problem["loc"]
    place = ".".join(str(step) for step in where)
    if kind == "extra_forbidden":
        near = _near(where)
        known = f"did you mean {near!r}?" if near else f"the keys are {', '.join(_part(where).model_fields)}"
        return f"{place}: unknown key; {known}"
    words = _PLAIN_WORDS.get(kind, problem["msg"].removeprefix("Value error, "))
    return f"{place}: {words}" if place else words


def _near(where: Place) -> str | None:
    """The known key that was probably meant."""
    near = difflib.get_close_matches(str(where[-1]), _part(where).model_fields, n=1)
    return near[0] if near else None


def _part(where: Place) -> type[BaseModel]:
    """What a key belongs to: the venue, or one of its cameras, zones or lines."""
    return _PARTS.get(str(where[0]), VenueConfig) if len(where) > 1 else VenueConfig


def with_sources_resolved(
    venue: VenueConfig, settings: Settings, *, beside: Path, progress: Progress = quiet
) -> VenueConfig:
    """The venue with cameras that can be opened: assets fetched, recordings there and whole.

    Args:
        venue: as its file says.
        settings: where assets are.
        beside: the folder that relative paths start from: the venue file's own.
        progress: hears about downloads.

    Raises:
        AssetUnavailable: an asset cannot be had.
        BadSource: a recording is not there, or is not what it claims to be; the message names the camera.
    """
    cameras = tuple(
        camera.model_copy(
            update={
                "source": _resolved(camera, settings, beside, progress),
                "correction": None if camera.correction is None else str((beside / camera.correction).resolve()),
            }
        )
        for camera in venue.cameras
    )
    return venue.model_copy(update={"cameras": cameras})


def _resolved(camera: CameraConfig, settings: Settings, beside: Path, progress: Progress) -> Source:
    from ingest.footage import check_file_source  # noqa: PLC0415 - ingest is slow to import; a venue's checks are not

    source = camera.source
    if source.kind is SourceKind.ASSET:
        return Source(SourceKind.FILE, str(resolve(source.address, settings, progress)))
    if source.kind is SourceKind.FILE:
        source = Source(SourceKind.FILE, str(beside / source.address))
    try:
        check_file_source(source)
    except BadSource as error:
        raise BadSource(f"camera {camera.id}: {error}") from error
    return source


def write_venue(path: Path, content: dict[str, object]) -> None:
    """Write a venue file that only its owner may read: a camera's source may hold a password."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        yaml.safe_dump(content, file, sort_keys=False, allow_unicode=True)
