"""How fast a detector is from pictures in memory to boxes, and what share of the bare network's speed that is.

python -m inference.detect.throughput [--model NAME] [--batch 1 --batch 8 …] [--any-device]
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated, Any, Final, Protocol

import cv2
import numpy as np
import typer

from domain.errors import BadInput, HeadroomError
from domain.settings import Settings
from inference.assets import resolve
from inference.detect.base import Detections, Picture
from inference.detect.box import this_hardware

BATCHES: Final = (1, 8, 32, 64)
ROUNDS: Final = 5
_LEAST_S: Final = 0.5
"""A round lasts at least so long, so that one slow call does not decide it."""
NOT_RUN: Final = "not run: no NVIDIA GPU here"


class Measurable(Protocol):
    """A detector whose network can be run alone."""

    @property
    def name(self) -> str: ...  # noqa: D102  # see Detector

    def detect(self, batch: Sequence[Picture]) -> list[Detections]: ...  # noqa: D102  # see Detector

    def network_alone(self, picture: Picture, batch: int) -> Callable[[], None]:
        """Run the network ``batch`` times on what lies in its input already."""
        ...


@dataclass(frozen=True)
class Throughput:
    """One batch size's speed; medians over rounds that take turns.

    Attributes:
        model: model, runtime and precision.
        batch: pictures a call.
        frames_per_s: from pictures in memory to boxes.
        network_frames_per_s: the network alone, its input in place.
        share_of_limit: the first as a share of the second.
    """

    model: str
    batch: int
    frames_per_s: float
    network_frames_per_s: float
    share_of_limit: float


def measure(detector: Measurable, frames: Sequence[Picture], batch: int, *, rounds: int = ROUNDS) -> dict[str, Any]:
    """Measure one batch size.

    Args:
        detector: what to measure.
        frames: pictures of one size, in memory; taken round and round.
        batch: pictures a call.
        rounds: how often each of the two is measured, in turn.

    Returns:
        :class:`Throughput`'s fields.

    Raises:
        ValueError: there are no frames.
    """
    if not frames:
        raise ValueError("there are no frames to measure with")
    batches = [[frames[(start + index) % len(frames)] for index in range(batch)] for start in range(len(frames))]
    alone = detector.network_alone(frames[0], batch)
    turn = 0

    def end_to_end() -> None:
        nonlocal turn
        detector.detect(batches[turn % len(batches)])
        turn += 1

    for warm_up in (end_to_end, alone):
        warm_up()
    speeds = [(_calls_per_s(end_to_end), _calls_per_s(alone)) for _ in range(rounds)]
    whole, network = (median(speed[place] for speed in speeds) * batch for place in (0, 1))
    return asdict(Throughput(detector.name, batch, whole, network, whole / network))


def on_gpu(
    detector_of: Callable[[], Measurable], frames: Sequence[Picture], batches: Sequence[int] = BATCHES
) -> list[dict[str, Any]] | None:
    """Measure every batch size on this machine's GPU; ``None``: it has none, so nothing was run."""
    if not this_hardware().gpus:
        return None
    detector = detector_of()
    return [measure(detector, frames, batch) for batch in batches]


def _calls_per_s(call: Callable[[], None]) -> float:
    calls, start = 0, perf_counter()
    while (spent := perf_counter() - start) < _LEAST_S or not calls:
        call()
        calls += 1
    return calls / spent


def _frames(footage: Path, most: int = 64) -> list[Picture]:
    video = cv2.VideoCapture(str(footage), cv2.CAP_FFMPEG)
    read = (video.read() for _ in range(most))
    frames = [np.asarray(frame, np.uint8) for there, frame in read if there]
    if not frames:
        raise BadInput(f"footage {footage} cannot be read; expected a video")
    return frames


def _run(
    model: Annotated[str | None, typer.Option(help="A model's name or file; left out, the default.")] = None,
    batch: Annotated[list[int] | None, typer.Option(help="Pictures a call; may be given more than once.")] = None,
    footage: Annotated[Path | None, typer.Option(help="Frames to look at; left out, the asset vtest.avi.")] = None,
    any_device: Annotated[bool, typer.Option(help="Measure on the processor where there is no GPU.")] = False,  # noqa: FBT002  # typer's way
) -> None:
    """Print frames per second, end to end and of the network alone."""
    # The table of models imports the detectors; this module is beside them.
    from inference.models import ModelTable, choose, load_detector  # noqa: PLC0415

    try:
        settings = Settings.from_environment(os.environ)
        frames = _frames(footage or resolve("vtest.avi", settings))

        def make() -> Any:  # noqa: ANN401  # every detector that is loaded is measurable
            name, spec = choose(model, ModelTable.load())
            return load_detector(name, spec, lambda asset: resolve(asset, settings), made=settings.data / "models")

        told: list[dict[str, Any]] | None
        if any_device:
            detector = make()
            told = [measure(detector, frames, size) for size in batch or BATCHES]
        else:
            told = on_gpu(make, frames, batch or BATCHES)
        typer.echo(NOT_RUN if told is None else "\n".join(map(_line, told)))
    except HeadroomError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(2 if isinstance(error, BadInput) else 1)


def _line(found: dict[str, Any]) -> str:
    return (
        f"{found['model']} batch {found['batch']:>3}: {found['frames_per_s']:8.1f} frames/s, network alone "
        f"{found['network_frames_per_s']:8.1f}, share {found['share_of_limit']:.0%}"
    )


if __name__ == "__main__":
    typer.run(_run)
