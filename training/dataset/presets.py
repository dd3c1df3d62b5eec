"""``configs/datasets.yaml``: sets that are imported together, by one name."""

import difflib
from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors import BadDataset, BadInput
from domain.problems import first_problem
from training.dataset.adding import Added, add_sets
from training.dataset.pictures import Advance
from training.dataset.recipe import Recipe

TABLE: Final = Path(__file__).resolve().parents[2] / "configs" / "datasets.yaml"


class Preset(BaseModel):
    """Sets that lie below one folder.

    Attributes:
        title: what they are.
        folder: where they lie below ``HEADROOM_ASSETS``.
        sets: how each is read; their paths are inside that folder.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    folder: Path
    sets: Annotated[tuple[Recipe, ...], Field(min_length=1)]

    def recipes(self, root: Path) -> list[Recipe]:
        """Its sets, where they are below ``root``."""
        return [_inside(recipe, root) for recipe in self.sets]


class Presets(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1]
    presets: dict[str, Preset]

    @classmethod
    def load(cls, path: Path = TABLE) -> "Presets":
        """Read it.

        Raises:
            BadInput: it is missing or not what it should be; the message names the key.
        """
        try:
            return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (OSError, yaml.YAMLError) as error:
            raise BadInput(f"{path}: cannot be read: {error}") from None
        except ValidationError as error:
            raise BadInput(f"{path.name}: {first_problem(error)}") from None

    def find(self, name: str) -> Preset:
        """The preset of that name.

        Raises:
            BadInput: there is none; the message names the nearest.
        """
        if name in self.presets:
            return self.presets[name]
        near = difflib.get_close_matches(name, self.presets, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise BadInput(f"preset {name!r} is not in configs/datasets.yaml, which has {', '.join(self.presets)}{meant}")


def import_preset(
    name: str,
    source_root: Path,
    to: Path,
    *,
    limit: int | None = None,
    replacing: bool = False,
    advance: Advance | None = None,
    table: Path = TABLE,
) -> Added:
    """Import all sets of a preset into a dataset, or none.

    Args:
        name: of the preset.
        source_root: the folder that its sets lie in.
        to: the dataset's folder; where none is, one is made.
        limit: at most so many pictures of each set.
        replacing: sets that are there already are replaced.
        advance: told of the progress.
        table: the file that has the preset.

    Raises:
        BadInput: there is no such preset.
        BadDataset: a set is not there, or something in it is wrong; a line for each problem.
    """
    recipes = Presets.load(table).find(name).recipes(source_root)
    absent = [recipe.path for recipe in recipes if not recipe.path.exists()]
    if absent:
        raise BadDataset(
            f"preset {name}: there is no {absent[0]}" + (f", and {len(absent) - 1} more" * (len(absent) > 1))
        )
    return add_sets(recipes, to, name=name, limit=limit, replacing=replacing, advance=advance)


def _inside(recipe: Recipe, root: Path) -> Recipe:
    lists = {split: root / path for split, path in recipe.lists.items()}
    images = None if recipe.images is None else root / recipe.images
    return recipe.model_copy(update={"path": root / recipe.path, "lists": lists, "images": images})
