"""A video beside MOTChallenge truth: every frame, in order, through the pipeline that counts live cameras."""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.errors import BadInput
from domain.geometry import Polygon
from domain.source import Source
from headroom.evaluation.drawing import draw_frame
from headroom.evaluation.result import Evaluation, Scene
from headroom.evaluation.stopwatch import Stopwatch
from headroom.evaluation.worst import worst
from headroom.recording import looked_at, pictures_at
from inference.camera_pipeline import CameraPipeline
from inference.crowd.correction import CameraCorrection
from inference.crowd.estimate import Estimates, Estimator
from inference.detect import Detector
from inference.evaluation.counting import Counts
from inference.evaluation.matching import FrameTracks, without_ignored
from inference.evaluation.mot_truth import FrameTruth, MotTruth
from inference.evaluation.tracking import score_tracks
from inference.track import Tracks
from ingest.camera import Camera
from ingest.limits import Pace

Advance = Callable[[int], None]


@dataclass(frozen=True)
class _Run:
    """What the product told of a video.

    Attributes:
        told: by frame.
        estimator: makes counts of them.
        at_s: media time of each frame.
        sizes: width and height of each frame, pixels.
        fps: frames a second, end to end.
    """

    told: list[Tracks]
    estimator: Estimator
    at_s: list[float]
    sizes: list[tuple[int, int]]
    fps: float


@dataclass(frozen=True)
class _Frame:
    """One frame, ready to be judged.

    Attributes:
        truth: who is there and counts.
        told: who was told, those forgiven left out.
        ignored: boxes of those to be ignored, shape (n, 4).
        counted: how many people, with the interval; those forgiven left out.
        all_counted: the same, those forgiven included.
    """

    truth: FrameTruth
    told: FrameTracks
    ignored: NDArray[np.float64]
    counted: Estimates
    all_counted: Estimates


async def evaluate_video(
    source: Source,
    truth: MotTruth,
    detector: Detector,
    region: Polygon | None,
    advance: Advance,
    correction: CameraCorrection | None = None,
) -> Evaluation:
    """Count a video and compare.

    Args:
        source: the video, or its frames as a folder of pictures.
        truth: who is in each frame.
        detector: finds people.
        region: only people whose feet are inside are counted, told or true; ``None``: everyone. In the frames' pixels.
        advance: told how many more frames are done.
        correction: what is known of the camera's errors.

    Raises:
        BadInput: the truth names a frame that the video does not have.
    """
    run = await _run(source, detector, advance, correction)
    if truth.last_frame > len(run.told):
        raise BadInput(
            f"truth {truth.name} has people in frame {truth.last_frame}, but {source.redacted} has "
            f"{len(run.told)} frames; is it the truth of another video?"
        )
    frames = [
        _ready(truth[number], told, size, region, run.estimator)
        for number, (told, size) in enumerate(zip(run.told, run.sizes, strict=True), start=1)
    ]
    at_s = np.array(run.at_s)
    counts = _counts(frames, [frame.counted for frame in frames])
    chosen = worst(counts.errors, at_s)
    return Evaluation(
        source=source.redacted,
        truth=truth.name,
        kind="video",
        model=detector.name,
        labels=tuple(f"frame {number}" for number in range(1, len(frames) + 1)),
        at_s=at_s,
        counts=counts,
        readings={},
        tracks=score_tracks([frame.truth for frame in frames], [frame.told for frame in frames]),
        fps=run.fps,
        worst=await _scenes(source, {index: frames[index] for index in chosen}, run.at_s, region),
        notes=_notes(truth, frames, region),
        plain=_plain(frames),
    )


async def _run(source: Source, detector: Detector, advance: Advance, correction: CameraCorrection | None) -> _Run:
    """Every frame through detector and tracker."""
    pipeline = CameraPipeline([], [], None, correction=correction)
    told: list[Tracks] = []
    at_s: list[float] = []
    sizes: list[tuple[int, int]] = []
    clock = Stopwatch()
    async with (
        Camera("evaluate", source, pace=Pace.FLAT_OUT) as camera,
        aclosing(looked_at(camera, detector)) as batches,
    ):
        async for batch in batches:
            for frame, found in batch:
                height, width = frame.pixels.shape[:2]
                at_s.append(frame.media_time_s or 0.0)
                told.append(pipeline.process(found, at_s[-1], (width, height)).tracks)
                sizes.append((width, height))
            clock.lap(len(batch))
            advance(len(batch))
    return _Run(told, pipeline.estimator, at_s, sizes, clock.fps)


def _ready(
    truth: FrameTruth, tracks: Tracks, size: tuple[int, int], region: Polygon | None, estimator: Estimator
) -> _Frame:
    if region is not None:
        truth = truth.where(_inside(truth.boxes, size, region))
        doubtful = tracks.doubtful.where(_inside(tracks.doubtful.boxes, size, region))
        tracks = tracks.where(_inside(tracks.boxes, size, region)).doubting(doubtful)
    ignored = truth.boxes[truth.ignored]
    counted, kept = without_ignored(truth, FrameTracks(tracks.ids, tracks.boxes, tracks.seen))
    judged = tracks.where(np.isin(tracks.ids, kept.ids))
    every, some = (estimator.estimate(chosen, size, [None]) for chosen in (tracks, judged))
    return _Frame(counted, kept, ignored, some, every)


def _counts(frames: list[_Frame], told: list[Estimates]) -> Counts:
    return Counts.of(
        [frame.truth.people for frame in frames],
        [found.counts[0] for found in told],
        [found.low[0] for found in told],
        [found.high[0] for found in told],
    )


def _inside(boxes: NDArray[np.float64], size: tuple[int, int], region: Polygon) -> NDArray[np.bool_]:
    """Whose feet are in the region; someone cut off by the picture's border stands at it, as zones count them."""
    feet = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]])
    return region.contains(np.clip(feet, 0, np.subtract(size, 1)))


def _plain(frames: list[_Frame]) -> Counts | None:
    if not any(len(frame.ignored) for frame in frames):
        return None
    return _counts(frames, [frame.all_counted for frame in frames])


async def _scenes(
    source: Source, wanted: dict[int, _Frame], at_s: list[float], region: Polygon | None
) -> tuple[Scene, ...]:
    """The wanted frames, by their place in the video, drawn on."""
    pictures = await pictures_at(source, wanted)
    return tuple(
        Scene(
            title=f"frame {index + 1}, {at_s[index]:.1f} s",
            told=float(frame.counted.counts[0]),
            truth=frame.truth.people,
            jpeg=draw_frame(pictures[index], frame.truth, frame.told, frame.ignored, region),
        )
        for index, frame in wanted.items()
    )


def _notes(truth: MotTruth, frames: list[_Frame], region: Polygon | None) -> tuple[str, ...]:
    notes = []
    ignored = sum(len(frame.ignored) for frame in frames)
    forgiven = sum(round(float(frame.all_counted.counts[0] - frame.counted.counts[0])) for frame in frames)
    if ignored:
        notes.append(
            f"The truth marks {ignored} boxes as not to be judged; {forgiven} boxes that found them "
            "are neither right nor wrong."
        )
    if region is not None:
        corners = ", ".join(f"{x:g},{y:g}" for x, y in region.points)
        notes.append(f"Only people whose feet are inside the region {corners} were counted, told or true.")
    if truth.last_frame < len(frames):
        notes.append(
            f"The truth's last person is in frame {truth.last_frame} of {len(frames)}; "
            "the frames after it are taken as empty."
        )
    return tuple(notes)
