"""A density model and its crossover, by name."""

from pathlib import Path

import structlog

from domain.errors import HeadroomError
from domain.settings import Settings
from inference.assets import locate, resolve
from inference.crowd.density import DensityModel, McnnDensity
from inference.crowd.fusion import Crossover
from inference.crowd.still import StillCounter
from inference.crowd.watch import LiveDensity
from inference.crowd.yolo_density import YoloDensity, gives_density
from inference.detect import Detector

DEFAULT = "crowd-n"
"""Our own; also how any other file of that make is fused, which has no row of its own."""
CLOSER = 1.5
"""How much closer a still is looked at a second time: the mean of both looks was 46 off on validation pictures of
ShanghaiTech A where one was 52, and on B 11.6 and 11.7. A live camera has no time for it."""
LIVE = "crowd-n-live"
"""The same model, fitted beside boxes from a single look, as live cameras have them."""
NONE = "none"

log = structlog.get_logger()


def make_still_counter(
    detector: Detector, density: str | None, settings: Settings, model: str | None = None
) -> StillCounter:
    """What counts single pictures.

    Args:
        detector: finds those who can be told apart.
        density: a name in ``configs/crowd.yaml``; ``none`` for boxes alone; ``None`` takes the default where its file
            is at hand, and boxes alone where it is not.
        settings: where assets are.
        model: what the detector was made of: where that is a file with a density map of its own, or one beside it, that
            is read.

    Raises:
        BadInput: no such name, or its file is no density model.
        AssetUnavailable: the named model's file cannot be had.
    """
    own = _own_density(Path(model)) if model is not None and density is None else None
    if own is not None:
        return StillCounter(detector, YoloDensity(own, name=own.stem, closer=CLOSER), Crossover.load(DEFAULT))
    found = _density(density, settings)
    return StillCounter(detector) if found is None else StillCounter(detector, *found)


def _own_density(model: Path) -> Path | None:
    """What gives a model's density: ``NAME-density.onnx`` beside ``NAME.onnx``, or itself where it has a map."""
    if not model.is_file() or model.suffix == ".pt":
        return None
    beside = model.with_name(f"{model.stem}-density.onnx")
    return next((file for file in (beside, model) if file.is_file() and gives_density(file)), None)


def _density(name: str | None, settings: Settings) -> tuple[DensityModel, Crossover] | None:
    if name == NONE:
        return None
    crossover = Crossover.load(name or DEFAULT)
    if name is None and locate(crossover.asset, settings) is None:
        return None
    return open_density(resolve(crossover.asset, settings), name=name or DEFAULT, closer=CLOSER), crossover


def open_density(path: Path, *, name: str, threads: int = 0, closer: float = 1.0) -> DensityModel:
    """A density model of either make.

    Args:
        path: its file.
        name: how it is named in readings.
        threads: processor threads it may use; 0: as many as there are.
        closer: how much closer one of ours looks a second time; MCNN does not.

    Raises:
        BadInput: the file is none.
    """
    if gives_density(path):
        return YoloDensity(path, name=name, threads=threads, closer=closer)
    return McnnDensity(path, name=name, threads=threads)


def live_density(settings: Settings, name: str | None = None) -> LiveDensity | None:
    """The density model for live pictures, on one core; ``None``: boxes count alone, and a log says why.

    Args:
        settings: where assets are.
        name: a name in ``configs/crowd.yaml``; ``none`` for boxes alone; ``None`` for the default, where it is at hand.

    Raises:
        BadInput: no such name.
        AssetUnavailable: the named model's file cannot be had.
    """
    if name == NONE:
        return None
    crossover = Crossover.load(name or LIVE)
    if name is None and locate(crossover.asset, settings) is None:
        log.warning("dense crowds are counted by boxes alone", reason=f"{crossover.asset} is not at hand")
        return None
    try:
        return LiveDensity(open_density(resolve(crossover.asset, settings), name=name or LIVE, threads=1), crossover)
    except HeadroomError as error:
        if name is not None:
            raise
        log.warning("dense crowds are counted by boxes alone", reason=str(error))
        return None
