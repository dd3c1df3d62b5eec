"""Fits one camera's correction on frames of it that somebody labelled.

    python -m training.fit_camera VIDEO --truth gt.txt --frames 1-200 --camera gate --out configs/cameras/gate.yaml

The frames are counted as the product counts them; then the margins of the picture in which nobody is labelled are left
out, then the least score and the gain that bring the count nearest to the labels are taken, each only where it helps
by more than chance, and last the factor with which the interval holds 90 % of the labels. Boxes that the truth marks as
not to be judged are no one: a correction learns what its labeller counts. Judge it on other frames than these.
"""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.errors import BadInput
from domain.source import Source, SourceKind
from inference.camera_pipeline import CameraPipeline
from inference.crowd.certainty import CLAIMED
from inference.crowd.correction import CameraCorrection
from inference.crowd.estimate import Estimates
from inference.detect import Detector
from inference.detect.openvino import OpenVinoDetector
from inference.evaluation.mot_truth import MotTruth, read_mot
from inference.track import Tracks
from ingest.camera import Camera
from ingest.footage import check_file_source
from ingest.limits import Pace

MARGINS: Final = (0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2)
"""Shares of the picture's width or height that may be left out at a side: the border is where labels stop early."""
SCORES: Final = (0.0, 0.45, 0.5, 0.55, 0.6)
WORTH: Final = 0.02
"""People a frame by which the error must fall for a restriction to be kept: less is chance in a few hundred frames."""
FEWEST: Final = 20
"""Frames, at least: two seconds of ten frames tell less than the product knows already."""


@dataclass(frozen=True)
class Labelled:
    """Labelled frames as the product saw them.

    Attributes:
        size: width and height, pixels.
        tracks: of each frame.
        people: labelled in each, shape (n,).
    """

    size: tuple[int, int]
    tracks: list[Tracks]
    people: NDArray[np.float64]

    def told(self, correction: CameraCorrection) -> Estimates:
        """What would be counted with a correction, one area a frame."""
        estimator = CameraPipeline([], [], None, correction=correction).estimator
        rows = [estimator.estimate(estimator.chosen(seen, self.size), self.size, [None]) for seen in self.tracks]
        return Estimates(*(np.concatenate(ends) for ends in zip(*(_columns(row) for row in rows), strict=True)))

    def error(self, correction: CameraCorrection) -> float:
        """Mean absolute error with a correction, people a frame."""
        counts = [len(correction.counted(seen, self.size)) for seen in self.tracks]
        return float(np.abs(correction.gain * np.array(counts) - self.people).mean())


def _columns(row: Estimates) -> tuple[NDArray[np.float64], ...]:
    return row.counts, row.low, row.high, row.density


def fit(camera: str, labelled: Labelled, fitted_on: str) -> CameraCorrection:
    """The correction with the least error.

    Raises:
        BadInput: there are too few frames, or nobody is in them.
    """
    if len(labelled.tracks) < FEWEST or not labelled.people.any():
        raise BadInput(f"{len(labelled.tracks)} frames with {labelled.people.sum():g} people are too few to fit on")
    best = CameraCorrection(camera=camera, frame_size=labelled.size, fitted_on=fitted_on)
    best = _side_by_side(best, labelled)
    for score in SCORES:
        best = _better(best, best.model_copy(update={"least_score": score}), labelled)
    told = np.array([len(best.counted(seen, labelled.size)) for seen in labelled.tracks])
    ratio = round(float(labelled.people.sum() / max(told.sum(), 1)), 3)
    best = _better(best, best.model_copy(update={"gain": min(max(ratio, 0.1), 10.0)}), labelled)
    return best.model_copy(update={"interval": _factor(labelled, best)})


def _side_by_side(best: CameraCorrection, labelled: Labelled) -> CameraCorrection:
    """Leave out margins, one side after the other, as long as it helps; twice, for sides depend on each other."""
    sides = [0.0, 0.0, 0.0, 0.0]
    for _, side in product(range(2), range(4)):
        for margin in MARGINS:
            tried = [margin if index == side else known for index, known in enumerate(sides)]
            candidate = best.model_copy(update={"area": _rectangle(tried, labelled.size)})
            if _better(best, candidate, labelled) is candidate:
                best, sides = candidate, tried
    return best


def _rectangle(sides: Sequence[float], size: tuple[int, int]) -> tuple[tuple[float, float], ...] | None:
    """Corners of what is left of the picture without these shares at its left, top, right and bottom."""
    if not any(sides):
        return None
    left, top, right, bottom = sides
    # A picture's border belongs to it; beyond it nobody stands.
    x = (left * size[0] if left else -1.0, (1 - right) * size[0])
    y = (top * size[1] if top else -1.0, (1 - bottom) * size[1])
    return ((x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1]))


def _better(known: CameraCorrection, tried: CameraCorrection, labelled: Labelled) -> CameraCorrection:
    return tried if labelled.error(tried) < labelled.error(known) - WORTH else known


def _factor(labelled: Labelled, correction: CameraCorrection) -> float:
    """The least factor on the interval's ends, in tenths, with which it holds the claimed share of labels."""
    for factor in np.arange(0.5, 5.05, 0.1):
        told = labelled.told(correction.model_copy(update={"interval": float(factor)}))
        if np.mean((told.low <= labelled.people) & (labelled.people <= told.high)) >= CLAIMED:
            return round(float(factor), 1)
    return 5.0


async def look(source: Source, truth: MotTruth, frames: range, detector: Detector) -> Labelled:
    """Count the frames up to the last wanted, and keep the wanted ones.

    Raises:
        BadInput: the video ends before them.
    """
    pipeline, kept, size = CameraPipeline([], [], None), [], (0, 0)
    async with Camera("fit", source, pace=Pace.FLAT_OUT) as camera:
        async for frame in camera.frames():
            number = frame.sequence + 1
            if number >= frames.stop:
                break
            size = (frame.pixels.shape[1], frame.pixels.shape[0])
            (found,) = await asyncio.to_thread(detector.detect, [frame.pixels])
            seen = pipeline.process(found, frame.media_time_s or 0.0, size)
            if number >= frames.start:
                kept.append(seen.tracks)
    if len(kept) < len(frames):
        raise BadInput(f"{source.redacted} ends before frame {frames.stop - 1}")
    return Labelled(size, kept, np.array([truth[number].people for number in frames], np.float64))


def _frames(text: str) -> range:
    first, _, last = text.partition("-")
    if not first.isdigit() or not last.isdigit() or not 1 <= int(first) <= int(last):
        raise BadInput(f"frames {text!r} must be FIRST-LAST, counted from 1, such as 1-200")
    return range(int(first), int(last) + 1)


def main(words: Sequence[str] | None = None) -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description="Fit one camera's correction on labelled frames.")
    parser.add_argument("source", type=Path)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--frames", required=True, help="FIRST-LAST, from 1")
    parser.add_argument("--detector", type=Path, required=True, help="the ONNX file that the camera is watched with")
    parser.add_argument("--camera", required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(words)
    try:
        frames, truth = _frames(given.frames), read_mot(given.truth)
        source = Source(SourceKind.FILE, str(given.source))
        check_file_source(source)
        detector = OpenVinoDetector(given.detector, name=given.detector.stem)
        labelled = asyncio.run(look(source, truth, frames, detector))
        fit(given.camera, labelled, f"frames {given.frames} of {given.source.name}, {detector.name}").save(given.out)
    except BadInput as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
