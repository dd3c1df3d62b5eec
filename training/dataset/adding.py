"""Sets of labelled pictures come into a dataset: all that were asked for, or none."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from training.dataset.draft import Draft, Reading
from training.dataset.importers import READERS, Desk
from training.dataset.item import Item, Split
from training.dataset.judging import Judge
from training.dataset.layout import Dataset
from training.dataset.pictures import Advance, Look, Looker
from training.dataset.placing import Candidate, Placing, people_in
from training.dataset.problems import Problems
from training.dataset.recipe import Recipe
from training.dataset.splits import spread_over

_NOTHING: Final = "nothing was imported"


@dataclass(frozen=True)
class Added:
    """What came in.

    Attributes:
        dataset: as it is now.
        items: those that came in, by set.
        notes: what a person should know of it, each beginning with its set's name.
    """

    dataset: Dataset
    items: dict[str, tuple[Item, ...]]
    notes: tuple[str, ...]


def add_sets(
    recipes: Sequence[Recipe],
    to: Path,
    *,
    name: str | None = None,
    limit: int | None = None,
    replacing: bool = False,
    advance: Advance | None = None,
) -> Added:
    """Read sets, check every label, and write them into a dataset; whatever is wrong, nothing of them is written.

    Args:
        recipes: the sets, in order; a later one's pictures are compared with those of the earlier ones.
        to: the dataset's folder; where none is, one is made.
        name: of a dataset that is made; left out, its folder's.
        limit: at most so many pictures of each set, from the fewest people to the most, the same each time.
        replacing: sets that are there already are replaced.
        advance: told of the progress.

    Raises:
        BadDataset: something is wrong; a line for each problem.
    """
    problems, looker = Problems(), Looker(advance)
    new = {recipe.about.name for recipe in recipes}
    _named_once(recipes, problems)
    known = _known(to, looker, new if replacing else set())
    there = {candidate.item.source for candidate in known}
    for recipe in recipes:
        if recipe.about.name in there:
            problems.add(str(to), f"has set {recipe.about.name} already; give it another name, or replace it")
    problems.raise_if_any(", ".join(recipe.about.name for recipe in recipes), _NOTHING)
    came: dict[str, tuple[Item, ...]] = {}
    notes: list[str] = []
    with TemporaryDirectory(prefix="headroom-dataset-") as scratch:
        for recipe in recipes:
            desk = Desk(recipe, Path(scratch) / recipe.about.name, looker, Problems())
            found, told = _read(desk, known)
            kept = limited(found, limit)
            known += [replace(candidate, known=True) for candidate in kept]
            came[recipe.about.name] = tuple(candidate.item for candidate in kept)
            notes += [f"{recipe.about.name}: {note}" for note in told]
            problems.found += [
                replace(problem, place=f"{recipe.about.name}: {problem.place}") for problem in desk.problems.found
            ]
        problems.raise_if_any(", ".join(recipe.about.name for recipe in recipes), _NOTHING)
        return Added(_written(recipes, to, name, came, replacing=replacing), came, tuple(notes))


def _named_once(recipes: Sequence[Recipe], problems: Problems) -> None:
    for name, times in Counter(recipe.about.name for recipe in recipes).items():
        if times > 1:
            problems.add(name, f"is the name of {times} sets")


def _known(to: Path, looker: Looker, replaced: set[str]) -> list[Candidate]:
    """The pictures that the dataset has and keeps."""
    if not to.exists():
        return []
    items = [item for item in Dataset.open(to).items if item.source not in replaced]
    looker.look_at_all(item.image for item in items)
    looks = ((item, looker.look(item.image)) for item in items)
    return [
        Candidate(item, look, f"{item.source}/{item.image.name}", known=True, placed=True)
        for item, look in looks
        if isinstance(look, Look)
    ]


def _read(desk: Desk, known: Sequence[Candidate]) -> tuple[list[Candidate], list[str]]:
    """A set's pictures with their splits, and what is to be said of them."""
    reading = READERS[desk.recipe.format](desk)
    judge = Judge.of(desk.recipe, reading, desk.problems)
    candidates = list(_candidates(desk, reading, judge))
    if not candidates and not desk.problems:
        desk.problems.add(str(desk.recipe.path), "has no picture")
    placing = Placing(desk.recipe, desk.problems)
    placed = placing.place([*known, *candidates])
    if candidates and not placed and not desk.problems:
        desk.problems.add(str(desk.recipe.path), "no picture of it is new; " + "; ".join(placing.notes))
    return placed, [*reading.notes, *judge.notes(), *placing.notes]


def _candidates(desk: Desk, reading: Reading, judge: Judge) -> Iterator[Candidate]:
    recipe = desk.recipe
    given = recipe.split == "given" or (recipe.split is None and any(draft.split for draft in reading.drafts))
    used: set[int] = set()
    for draft in reading.drafts:
        split = _split(desk, draft, given=given)
        sequence = _sequence(desk, draft, used)
        item = judge.item(draft, sequence, split or "train")
        yield Candidate(item, draft.look, desk.name(draft.image), placed=split is not None)
    for index, rule in enumerate(recipe.sequences):
        if index not in used:
            desk.problems.add(str(recipe.path), f"no picture is matched by the sequence pattern {rule.match!r}")


def _split(desk: Desk, draft: Draft, *, given: bool) -> Split | None:
    """The split that is settled; ``None``: it is drawn."""
    if given:
        if draft.split is None:
            desk.problems.add(desk.name(draft.image), "is in no split of the source; draw splits, or name one for all")
        return draft.split
    return desk.recipe.split if desk.recipe.split in ("train", "val", "test") else None


def _sequence(desk: Desk, draft: Draft, used: set[int]) -> str:
    path = desk.name(draft.image)
    for index, rule in enumerate(desk.recipe.sequences):
        sequence = rule.sequence(path, desk.recipe.about.name)
        if sequence:
            used.add(index)
            return sequence
    return draft.sequence or f"{desk.recipe.about.name}/{_stem(desk, draft)}"


def _stem(desk: Desk, draft: Draft) -> str:
    """A name for a picture that is a scene of its own: two of one name in two folders are two scenes."""
    inside = draft.image.relative_to(desk.root) if draft.image.is_relative_to(desk.root) else Path(draft.image.name)
    return inside.with_suffix("").as_posix().removeprefix("images/")


def limited(candidates: Sequence[Candidate], limit: int | None) -> list[Candidate]:
    """At most so many, of each split its share and at least one, from the fewest people to the most."""
    if limit is None or limit >= len(candidates):
        return list(candidates)
    kept: list[Candidate] = []
    splits = [candidate.item.split for candidate in candidates]
    rarest_first = sorted(set(splits), key=lambda split: (splits.count(split), split))
    for index, split in enumerate(rarest_first):
        those = [candidate for candidate in candidates if candidate.item.split == split]
        room = limit - len(kept) - (len(rarest_first) - index - 1)
        last = index == len(rarest_first) - 1
        share = room if last else min(room, max(1, round(limit * len(those) / len(candidates))))
        chosen = spread_over([people_in(candidate.item) for candidate in those], max(share, 0)) if share > 0 else []
        kept += [those[place] for place in chosen]
    return kept


def _written(
    recipes: Sequence[Recipe], to: Path, name: str | None, came: dict[str, tuple[Item, ...]], *, replacing: bool
) -> Dataset:
    sets = [recipe.about for recipe in recipes]
    items = [item for those in came.values() for item in those]
    if to.exists():
        return Dataset.extend(to, sets=sets, items=items, replacing=replacing)
    return Dataset.create(to, name=name or to.resolve().name, sets=sets, items=items)
