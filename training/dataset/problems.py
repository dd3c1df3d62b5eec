"""What is wrong with labels: everything, each with its place, in one error."""

from dataclasses import dataclass, field
from typing import Final

from domain.errors import BadDataset

CAP: Final = 100
"""Problems that are listed; of the others only their number is told. A set with more has one cause, not a hundred."""


@dataclass(frozen=True)
class Problem:
    """One thing that cannot be right.

    Attributes:
        place: file and line, or the place in a JSON file.
        what: what is wrong there, and what would be right.
    """

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


@dataclass
class Problems:
    """Collects problems, so that a person hears of all of them at once."""

    found: list[Problem] = field(default_factory=list)

    def add(self, place: str, what: str) -> None:
        """Remember one."""
        self.found.append(Problem(place, what))

    def __len__(self) -> int:
        return len(self.found)

    def __bool__(self) -> bool:
        return bool(self.found)

    def listed(self, cap: int = CAP) -> list[str]:
        """A line each, and one more that says how many were left out."""
        lines = [str(problem) for problem in self.found[:cap]]
        return lines + ([f"and {len(self.found) - cap} more"] if len(self.found) > cap else [])

    def raise_if_any(self, subject: str, outcome: str) -> None:
        """End here if there is a problem.

        Args:
            subject: whose problems they are.
            outcome: what was not done because of them.

        Raises:
            BadDataset: with a line for each problem.
        """
        if not self.found:
            return
        number = f"{len(self.found)} problem{'s' if len(self.found) > 1 else ''}"
        lines = "\n".join(f"  {line}" for line in self.listed())
        raise BadDataset(f"{subject} has {number}; {outcome}\n{lines}")
