"""One module for each format that labels come in; each reads into drafts and judges nothing but its own syntax."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from training.dataset.draft import Reading
from training.dataset.importers import coco, crowdhuman, mot, points, yolo
from training.dataset.importers.desk import Desk
from training.dataset.recipe import Format, Target

__all__ = ["READERS", "USUAL", "Desk"]

READERS: Final[Mapping[Format, Callable[[Desk], Reading]]] = MappingProxyType(
    {"mot": mot.read, "yolo": yolo.read, "coco": coco.read, "crowdhuman": crowdhuman.read, "points": points.read}
)
_PEOPLE: Final[Mapping[Target, tuple[str, ...]]] = MappingProxyType(
    {"person": ("person", "pedestrian"), "head": ("head",), "ignored": ("ignored",)}
)
USUAL: Final[Mapping[Format, Mapping[Target, tuple[str, ...]]]] = MappingProxyType(
    {
        "mot": {
            "person": ("pedestrian",),
            "head": (),
            "ignored": ("person on vehicle", "static person", "distractor", "reflection", "crowd", "ignored"),
        },
        "yolo": _PEOPLE,
        "coco": _PEOPLE,
        "crowdhuman": {"person": ("vbox",), "head": ("hbox",), "ignored": ("ignored",)},
        "points": {"person": (), "head": (), "ignored": ()},
    }
)
"""What a format's classes are taken for where nobody says otherwise."""
