"""A venue file: YAML to a checked venue, with errors that name the place and never repeat a password."""

import difflib
import os
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ValidationError

from domain.errors import BadSource, BadVenue
from domain.settings import Settings
from domain.source import Source, SourceKind
from domain.venue import CameraConfig, LineConfig, VenueConfig, ZoneConfig
from inference.assets import Progress, quiet, resolve

_PARTS: Final[dict[str, type[BaseModel]]] = {"cameras": CameraConfig, "zones": ZoneConfig, "lines": LineConfig}
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
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        problems.sort(key=lambda problem: problem["type"] != "extra_forbidden")  # a misspelt key is missing as well
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise BadVenue(f"venue {path}: {_explain(problems[0]['loc'], problems[0])}{more}") from None


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


def _explain(where: tuple[int | str, ...], problem: object) -> str:
    kind, message = str(problem["type"]), str(problem["msg"])  # type: ignore[index]  # pydantic's ErrorDetails
    place = ".".join(str(step) for step in where)
    if kind == "extra_forbidden":
        return f"{place}: unknown key{_nearest(where)}"
    words = _PLAIN_WORDS.get(kind, message.removeprefix("Value error, "))
    return f"{place}: {words}" if place else words


def _nearest(where: tuple[int | str, ...]) -> str:
    """The known key that was probably meant."""
    model = _PARTS.get(str(where[0]), VenueConfig) if len(where) > 1 else VenueConfig
    near = difflib.get_close_matches(str(where[-1]), model.model_fields, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; the keys are {', '.join(model.model_fields)}"


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
        camera.model_copy(update={"source": _resolved(camera, settings, beside, progress)}) for camera in venue.cameras
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
