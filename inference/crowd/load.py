"""A density model and its crossover, by name."""

from domain.settings import Settings
from inference.assets import locate, resolve
from inference.crowd.density import DensityModel, McnnDensity
from inference.crowd.fusion import Crossover
from inference.crowd.still import StillCounter
from inference.detect import Detector

DEFAULT = "mcnn-b"
"""Fitted on street scenes, the more common kind; used where its file is at hand."""
NONE = "none"


def make_still_counter(detector: Detector, density: str | None, settings: Settings) -> StillCounter:
    """What counts single pictures.

    Args:
        detector: finds those who can be told apart.
        density: a name in ``configs/crowd.yaml``; ``none`` for boxes alone; ``None`` takes the default where its file
            is at hand, and boxes alone where it is not.
        settings: where assets are.

    Raises:
        BadInput: no such name, or its file is no density model.
        AssetUnavailable: the named model's file cannot be had.
    """
    found = _density(density, settings)
    return StillCounter(detector) if found is None else StillCounter(detector, *found)


def _density(name: str | None, settings: Settings) -> tuple[DensityModel, Crossover] | None:
    if name == NONE:
        return None
    crossover = Crossover.load(name or DEFAULT)
    if name is None and locate(crossover.asset, settings) is None:
        return None
    path = resolve(crossover.asset, settings)
    return McnnDensity(path, name=name or DEFAULT), crossover
