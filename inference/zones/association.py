"""Which tracks of different cameras are one person: pairs first, then groups that hold each camera at most once."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

MOST_LOOKS: Final = 15
"""Looks over which a pair's distance is averaged: 3 s at 5 Hz, in which two who walk past each other part by metres."""


@dataclass(frozen=True)
class Pairs:
    """Tracks of two cameras near each other, ordered by first row, then by second.

    Attributes:
        first: row of the one, shape (p,).
        second: row of the other, greater than ``first``, shape (p,).
        squared: squared distance in units of its variance on one axis, averaged over the looks, shape (p,). Two sights
            of one person have 2 on average (chi-squared with two degrees of freedom).
        looks: how many looks that is, at most :data:`MOST_LOOKS`, shape (p,).
        together: whether they were taken for one person last time, shape (p,).
    """

    first: Rows
    second: Rows
    squared: Array
    looks: Array
    together: NDArray[np.bool_]

    @classmethod
    def none(cls) -> "Pairs":
        """No pairs."""
        rows = np.empty(0, np.intp)
        return cls(rows, rows, np.empty(0), np.empty(0), np.empty(0, np.bool_))

    def __len__(self) -> int:
        return len(self.first)

    def moved(self, rows: Rows) -> "Pairs":
        """The same where row r has become ``rows[r]``; pairs of which one has become -1 are dropped.

        Args:
            rows: growing, apart from its -1.
        """
        first, second = rows[self.first], rows[self.second]
        kept = (first >= 0) & (second >= 0)
        return Pairs(first[kept], second[kept], self.squared[kept], self.looks[kept], self.together[kept])

    def looked(self, first: Rows, second: Rows, squared: Array, fresh: NDArray[np.bool_], rows: int) -> "Pairs":
        """The pairs that are near now, each with what is remembered of it; what is remembered of others is dropped.

        Args:
            first: shape (q,), less than ``second`` throughout.
            second: shape (q,).
            squared: their squared distances now, in units of the variance on one axis, shape (q,).
            fresh: whether this is a new look at both; if not, a remembered distance stands. Shape (q,).
            rows: how many rows there are.
        """
        keys = first.astype(np.int64) * rows + second
        order = np.argsort(keys)
        keys, first, second, squared, fresh = keys[order], first[order], second[order], squared[order], fresh[order]
        known = self.first.astype(np.int64) * rows + self.second
        if not len(known):
            return Pairs(first, second, squared, np.ones(len(keys)), np.zeros(len(keys), np.bool_))
        place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        found = known[place] == keys
        before = np.where(found, self.looks[place], 0)
        looks = np.minimum(before + (fresh | ~found), MOST_LOOKS)
        share = np.where(fresh | ~found, 1 / np.minimum(before + 1, MOST_LOOKS), 0.0)
        remembered = np.where(found, self.squared[place], 0.0)
        mean = remembered + share * (squared - remembered)
        return Pairs(first, second, mean, looks, found & self.together[place])


@dataclass(frozen=True)
class Groups:
    """Rows that are one person.

    Attributes:
        of_row: number of each row's group: the least row in it, shape (n,).
        doubtful: numbers of groups that are each other's nearest and could be one, but are too far apart, shape (d, 2).
    """

    of_row: Rows
    doubtful: Rows


def group(pairs: Pairs, cost: Array, rows: int, *, limit: float) -> Groups:
    """Join rows to groups, nearest first, as long as the mean cost over all pairs between two groups is within bounds.

    Average linkage by reciprocal nearest neighbours (Murtagh 1983), with one condition: every row of one group must be
    paired with every row of the other. Tracks of one camera are never paired, so no group holds two of them, and
    no chain of neighbours joins two people.

    Args:
        pairs: who may be one person.
        cost: of each pair, shape (p,).
        rows: how many rows there are.
        limit: greatest mean cost between two groups that are joined.
    """
    of_row = np.arange(rows)
    size = np.ones(rows)
    first, second, total, count = pairs.first, pairs.second, cost, np.ones(len(cost))
    while True:
        mean = total / count
        chosen = _reciprocal(first, second, mean, rows)
        joining = chosen & (mean <= limit)
        if not joining.any():
            return Groups(_rooted(of_row), np.column_stack([first[chosen], second[chosen]]))
        of_row[second[joining]] = first[joining]
        size[first[joining]] += size[second[joining]]
        into = np.arange(rows)
        into[second[joining]] = first[joining]
        changed = np.zeros(rows, np.bool_)
        changed[first[joining]] = changed[second[joining]] = True
        touched = (changed[first] | changed[second]) & ~joining
        merged = _summed(into[first[touched]], into[second[touched]], total[touched], count[touched], rows)
        complete = merged[3] == size[merged[0]] * size[merged[1]]
        same = ~(touched | joining)
        first, second, total, count = (
            np.concatenate([old[same], new[complete]])
            for old, new in zip((first, second, total, count), merged, strict=True)
        )


def _reciprocal(first: Rows, second: Rows, mean: Array, rows: int) -> NDArray[np.bool_]:
    """Which pairs are each other's nearest; among equals one, whatever the order of the pairs."""
    nearest = np.full(rows, np.inf)
    np.minimum.at(nearest, first, mean)
    np.minimum.at(nearest, second, mean)
    chosen = np.flatnonzero((mean == nearest[first]) & (mean == nearest[second]))
    keys = first[chosen].astype(np.int64) * rows + second[chosen]
    least = np.full(rows, np.iinfo(np.int64).max)
    np.minimum.at(least, first[chosen], keys)
    np.minimum.at(least, second[chosen], keys)
    result = np.zeros(len(mean), np.bool_)
    result[chosen[(least[first[chosen]] == keys) & (least[second[chosen]] == keys)]] = True
    return result


def _summed(first: Rows, second: Rows, total: Array, count: Array, rows: int) -> tuple[Rows, Rows, Array, Array]:
    """Pairs of groups, each once, with the sums of what was said of them."""
    low, high = np.minimum(first, second), np.maximum(first, second)
    keys = low.astype(np.int64) * rows + high
    order = np.argsort(keys, kind="stable")
    keys, total, count = keys[order], total[order], count[order]
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    if not len(starts):
        return low, high, total, count
    sums = np.add.reduceat(total, starts), np.add.reduceat(count, starts)
    return (keys[starts] // rows).astype(np.intp), (keys[starts] % rows).astype(np.intp), *sums


def _rooted(of_row: Rows) -> Rows:
    """Follow each row's group to its least row."""
    while True:
        further = of_row[of_row]
        if np.array_equal(further, of_row):
            return of_row
        of_row = further


def numbered(of_row: Rows, persons: NDArray[np.int64], next_person: int) -> tuple[NDArray[np.int64], int]:
    """A person's number for every group: that of most of its rows, the older where two are equal; else a new one.

    A number goes to one group only: to the one that has most of the rows which had it before.

    Args:
        of_row: each row's group, as :class:`Groups` has it, shape (n,).
        persons: the number that each row had before, 0 for none, shape (n,).
        next_person: the first number that was never given.

    Returns:
        The number of each row now, shape (n,), and the next first number that was never given.
    """
    had = np.flatnonzero(persons)
    pairs, rows_of_pair = np.unique(persons[had] * len(of_row) + of_row[had], return_counts=True)
    person, root = np.divmod(pairs, max(len(of_row), 1))
    by_person = np.lexsort((root, -rows_of_pair, person))
    heirs = by_person[np.flatnonzero(np.diff(person[by_person], prepend=0))]
    by_root = heirs[np.lexsort((person[heirs], -rows_of_pair[heirs], root[heirs]))]
    given = by_root[np.flatnonzero(np.diff(root[by_root], prepend=-1))]
    number = np.zeros(len(of_row), np.int64)
    number[root[given]] = person[given]
    roots = np.flatnonzero(of_row == np.arange(len(of_row)))
    new = roots[number[roots] == 0]
    number[new] = next_person + np.arange(len(new))
    return number[of_row], next_person + len(new)
