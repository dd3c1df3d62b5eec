"""Fits where boxes hand over to the density map, on pictures whose heads are labelled.

    python -m training.fit_crowd PICTURES DETECTOR.onnx DENSITY.onnx --name mcnn-b
    python -m training.fit_crowd PICTURES DETECTOR.onnx DENSITY.onnx --name mcnn-b-live --live

``PICTURES`` holds ``images/`` and ``points.json`` (file name to head points), or it is a dataset: of that the
validation pictures are taken whose heads are labelled, which our models did not learn from. The row of that name in
``configs/crowd.yaml`` is replaced, the others stay. With ``--live`` the detector looks once at the whole picture, and a
box is one person, as for live cameras, whose boxes are tracks. Pictures that a result is reported on must not be among
them. ``--also FOLDER`` adds more; one without ``points.json`` has nobody in it, and shows ghosts.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray
from rich.progress import track
from scipy.optimize import minimize

from domain.errors import BadInput
from inference.crowd.cells import cell_px, counted, grid_of, heads_of, smoothed
from inference.crowd.density import DensityModel
from inference.crowd.fusion import TABLE, Crossover, spread
from inference.crowd.load import CLOSER, open_density
from inference.crowd.still import SMALLEST_PERSON
from inference.crowd.tiles import detect_in_tiles, tiles_of
from inference.detect import Detections
from inference.detect.base import Picture
from inference.detect.openvino import OpenVinoDetector
from inference.track import TrackerParameters
from training.dataset.layout import Dataset
from training.dataset.manifest import MANIFEST

STEEPNESS: Final = 2.0
"""Fixed: steeper fits the training pictures no better (loss 1.99 to 2.04 from 1 to 8), and jumps more."""
SOONEST: Final = 0.01
"""Least crowding of a handover: fits of a density map that is better everywhere go to nothing."""
BOX_SCORES: Final = (0.15, 0.25, 0.4)
STARTS: Final = (0.05, 0.2, 0.6)


@dataclass(frozen=True)
class Example:
    """One labelled picture as both readings see it.

    Attributes:
        found: boxes, weak ones too.
        heads: density summed to cells, shape (rows, columns).
        cell_px: width of a cell, picture pixels.
        truth: heads labelled.
    """

    found: Detections
    heads: NDArray[np.float64]
    cell_px: float
    truth: int

    def boxes(self, score: float) -> NDArray[np.float64]:
        """Boxes of at least that confidence in each cell."""
        sure = self.found.scores >= score
        kept = Detections(self.found.boxes[sure], self.found.scores[sure])
        return counted(heads_of(kept), self.cell_px, self.heads.shape)


def read_examples(
    folder: Path,
    detector: OpenVinoDetector,
    density: DensityModel,
    limit: int | None,
    *,
    live: bool = False,
    sets: Sequence[str] = (),
) -> list[Example]:
    """Look at every labelled picture of a folder; ``live``: once, without tiles.

    Raises:
        BadInput: a labelled picture is missing or cannot be read.
    """
    examples = []
    for path, heads in track(_labels(folder, sets)[:limit], "looking"):
        picture = cv2.imread(str(path))
        if picture is None:
            raise BadInput(f"{path}: is labelled but cannot be read")
        pixels = np.asarray(picture, np.uint8)
        found = detector.detect([pixels])[0] if live else _in_tiles(detector, pixels)
        seen = density.read(pixels)
        examples.append(Example(found, grid_of(seen), cell_px(seen), heads))
    return examples


def _labels(folder: Path, sets: Sequence[str] = ()) -> list[tuple[Path, int]]:
    """Pictures and their heads; a folder without ``points.json`` has nobody in it."""
    if (folder / MANIFEST).is_file():
        items = [
            item for item in Dataset.open(folder).items if item.split == "val" and (not sets or item.source in sets)
        ]
        return [(item.image, len(item.heads)) for item in items if item.heads is not None]
    labels = folder / "points.json"
    if labels.exists():
        return [(folder / "images" / name, len(points)) for name, points in json.loads(labels.read_text()).items()]
    return [(path, 0) for path in sorted((folder / "images").iterdir())]


def _in_tiles(detector: OpenVinoDetector, pixels: Picture) -> Detections:
    height, width = pixels.shape[:2]
    smallest = SMALLEST_PERSON * max(1.0, max(height, width) / 1024)
    return detect_in_tiles(detector, pixels, tiles_of(height, width, smallest))


def fit(examples: Sequence[Example], asset: str, fitted_on: str, *, handover: float | None = None) -> Crossover:
    """The crossover with the least error relative to each picture's spread, and the quantiles of what is left.

    With a ``handover``, in heads a cell, boxes are a live camera's: each is one person, and strong to the tracker.
    It is taken from the fit with tiles: pictures that are dense all over would hand over at once, ghosts and all.
    """
    fixed = (handover, 1.0) if handover else None
    scores = (TrackerParameters().strong_score,) if handover else BOX_SCORES
    fits = (_fit_from(examples, score, start, fixed) for score in scores for start in STARTS)
    best = min(fits, key=lambda fit: fit[0])
    _, score, (crowding, boxes_gain, density_gain) = best
    counts = [_count(example, example.boxes(score), (crowding, boxes_gain, density_gain)) for example in examples]
    left = [(example.truth - count) / spread(count) for example, count in zip(examples, counts, strict=True)]
    low, high = np.quantile(left, [0.05, 0.95])
    return Crossover(
        asset=asset,
        crowding=max(round(crowding, 3), SOONEST),
        steepness=STEEPNESS,
        boxes_gain=round(boxes_gain, 3),
        density_gain=round(density_gain, 3),
        box_score=score,
        low=round(float(low), 3),
        high=round(float(high), 3),
        fitted_on=fitted_on,
    )


def _fit_from(
    examples: Sequence[Example], score: float, start: float, fixed: tuple[float, float] | None
) -> tuple[float, float, tuple[float, float, float]]:
    grids = [(example, example.boxes(score)) for example in examples]

    def loss(logs: NDArray[np.float64]) -> float:
        crowding, boxes_gain, density_gain = np.exp(logs)
        crowding, boxes_gain = fixed or (crowding, boxes_gain)
        errors = [
            abs(_count(example, boxes, (crowding, boxes_gain, density_gain)) - example.truth) / spread(example.truth)
            for example, boxes in grids
        ]
        return float(np.mean(errors))

    found = minimize(loss, np.log([start, 1.0, 1.0]), method="Nelder-Mead", options={"maxiter": 200})
    crowding, boxes_gain, density_gain = (float(value) for value in np.exp(found.x))
    crowding, boxes_gain = fixed or (crowding, boxes_gain)
    return float(found.fun), score, (crowding, boxes_gain, density_gain)


def _count(example: Example, boxes: NDArray[np.float64], parameters: tuple[float, float, float]) -> float:
    crowding, boxes_gain, density_gain = parameters
    trust = 1 / (1 + (crowding / (smoothed(example.heads) + 1e-3)) ** STEEPNESS)
    return float(((1 - trust) * boxes_gain * boxes + trust * density_gain * example.heads).sum())


def write(name: str, crossover: Crossover, path: Path) -> None:
    """Put the row into the table, whole or not at all."""
    rows = yaml.safe_load(path.read_text())["crossovers"] if path.exists() else {}
    table: dict[str, object] = {"version": 1, "crossovers": rows | {name: crossover.model_dump()}}
    partial = path.with_suffix(".partial")
    text = yaml.safe_dump(table, sort_keys=False)
    partial.write_text(f"# Written by python -m training.fit_crowd; do not edit.\n{text}")
    partial.replace(path)


def main(words: Sequence[str] | None = None) -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description="Fit where boxes hand over to the density map.")
    parser.add_argument("pictures", type=Path)
    parser.add_argument("detector", type=Path)
    parser.add_argument("density", type=Path)
    parser.add_argument("--name", required=True)
    parser.add_argument("--also", type=Path, nargs="*", default=[])
    parser.add_argument("--sets", nargs="*", default=[], help="of a dataset, only these")
    parser.add_argument("--limit", type=int, help="pictures of each folder, at most")
    parser.add_argument("--live", action="store_true", help="boxes from a single look, as live cameras have them")
    parser.add_argument("--out", type=Path, default=TABLE)
    given = parser.parse_args(words)
    detector = OpenVinoDetector(given.detector, name=given.detector.stem)
    density = open_density(given.density, name=given.name, closer=1.0 if given.live else CLOSER)
    folders = (given.pictures, *given.also)
    examples = [
        example
        for folder in folders
        for example in read_examples(folder, detector, density, given.limit, live=given.live, sets=given.sets)
    ]
    names = ", ".join([*given.sets, *(folder.name for folder in folders[1 if given.sets else 0 :])])
    handover = Crossover.load(given.name.removesuffix("-live")).crowding if given.live else None
    fitted_on = f"{names}, {len(examples)} pictures, {detector.name}"
    write(given.name, fit(examples, given.density.name, fitted_on, handover=handover), given.out)


if __name__ == "__main__":
    main()
