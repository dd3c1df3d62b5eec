"""Which split each new picture gets, and which are left out because they are there already."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.dataset.duplicates import Pair, exact_copies, near_pairs, scenes
from training.dataset.item import PERSON, Item, Split
from training.dataset.pictures import Look
from training.dataset.problems import Problems
from training.dataset.recipe import Recipe
from training.dataset.splits import Scene, draw

_SHOWN: Final = 5
"""Pairs that a note names; the rest are counted."""


@dataclass(frozen=True)
class Candidate:
    """A picture that is in the dataset, or may come in.

    Attributes:
        item: it, with the split it is in, or that its source gives it.
        look: what it is.
        place: what a person is told of it.
        known: it is in the dataset already, and stays as it is.
        placed: its split is settled: it is known, or its source says so.
    """

    item: Item
    look: Look
    place: str
    known: bool = False
    placed: bool = False


@dataclass
class Placing:
    """One set finds its place beside those that are there.

    Attributes:
        recipe: how it is imported.
        problems: takes what cannot be.
        notes: takes what a person should know.
    """

    recipe: Recipe
    problems: Problems
    notes: list[str] = field(default_factory=list)

    def place(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The new ones that come in, each with its split.

        Args:
            candidates: those known first, then the new ones.
        """
        kept = self._without_copies(candidates)
        pairs = list(near_pairs([candidate.look for candidate in kept]))
        if self.recipe.duplicates == "drop":
            kept = self._without_near(kept, pairs)
            pairs = list(near_pairs([candidate.look for candidate in kept]))
        splits = self._splits(kept, pairs)
        return [
            replace(candidate, item=replace(candidate.item, split=split), placed=True)
            for candidate, split in zip(kept, splits, strict=True)
            if not candidate.known and split is not None
        ]

    def _without_copies(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The same file twice says the same twice, or contradicts itself."""
        dropped: dict[int, str] = {}
        for first, index in exact_copies([candidate.item.sha256 for candidate in candidates]):
            one, other = candidates[first], candidates[index]
            if other.known:
                continue
            if self.recipe.duplicates == "refuse":
                self.problems.add(other.place, f"is the same picture as {one.place}")
            elif self.recipe.duplicates == "together" and not _same_labels(one.item, other.item):
                self.problems.add(other.place, f"is the same picture as {one.place}, with other labels")
            else:
                dropped[index] = f"{other.place} as {one.place}"
        self._note("left out: the same picture", list(dropped.values()))
        return [candidate for index, candidate in enumerate(candidates) if index not in dropped]

    def _without_near(self, candidates: Sequence[Candidate], pairs: Sequence[Pair]) -> list[Candidate]:
        """Of two that are nearly the same one goes: the later, or else the one for training."""
        dropped: dict[int, str] = {}
        for pair in pairs:
            if pair.one in dropped or pair.other in dropped or candidates[pair.other].known:
                continue
            one, other = candidates[pair.one], candidates[pair.other]
            rarer = other.placed and other.item.split != "train" and one.item.split == "train" and not one.known
            index = pair.one if rarer else pair.other
            dropped[index] = _shown(pair, candidates)
        self._note("left out: nearly the same picture", list(dropped.values()))
        return [candidate for index, candidate in enumerate(candidates) if index not in dropped]

    def _splits(self, candidates: Sequence[Candidate], pairs: Sequence[Pair]) -> list[Split | None]:
        groups = scenes([candidate.item.sequence for candidate in candidates], pairs)
        splits: list[Split | None] = [candidate.item.split if candidate.placed else None for candidate in candidates]
        self._sequences_in_two(candidates)
        self._near_in_two(candidates, pairs, groups, splits)
        drawn = self._drawn(candidates, groups, splits)
        for index, candidate in enumerate(candidates):
            if not candidate.placed:
                splits[index] = drawn.get(int(groups[index]))
        return splits

    def _sequences_in_two(self, candidates: Sequence[Candidate]) -> None:
        """A scene that the source has in two splits."""
        first: dict[str, Candidate] = {}
        told: set[str] = set()
        for candidate in candidates:
            if not candidate.placed:
                continue
            name = candidate.item.sequence
            one = first.setdefault(name, candidate)
            if one.item.split != candidate.item.split and name not in told:
                told.add(name)
                self.problems.add(
                    candidate.place,
                    f"is in split {candidate.item.split}, and {one.place} in {one.item.split}: "
                    f"they are of one sequence, {name}",
                )

    def _near_in_two(
        self,
        candidates: Sequence[Candidate],
        pairs: Sequence[Pair],
        groups: NDArray[np.intp],
        splits: list[Split | None],
    ) -> None:
        """Pictures nearly the same that the source has in two splits: a problem, or all of their scenes move to one."""
        moved: dict[int, Split] = {}
        told = []
        for pair in pairs:
            one, other = candidates[pair.one], candidates[pair.other]
            if not (one.placed and other.placed) or one.item.split == other.item.split or other.known:
                continue
            if one.item.sequence == other.item.sequence:
                continue
            if self.recipe.duplicates == "refuse":
                self.problems.add(
                    other.place,
                    f"is in split {other.item.split} and nearly the same picture as {one.place} in {one.item.split} "
                    f"({pair.bits} of 256 bits differ)",
                )
                continue
            group = int(groups[pair.one])
            moved.setdefault(group, _majority(candidates, groups, group))
            told.append(f"{_shown(pair, candidates)} in {moved[group]}")
        self._note("kept in one split: nearly the same picture", told)
        for index, candidate in enumerate(candidates):
            if not candidate.known:
                splits[index] = moved.get(int(groups[index]), splits[index])

    def _drawn(
        self, candidates: Sequence[Candidate], groups: NDArray[np.intp], splits: Sequence[Split | None]
    ) -> dict[int, Split]:
        """The split of each group of which something is not placed yet."""
        members: defaultdict[int, list[int]] = defaultdict(list)
        for index, group in enumerate(groups.tolist()):
            members[group].append(index)
        settled: dict[int, Split] = {}
        free: dict[str, int] = {}
        waiting: list[Scene] = []
        for group, those in members.items():
            found = {split for index in those if (split := splits[index]) is not None}
            if len(found) == 1:
                settled[group] = found.pop()
            elif not found:
                scene = _scene([candidates[index].item for index in those])
                waiting.append(scene)
                free[scene.key] = group
            else:
                self._between(candidates, those, splits)
        shares: dict[Split, float] = {"test": self.recipe.test_share, "val": self.recipe.val_share}
        drawn = draw(waiting, shares, self.recipe.seed)
        self._too_large(waiting, drawn)
        return settled | {free[key]: split for key, split in drawn.items()}

    def _between(self, candidates: Sequence[Candidate], those: list[int], splits: Sequence[Split | None]) -> None:
        """A new picture that is nearly the same as one in training and one in validation belongs to neither."""
        homeless = [index for index in those if splits[index] is None]
        if self.recipe.duplicates == "refuse":
            for index in homeless:
                self.problems.add(candidates[index].place, "is nearly the same as pictures of two splits")
        else:
            self._note(
                "left out: nearly the same as pictures of two splits", [candidates[index].place for index in homeless]
            )

    def _too_large(self, waiting: Sequence[Scene], drawn: dict[str, Split]) -> None:
        if waiting and self.recipe.val_share and "val" not in drawn.values():
            sizes = ", ".join(f"{scene.key} {scene.pictures}" for scene in waiting[:_SHOWN])
            self.notes.append(
                f"nothing drawn for validation: no scene is small enough for {self.recipe.val_share:.0%} of the "
                f"pictures ({sizes}{', …' if len(waiting) > _SHOWN else ''})"
            )

    def _note(self, what: str, which: list[str]) -> None:
        if which:
            more = f", and {len(which) - _SHOWN} more" if len(which) > _SHOWN else ""
            self.notes.append(f"{len(which)} {what}: {', '.join(which[:_SHOWN])}{more}")


def _scene(items: Sequence[Item]) -> Scene:
    people = float(np.mean([people_in(item) for item in items]))
    return Scene(min(item.sequence for item in items), len(items), people)


def people_in(item: Item) -> int:
    """People, or heads: whichever there are more of, as one of them may not have been looked for."""
    people = int((item.classes == PERSON).sum())
    return people if item.heads is None else max(people, len(item.heads))


def _majority(candidates: Sequence[Candidate], groups: NDArray[np.intp], group: int) -> Split:
    """The split that a known picture of the group is in; else most of it; else training."""
    those = [candidate for candidate, its in zip(candidates, groups, strict=True) if its == group and candidate.placed]
    for candidate in those:
        if candidate.known:
            return candidate.item.split
    votes = [candidate.item.split for candidate in those]
    return max(("train", "val", "test"), key=votes.count)


def _same_labels(one: Item, other: Item) -> bool:
    arrays = ("boxes", "classes", "points", "ignored")
    return one.labelled == other.labelled and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays
    )


def _shown(pair: Pair, candidates: Sequence[Candidate]) -> str:
    mirrored = ", mirrored" if pair.mirrored else ""
    return f"{candidates[pair.other].place} ~ {candidates[pair.one].place} ({pair.bits} bits{mirrored})"
