"""Drafts become items, once every label in them can be right."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from training.dataset.draft import Draft, Mark, Reading, Spot
from training.dataset.importers import USUAL
from training.dataset.item import HEAD, PERSON, Item, Split
from training.dataset.problems import Problems
from training.dataset.recipe import Recipe, Target

ROUNDING_PX: Final = 0.5
"""Beyond its picture's edge a box may reach this far and is cut without a word: labels were rounded on their way, to
six decimals of the picture's size or to whole pixels, and nobody places a corner within half a pixel."""
_SHOWN: Final = 3
"""Places that a note names; the rest are counted."""


@dataclass
class Clipped:
    """What was cut because it stuck out.

    Attributes:
        places: where the labels stand.
        furthest_px: how far the furthest stuck out.
    """

    places: list[str] = field(default_factory=list)
    furthest_px: float = 0.0

    def note(self) -> Iterator[str]:
        """What a person is told."""
        if self.places:
            number = f"{len(self.places)} label{'s' if len(self.places) > 1 else ''}"
            yield f"{number} clipped to the picture, by at most {self.furthest_px:.1f} px: {_few(self.places)}"


def _few(places: Sequence[str]) -> str:
    return ", ".join(places[:_SHOWN]) + (f", and {len(places) - _SHOWN} more" if len(places) > _SHOWN else "")


@dataclass(frozen=True)
class Judge:
    """Says what each label is, and whether it can be.

    Attributes:
        recipe: how the set is read.
        targets: what each of the source's classes is; those that are not among them are left out.
        problems: takes what cannot be.
        clipped: takes what was cut.
        outside: takes the places of what was dropped because it is outside of its picture altogether.
        left_out: how many boxes there were of each class that is nothing to us.
    """

    recipe: Recipe
    targets: dict[str, Target]
    problems: Problems
    clipped: Clipped = field(default_factory=Clipped)
    outside: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, recipe: Recipe, reading: Reading, problems: Problems) -> "Judge":
        """For a source with these classes; a class that is asked for, and that it does not have, is a problem."""
        targets: dict[str, Target] = {}
        for target, usual in USUAL[recipe.format].items():
            for name in recipe.classes.get(target, usual):
                if name in reading.classes:
                    targets[name] = target
                elif target in recipe.classes:
                    known = ", ".join(reading.classes) or "none"
                    problems.add(str(recipe.path), f"class {name!r} is not in the source, whose classes are {known}")
        return cls(recipe, targets, problems)

    def item(self, draft: Draft, sequence: str, split: Split) -> Item:
        """The picture as training sees it."""
        kept: dict[Target, list[tuple[float, ...]]] = {"person": [], "head": [], "ignored": []}
        for mark in draft.marks:
            target = self.targets.get(mark.name)
            if target is None:
                self.left_out[mark.name] += 1
            elif box := self._box(mark, draft, target):
                kept[target].append(box)
        points = [point for spot in draft.spots if (point := self._point(spot, draft))]
        boxes = [(PERSON, box) for box in kept["person"]] + [(HEAD, box) for box in kept["head"]]
        return Item(
            image=draft.image,
            sha256=draft.look.sha256,
            width=draft.look.width,
            height=draft.look.height,
            source=self.recipe.about.name,
            sequence=sequence,
            split=split,
            labelled=frozenset(self.recipe.about.labelled),
            boxes=np.array([box for _, box in boxes], np.float64).reshape(-1, 4),
            classes=np.array([index for index, _ in boxes], np.intp),
            points=np.array(points, np.float64).reshape(-1, 2),
            ignored=np.array(kept["ignored"], np.float64).reshape(-1, 4),
        )

    def notes(self) -> Iterator[str]:
        """What a person should know of what was judged."""
        yield from self.clipped.note()
        if self.outside:
            yield f"{len(self.outside)} outside of the picture dropped: {_few(self.outside)}"
        for name, number in sorted(self.left_out.items()):
            yield f"{number} box{'es' if number > 1 else ''} of class {name} left out: neither person, head nor ignored"

    def _box(self, mark: Mark, draft: Draft, target: Target) -> tuple[float, ...] | None:
        """The box inside its picture; ``None``: it cannot be, or is nothing."""
        if target != "ignored" and target not in self.recipe.about.labelled:
            labelled = ", ".join(self.recipe.about.labelled)
            self.problems.add(mark.place, f"is a {target}, but the set is said to have labelled only: {labelled}")
            return None
        complaint = _box_complaint(mark.box, draft, 0.0 if target == "ignored" else self.recipe.clip_px)
        left, top, right, bottom = mark.box
        inside = (max(left, 0.0), max(top, 0.0), min(right, draft.look.width), min(bottom, draft.look.height))
        if target == "ignored":  # a region, cut without a word: it says where nothing is known
            return inside if inside[0] < inside[2] and inside[1] < inside[3] else None
        if complaint:
            self._refuse(mark.place, complaint, outside=_outside(mark.box, draft))
            return None
        self._note_clip(mark.place, _beyond(mark.box, draft))
        return inside

    def _point(self, spot: Spot, draft: Draft) -> tuple[float, float] | None:
        if "points" not in self.recipe.about.labelled:
            labelled = ", ".join(self.recipe.about.labelled)
            self.problems.add(spot.place, f"is a point, but the set is said to have labelled only: {labelled}")
            return None
        complaint = _point_complaint(spot, draft, self.recipe.clip_px)
        if complaint:
            self._refuse(spot.place, complaint, outside=bool(np.isfinite((spot.x, spot.y)).all()))
            return None
        self._note_clip(spot.place, _beyond((spot.x, spot.y, spot.x, spot.y), draft))
        return min(max(spot.x, 0.0), draft.look.width), min(max(spot.y, 0.0), draft.look.height)

    def _refuse(self, place: str, complaint: str, *, outside: bool) -> None:
        if outside and self.recipe.drop_outside:
            self.outside.append(place)
        else:
            self.problems.add(place, complaint)

    def _note_clip(self, place: str, beyond_px: float) -> None:
        if beyond_px > ROUNDING_PX:
            self.clipped.places.append(place)
            self.clipped.furthest_px = max(self.clipped.furthest_px, beyond_px)


def box_complaint(box: Sequence[float], width: int, height: int, clip_px: float = 0.0) -> str:
    """What is wrong with a box of a picture, in pixels; empty: nothing."""
    left, top, right, bottom = box
    shown = f"box {left:.6g},{top:.6g} to {right:.6g},{bottom:.6g}"
    if not np.isfinite(box).all():
        return f"{shown} has something that is not a number"
    if left >= right or top >= bottom:
        return f"{shown} has no inside: it is {right - left:.6g} by {bottom - top:.6g} pixels"
    if left >= width or top >= height or right <= 0 or bottom <= 0:
        return f"{shown} is outside of the picture, which is {width}x{height}"
    beyond = max(-left, -top, right - width, bottom - height)
    if beyond > max(clip_px, ROUNDING_PX):
        return f"{shown} sticks {beyond:.3g} pixels out of the picture, which is {width}x{height}"
    return ""


def point_complaint(x: float, y: float, width: int, height: int, clip_px: float = 0.0) -> str:
    """What is wrong with a point; empty: nothing."""
    if not np.isfinite((x, y)).all():
        return f"point {x:.6g},{y:.6g} has something that is not a number"
    if max(-x, -y, x - width, y - height) > max(clip_px, ROUNDING_PX):
        return f"point {x:.6g},{y:.6g} is outside of the picture, which is {width}x{height}"
    return ""


def _box_complaint(box: tuple[float, float, float, float], draft: Draft, clip_px: float) -> str:
    return box_complaint(box, draft.look.width, draft.look.height, clip_px)


def _point_complaint(spot: Spot, draft: Draft, clip_px: float) -> str:
    return point_complaint(spot.x, spot.y, draft.look.width, draft.look.height, clip_px)


def _outside(box: tuple[float, float, float, float], draft: Draft) -> bool:
    """Whether no part of a box, which has an inside, is in its picture."""
    left, top, right, bottom = box
    nowhere = left >= draft.look.width or top >= draft.look.height or right <= 0 or bottom <= 0
    return nowhere and left < right and top < bottom


def _beyond(box: tuple[float, float, float, float], draft: Draft) -> float:
    """How far a box sticks out of its picture, pixels; negative: it does not."""
    left, top, right, bottom = box
    return max(-left, -top, right - draft.look.width, bottom - draft.look.height)
