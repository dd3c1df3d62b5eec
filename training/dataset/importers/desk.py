"""What an importer works with, whatever it reads."""

import math
from dataclasses import dataclass, field
from pathlib import Path

from training.dataset.pictures import Look, Looker, is_picture
from training.dataset.problems import Problems
from training.dataset.recipe import Recipe


@dataclass(frozen=True)
class Desk:
    """One import.

    Attributes:
        recipe: what is read, and how.
        scratch: a folder for pictures that are made on the way, such as a video's frames.
        looker: looks at pictures.
        problems: takes what is wrong.
    """

    recipe: Recipe
    scratch: Path
    looker: Looker = field(default_factory=Looker)
    problems: Problems = field(default_factory=Problems)

    @property
    def root(self) -> Path:
        """The folder that the labels are in."""
        return self.recipe.path if self.recipe.path.is_dir() else self.recipe.path.parent

    def name(self, path: Path, line: int | None = None) -> str:
        """What a person is told of a file, and of a line in it."""
        shown = next((path.relative_to(at) for at in (self.root, self.scratch) if path.is_relative_to(at)), path)
        return f"{shown}" if line is None else f"{shown} line {line}"

    def look(self, path: Path) -> Look | None:
        """What a picture is; a broken one is a problem."""
        look = self.looker.look(path)
        if isinstance(look, Look):
            return look
        self.problems.add(self.name(path), look)
        return None

    def lines(self, path: Path) -> list[tuple[int, str]]:
        """The lines of a text file that are not empty, with their numbers from 1; a file without text is a problem."""
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            self.problems.add(
                self.name(path), f"cannot be read: {getattr(error, 'strerror', None) or 'it is not text'}"
            )
            return []
        return [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]

    def numbers(self, words: list[str], place: str) -> list[float] | None:
        """The numbers that words are; a word that is none is a problem."""
        values = []
        for word in words:
            try:
                value = float(word)
            except ValueError:
                value = math.nan
            if not math.isfinite(value):
                self.problems.add(place, f"{word.strip()[:40]!r} is not a number")
                return None
            values.append(value)
        return values

    def pictures_in(self, folder: Path) -> list[Path]:
        """All pictures in a folder and those inside it, in order."""
        return sorted(path for path in folder.rglob("*") if is_picture(path) and path.is_file())
