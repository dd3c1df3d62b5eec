"""Who takes part: Headroom every frame detected, on a budget, in floats; and three that people use otherwise."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from domain.errors import HeadroomError
from domain.settings import Settings
from headroom.bench.lap import NotRunError, module, script
from inference.assets import resolve
from inference.models import ModelTable, choose

MODEL: Final = "yolov8n-rebuilt"
"""Both forms of one set of weights: ONNX for us, a checkpoint for those that run torch."""
IN_FLOATS: Final = "yolov8n-rebuilt-f32"
"""The same weights with nothing rounded, whatever arithmetic is quickest here."""
WARM_UP: Final = 32
"""Frames that everybody looks at before the clock starts: networks are compiled, caches filled."""
BUDGETS: Final = Path(__file__).resolve().parents[2] / "tests" / "budgets"
"""Scripts of the source repository that are run by path; the peers' packages come with the development tools."""

HEADROOM: Final = "headroom"
BUDGETED: Final = "headroom_budgeted"
FLOATS: Final = "headroom_f32"
ULTRALYTICS_TRACK: Final = "ultralytics_track"
REGION_COUNTER: Final = "region_counter"
SUPERVISION: Final = "supervision"


@dataclass(frozen=True)
class Contender:
    """Someone who takes part.

    Attributes:
        key: its name in JSON.
        title: its name for people.
        command: how it is run; a string instead says why it cannot be.
    """

    key: str
    title: str
    command: tuple[str, ...] | str


def contenders(clip: Path, settings: Settings) -> list[Contender]:
    """Everybody, in the order of their turns.

    Raises:
        BadInput: the model's row is missing from the table.
    """
    _, spec = choose(MODEL, ModelTable.load())

    def ours(*flags: str, model: str = MODEL) -> tuple[str, ...]:
        return module("headroom.bench.ours", clip, model, WARM_UP, *flags)

    def peer(name: str) -> tuple[str, ...] | str:
        try:
            weights = resolve(spec.checkpoint_asset or spec.asset, settings)
            return script(BUDGETS / "peers" / f"{name}.py", clip, weights, spec.longest, WARM_UP)
        except (HeadroomError, NotRunError) as reason:
            return str(reason)

    return [
        Contender(HEADROOM, "Headroom, every frame detected", ours()),
        Contender(BUDGETED, "Headroom, detection budgeted", ours("--budgeted")),
        Contender(FLOATS, "Headroom, every frame, 32-bit floats", ours(model=IN_FLOATS)),
        Contender(ULTRALYTICS_TRACK, "ultralytics track", peer("ultralytics_track")),
        Contender(REGION_COUNTER, "ultralytics RegionCounter", peer("region_counter")),
        Contender(SUPERVISION, "supervision and trackers", peer("supervision_recipe")),
    ]
