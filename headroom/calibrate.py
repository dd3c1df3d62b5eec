"""``headroom calibrate``: from marks, camera parameters or people's heights to the block for a venue file."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import yaml
from pydantic import ValidationError

from domain.calibration import FEWEST_POINTS, Calibration, HeightsCalibration, PointsCalibration
from domain.errors import BadCalibration, BadInput, BadVenue
from domain.settings import Settings
from headroom.recording import looked_at, pictures_at, recording
from headroom.venue_file import load_venue
from inference.calibration import HeightsFit, PointsFit, from_heights, from_points, ground_plane
from inference.calibration.files import read_opencv, read_tsai
from inference.calibration.preview import draw_grid
from inference.detect import PERSON
from inference.ground import PERSON_HEIGHT_M, GroundPlane
from inference.track import Tracker
from inference.worker import make_detector
from ingest.camera import Camera
from ingest.limits import Pace

ENOUGH_BOXES: Final = 20_000
"""After so many people seen, more footage adds time and no certainty."""
_COMFORTABLE_POINTS: Final = 8
Say = Callable[[str], object]


@dataclass(frozen=True)
class Question:
    """What was asked for; exactly one of ``points``, ``tsai``, ``opencv`` and ``heights`` is given.

    Attributes:
        camera_id: whose calibration it is.
        points: a file of matched points.
        tsai: a file of Tsai parameters.
        opencv: a file of OpenCV parameters.
        heights: footage of people who stand and walk.
        view: which one, where a file holds several.
        frame_size: of the picture that OpenCV's parameters were made on.
        metres_per_unit: of OpenCV's translation.
        person_height_m: mean height of the people in ``heights``.
        on: footage whose first picture the grid is drawn on.
        preview: where that picture goes.
        write: the venue file to put the calibration into.
    """

    camera_id: str
    points: Path | None = None
    tsai: Path | None = None
    opencv: Path | None = None
    heights: str | None = None
    view: str | None = None
    frame_size: tuple[int, int] | None = None
    metres_per_unit: float = 1.0
    person_height_m: float = PERSON_HEIGHT_M
    on: str | None = None
    preview: Path | None = None
    write: Path | None = None


@dataclass(frozen=True)
class _Found:
    calibration: Calibration
    plane: GroundPlane
    told: list[str] = field(default_factory=list)


def size_of(text: str) -> tuple[int, int]:
    """Width and height of ``768x576``.

    Raises:
        BadInput: it is written otherwise.
    """
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise BadInput(f"--frame-size {text!r}: expected WIDTHxHEIGHT in pixels, such as 768x576")
    return int(width), int(height)


async def run(question: Question, settings: Settings, say: Say = print) -> None:
    """Calibrate, say how good it is, and print the block for the venue file, or write it there.

    Raises:
        BadInput: the question, a file or the footage cannot be what it should be.
    """
    _refuse_unclear(question)
    if question.write is not None:
        load_venue(question.write)  # refused before minutes are spent on footage
    found = await _found(question, settings)
    for line in [*found.told, *_about(found.plane)]:
        say(f"# {line}")
    if question.preview is not None:
        await _draw(question, found.plane, settings)
        say(f"# {question.preview}: lines every metre, every fifth strong; red stakes are {PERSON_HEIGHT_M} m tall")
    block = block_of(found.calibration)
    if question.write is None:
        say(f"# for camera {question.camera_id} in the venue file:")
        say(block.rstrip("\n"))
        return
    written = with_calibration(question.write, question.camera_id, block)
    question.write.write_text(written, encoding="utf-8")
    say(f"# {question.write}: camera {question.camera_id} is calibrated; restart its worker")


def _refuse_unclear(question: Question) -> None:
    ways = [question.points, question.tsai, question.opencv, question.heights]
    if sum(way is not None for way in ways) != 1:
        raise BadInput("calibrate needs exactly one of --points, --tsai, --opencv and --heights")
    if question.opencv is not None and question.frame_size is None:
        raise BadInput("--opencv needs --frame-size WIDTHxHEIGHT: such a file does not say on what it was made")
    if question.preview is not None and question.on is None and question.heights is None:
        raise BadInput("--preview needs --on FOOTAGE: a video, a folder of pictures or asset:NAME to draw on")


async def _found(question: Question, settings: Settings) -> _Found:
    if question.points is not None:
        return _by_points(question.points)
    if question.heights is not None:
        return await _by_heights(question.heights, question.person_height_m, settings)
    if question.tsai is not None:
        calibration: Calibration = read_tsai(question.tsai, question.view)
    else:
        assert question.opencv is not None  # noqa: S101 - one of the four was given
        assert question.frame_size is not None  # noqa: S101 - as for it
        calibration = read_opencv(
            question.opencv, question.view, question.frame_size, metres_per_unit=question.metres_per_unit
        )
    told = "a known camera; nothing here checks its parameters: look at --preview, then set residual_m"
    return _Found(calibration, ground_plane(calibration), [told])


def _by_points(path: Path) -> _Found:
    calibration = read_points(path)
    fit = from_points(calibration)
    return _Found(calibration, fit.plane, list(_about_points(fit, calibration)))


def read_points(path: Path) -> PointsCalibration:
    """A file with ``frame_size`` and ``points: [{picture: [x, y], floor_m: [x, y]}, …]``.

    Raises:
        BadCalibration: it cannot be read, or is something else; one line that names the file and the place.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return PointsCalibration.model_validate(content)
    except OSError as error:
        raise BadCalibration(f"points file {path}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise BadCalibration(f"points file {path}: is not YAML") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        words = first["msg"].removeprefix("Value error, ")
        raise BadCalibration(f"points file {path}: {place + ': ' if place else ''}{words}") from None


def _about_points(fit: PointsFit, calibration: PointsCalibration) -> list[str]:
    count, used = len(calibration.points), int(fit.used.sum())
    told = [f"{used} of {count} points agree: residual median {fit.median_m:.3f} m, largest {fit.largest_m:.3f} m"]
    told += [
        f"point {row + 1} was left out: {fit.residuals_m[row]:.2f} m off; check it"
        for row in np.flatnonzero(~fit.used).tolist()
    ]
    if count == FEWEST_POINTS:
        told.append("four points fit whatever they say: add two or more, so that a wrong one is found")
    elif count < _COMFORTABLE_POINTS:
        told.append(f"with {_COMFORTABLE_POINTS} points or more, spread over the floor, a wrong one is found surely")
    return told


async def _by_heights(source: str, person_height_m: float, settings: Settings) -> _Found:
    footage, detector, tracker = recording(source, settings), make_detector(settings, None), Tracker()
    boxes, people, size = [], [], (0, 0)
    async with Camera("heights", footage, pace=Pace.FLAT_OUT) as camera:
        async for looked in looked_at(camera, detector):
            for frame, found in looked:
                size = (frame.pixels.shape[1], frame.pixels.shape[0])
                whole = found.classes == PERSON
                standing = type(found)(found.boxes[whole], found.scores[whole])
                tracks = tracker.update(standing, frame.media_time_s or 0.0, size)
                boxes.append(tracks.boxes[tracks.seen])
                people.append(tracks.ids[tracks.seen])
            if sum(map(len, boxes)) > ENOUGH_BOXES:
                break
    if not boxes:
        raise BadCalibration(f"{source}: holds no picture")
    fit = from_heights(np.concatenate(boxes), np.concatenate(people), size, person_height_m)
    return _Found(fit.calibration, ground_plane(fit.calibration), _about_heights(fit))


def _about_heights(fit: HeightsFit) -> list[str]:
    found: HeightsCalibration = fit.calibration
    return [
        f"ROUGH, from {found.people} boxes: heads are found within {fit.error_share:.1%} of a person's height",
        f"the camera hangs {found.height_m:.1f} m high and looks {found.tilt_deg:.0f} degrees down",
        f"distances are unsure by {found.deviation_share:.0%}; matched points (--points) are better",
        "x and y are the camera's own, y where it looks: set placement to lay them on the plan",
    ]


def _about(plane: GroundPlane) -> list[str]:
    seen = plane.footprint()
    if seen is None:
        return ["this camera sees no floor usefully: check the parameters"]
    low, high = seen.points.min(axis=0), seen.points.max(axis=0)
    across, deep = (f"{axis} {low[i]:.1f} to {high[i]:.1f} m" for i, axis in enumerate("xy"))
    told = [f"it sees {seen.area:.0f} m2 of floor usefully, {across}, {deep}"]
    camera = plane.projection.camera_m
    if camera is None:
        told.append("how the camera is tilted does not show in these points: heads cannot be projected, only feet")
    else:
        told.append(f"the camera is {camera[2]:.1f} m above the floor, at x {camera[0]:.1f} m, y {camera[1]:.1f} m")
    return told


async def _draw(question: Question, plane: GroundPlane, settings: Settings) -> None:
    source = question.on or question.heights
    assert source is not None  # noqa: S101 - refused before otherwise
    assert question.preview is not None  # noqa: S101 - likewise
    pictures = await pictures_at(recording(source, settings), {0})
    if not pictures:
        raise BadCalibration(f"{source}: holds no picture to draw on")
    picture = pictures[0]
    drawn = draw_grid(picture, plane.for_picture((picture.shape[1], picture.shape[0])))
    try:
        done = cv2.imwrite(str(question.preview), drawn)
    except cv2.error:
        raise BadInput(f"--preview {question.preview}: expected a name that ends in .png or .jpg") from None
    if not done:
        raise BadInput(f"--preview {question.preview}: cannot be written")


class _Short(yaml.SafeDumper):
    """Lists of numbers, and matched points, on one line each."""


def _short_list(dumper: yaml.SafeDumper, values: list[Any]) -> yaml.Node:
    flat = all(isinstance(value, (int, float, list)) for value in values)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=flat)


def _short_mapping(dumper: yaml.SafeDumper, values: dict[str, Any]) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", values, flow_style="picture" in values)


_Short.add_representer(list, _short_list)
_Short.add_representer(dict, _short_mapping)


def block_of(calibration: Calibration) -> str:
    """The calibration as lines of YAML for a camera of a venue file, ``kind`` first."""
    content = calibration.model_dump(mode="json", exclude_defaults=True)
    content = {"kind": calibration.kind, **{key: value for key, value in content.items() if key != "kind"}}
    return yaml.dump({"calibration": content}, Dumper=_Short, sort_keys=False, width=math.inf)


def with_calibration(path: Path, camera_id: str, block: str) -> str:
    """A venue file's text with a camera's calibration put in or replaced; every other character stays.

    Raises:
        BadVenue: the file is no venue, has no such camera, or is written in a way that this cannot be done to without
            changing more.
    """
    load_venue(path)
    text = path.read_text(encoding="utf-8")
    old, new = yaml.safe_load(text), yaml.safe_load(block)["calibration"]
    place = next((i for i, camera in enumerate(old["cameras"]) if camera["id"] == camera_id), None)
    if place is None:
        raise BadVenue(f"venue {path}: has no camera {camera_id!r}; it has {[one['id'] for one in old['cameras']]}")
    changed = _spliced(text, place, block)
    old["cameras"][place]["calibration"] = new
    if changed is None or _loaded(changed) != old:
        raise BadVenue(
            f"venue {path}: camera {camera_id!r} is written so that only a person can add to it; without "
            "--write the block is printed"
        )
    return changed


def _loaded(text: str) -> object:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def _spliced(text: str, place: int, block: str) -> str | None:
    """The text with the block after the camera's last line, or in place of the calibration it has."""
    camera = _child(yaml.compose(text, Loader=yaml.SafeLoader), "cameras").value[place]
    if camera.flow_style:
        return None
    lines = text.splitlines(keepends=True)
    indent = " " * camera.start_mark.column
    own = next(((key, value) for key, value in camera.value if key.value == "calibration"), None)
    first = own[0].start_mark.line if own else _after(camera.value[-1][1])
    last = _after(own[1]) if own else first
    if own and own[0].start_mark.line == camera.start_mark.line:
        return None
    if first > 0 and not lines[first - 1].endswith("\n"):
        lines[first - 1] += "\n"
    added = [f"{indent}{line}\n" for line in block.splitlines()]
    return "".join([*lines[:first], *added, *lines[last:]])


def _after(node: yaml.Node) -> int:
    """The line after a node's last: a block's end is marked at what comes next, comments and blank lines included."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _after(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.line) + (1 if node.end_mark.column else 0)


def _child(node: yaml.Node | None, name: str) -> yaml.Node:
    assert node is not None  # noqa: S101 - the file was checked
    found: yaml.Node = next(value for key, value in node.value if key.value == name)
    return found
