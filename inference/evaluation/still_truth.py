"""How many people are on each of a set of pictures: ``counts.json``, or ShanghaiTech's ``.mat`` files."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from domain.errors import BadInput

_EXPECTED: Final = 'expected {"PICTURE": {"count": 2, "points": [[x, y], [x, y]]}}'
_PREFIX: Final = "GT_"


@dataclass(frozen=True)
class StillTruth:
    """Who is on one picture.

    Attributes:
        count: how many.
        heads: where each head is, x and y in pixels, shape (count, 2); ``None`` where only the count is known.
    """

    count: int
    heads: NDArray[np.float64] | None = None


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    count: Annotated[int, Field(ge=0)]
    points: list[tuple[float, float]] | None = None


_ENTRIES: Final = TypeAdapter(dict[str, _Entry])


def is_still_truth(path: Path) -> bool:
    """Whether ``path`` is read as the truth of stills: a JSON file, a ``.mat`` file, or a folder."""
    return path.is_dir() or path.suffix.lower() in (".json", ".mat")


def read_stills(path: Path) -> dict[str, StillTruth]:
    """The truth of each picture, by the picture's name without its suffix.

    Args:
        path: a ``counts.json``; or a folder of ``GT_<picture>.mat``, or one such file.

    Raises:
        BadInput: it cannot be read or holds something else; the message names the file and the place in it.
    """
    if path.suffix.lower() == ".json" and not path.is_dir():
        return _read_json(path)
    files = sorted(path.glob("*.mat")) if path.is_dir() else [path]
    if not files:
        raise BadInput(f"truth {path.name}: the folder has no .mat file; expected GT_<picture>.mat for each picture")
    return {file.stem.removeprefix(_PREFIX): _read_mat(file) for file in files}


def _read_json(path: Path) -> dict[str, StillTruth]:
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        entries = _ENTRIES.validate_python(given, strict=False)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"truth {path.name}: cannot be read: {getattr(error, 'strerror', 'it is not text')}") from None
    except json.JSONDecodeError as error:
        raise BadInput(f"truth {path.name} line {error.lineno}: {error.msg}; {_EXPECTED}") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise BadInput(f"truth {path.name}: {place}: {first['msg']}; {_EXPECTED}") from None
    if not entries:
        raise BadInput(f"truth {path.name} names no picture; {_EXPECTED}")
    return {name: _checked(entry, f"truth {path.name}: {name}") for name, entry in entries.items()}


def _checked(entry: _Entry, place: str) -> StillTruth:
    if entry.points is None:
        return StillTruth(entry.count)
    if len(entry.points) != entry.count:
        raise BadInput(f"{place}: counts {entry.count} but has {len(entry.points)} points")
    return StillTruth(entry.count, np.array(entry.points, np.float64).reshape(-1, 2))


def _read_mat(path: Path) -> StillTruth:
    """ShanghaiTech's own: ``image_info`` holds ``location``, one row a head."""
    try:
        info: Any = loadmat(str(path), simplify_cells=True)["image_info"]
        heads = np.asarray(info["location"], np.float64).reshape(-1, 2)
    except OSError as error:
        raise BadInput(f"truth {path.name}: cannot be read: {error.strerror or error}") from None
    # What a file of another shape raises is up to scipy: each of these was seen.
    except (KeyError, IndexError, TypeError, ValueError, NotImplementedError, MatReadError):
        raise BadInput(
            f"truth {path.name} is not ShanghaiTech's: expected image_info.location, two numbers a head"
        ) from None
    return StillTruth(len(heads), heads)
