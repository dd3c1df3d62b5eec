"""Camera parameters as others write them: Tsai's in the PETS files, OpenCV's in JSON or YAML."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar
from xml.etree import ElementTree as ET

import yaml
from pydantic import ValidationError

from domain.calibration import CameraCalibration, TsaiCalibration
from domain.errors import BadCalibration

_TSAI: Final = ("focal", "kappa1", "cx", "cy", "sx", "dpx", "dpy", "tx", "ty", "tz", "rx", "ry", "rz")
_NAMES: Final = {
    "matrix": ("K", "camera_matrix", "cameraMatrix", "matrix"),
    "distortion": ("dist", "distortion_coefficients", "distCoeffs", "distortion"),
    "rotation": ("R", "rotation"),
    "translation": ("t", "T", "tvec", "translation"),
}
_LARGEST_BYTES: Final = 1_000_000
_Kind = TypeVar("_Kind", TsaiCalibration, CameraCalibration)


def read_tsai(path: Path, view: str | None = None) -> TsaiCalibration:
    """Tsai's parameters: the XML of PETS 2009 (``<Camera><Geometry …/><Intrinsic …/><Extrinsic …/>``), or JSON.

    Args:
        path: the file.
        view: which, where a JSON file holds several.

    Raises:
        BadCalibration: it cannot be read, or a parameter is missing or wrong; one line that names the file.
    """
    values: Mapping[str, Any]
    if path.suffix.lower() == ".xml":
        values, size = _tsai_xml(path)
    else:
        content = _mapping(path)
        values, size = _one_view(content, view, "focal", path), content.get("image_size") or content.get("frame_size")
    missing = [name for name in _TSAI if name not in values]
    if missing or size is None:
        raise BadCalibration(f"{path.name}: {', '.join([*missing, *([] if size else ['image_size'])])} is missing")
    return _checked(
        TsaiCalibration, {"frame_size": size, "kind": "tsai", **{name: values[name] for name in _TSAI}}, path
    )


def _tsai_xml(path: Path) -> tuple[dict[str, str], tuple[str, str] | None]:
    text = _text(path)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:  # an entity may grow without bound
        raise BadCalibration(f"{path.name}: a document type has no place in camera parameters")
    try:
        root = ET.fromstring(text)  # noqa: S314 - entities were refused above
    except ET.ParseError as error:
        raise BadCalibration(f"{path.name}: is not XML: {error}") from None
    values: dict[str, str] = {}
    for element in root.iter():
        values |= element.attrib
    size = (values["width"], values["height"]) if {"width", "height"} <= values.keys() else None
    return values, size


def read_opencv(
    path: Path, view: str | None, frame_size: tuple[int, int], *, metres_per_unit: float = 1.0
) -> CameraCalibration:
    """OpenCV's parameters: K, dist, R and t (or their long names) in JSON or YAML.

    Args:
        path: the file.
        view: which, where it holds several.
        frame_size: width and height of the picture they were made on; the file does not say.
        metres_per_unit: of ``t``: 0.001 where it is in millimetres.

    Raises:
        BadCalibration: it cannot be read, or a parameter is missing or wrong; one line that names the file.
    """
    values = _one_view(_mapping(path), view, "K", path)
    found = {ours: next((values[one] for one in names if one in values), None) for ours, names in _NAMES.items()}
    missing = [_NAMES[ours][0] for ours, value in found.items() if value is None and ours != "distortion"]
    if missing:
        raise BadCalibration(f"{path.name}: {', '.join(missing)} is missing; expected K, dist, R and t")
    try:
        translation = [float(value) * metres_per_unit for value in _flat(found["translation"])]
        distortion = [float(value) for value in _flat(found["distortion"] or [])]
    except (TypeError, ValueError):
        raise BadCalibration(f"{path.name}: t and dist must be lists of numbers") from None
    content = {
        "kind": "camera",
        "frame_size": frame_size,
        "matrix": found["matrix"],
        "distortion": distortion,
        "rotation": found["rotation"],
        "translation_m": translation,
    }
    return _checked(CameraCalibration, content, path)


def _flat(values: Any) -> list[Any]:  # noqa: ANN401 - a file may hold anything
    return [one for value in values for one in (value if isinstance(value, list) else [value])]


def _one_view(content: Mapping[str, Any], view: str | None, sign: str, path: Path) -> Mapping[str, Any]:
    views = {name: value for name, value in content.items() if isinstance(value, dict)}
    if view is not None:
        if view not in views:
            raise BadCalibration(f"{path.name}: has no view {view!r}; it has {', '.join(sorted(views)) or 'none'}")
        return views[view]
    if sign in content or len(views) != 1:
        if len(views) > 1:
            raise BadCalibration(f"{path.name}: holds several views, name one: {', '.join(sorted(views))}")
        return content
    return next(iter(views.values()))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise BadCalibration(f"{path}: is larger than camera parameters are")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadCalibration(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadCalibration(f"{path}: is not text") from None


def _mapping(path: Path) -> dict[str, Any]:
    text = _text(path)
    try:
        content = json.loads(text) if path.suffix.lower() == ".json" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError):
        raise BadCalibration(f"{path}: is neither JSON nor YAML") from None
    if not isinstance(content, dict):
        raise BadCalibration(f"{path}: must be a mapping of parameters")
    return content


def _checked(kind: type[_Kind], content: dict[str, Any], path: Path) -> _Kind:
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BadCalibration(f"{path.name}: {f'{place}: ' if place else ''}{first['msg']}") from None
