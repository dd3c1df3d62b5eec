"""``headroom dataset``: labelled pictures come into a dataset, are checked, counted and looked at."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from domain.errors import BadInput
from domain.problems import first_problem
from domain.settings import Settings

if TYPE_CHECKING:  # a command imports what it needs, so that others start fast
    from training.dataset.adding import Added
    from training.dataset.pictures import Advance
    from training.dataset.recipe import Recipe

dataset_app = typer.Typer(help="Labelled pictures: import, check, count and look at them.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="The dataset.", metavar="DIR", show_default=False)]
Form = Annotated[str | None, typer.Argument(help="mot, yolo, coco, crowdhuman or points.", metavar="FORMAT")]
Labels = Annotated[Path | None, typer.Argument(help="The folder or file with the labels.", metavar="SOURCE")]
To = Annotated[Path | None, typer.Option(help="The dataset; made if it is not there.", metavar="DIR")]
PresetName = Annotated[str | None, typer.Option(help="Sets of configs/datasets.yaml, in place of one.")]
Root = Annotated[
    Path | None, typer.Option(help="With --preset: where they are; default: in HEADROOM_ASSETS.", metavar="DIR")
]
SetName = Annotated[str | None, typer.Option("--set", help="What the set is called.")]
Origin = Annotated[str | None, typer.Option(help="Where pictures and labels are from.")]
Licence = Annotated[str | None, typer.Option(help="Under which they may be used.")]
Privacy = Annotated[str | None, typer.Option(help="public-research, consented or blurred.")]
Labelled = Annotated[
    list[str] | None, typer.Option(help="What annotators looked for: person, head, points; repeat it.")
]
Person = Annotated[list[str] | None, typer.Option(help="A class that is a person.", metavar="CLASS")]
Head = Annotated[list[str] | None, typer.Option(help="A class that is a head.", metavar="CLASS")]
Ignored = Annotated[list[str] | None, typer.Option(help="A class not to be judged.", metavar="CLASS")]
Names = Annotated[str | None, typer.Option(help="yolo without data.yaml: its classes.", metavar="A,B,…")]
Lists = Annotated[list[str] | None, typer.Option("--list", help="yolo: pictures of a split.", metavar="SPLIT=FILE")]
Images = Annotated[
    Path | None, typer.Option(help="Pictures, or a mot video, that are not beside the labels.", metavar="PATH")
]
Sequences = Annotated[
    list[str] | None, typer.Option(help="How a file's path names its scene; repeat it.", metavar="REGEX[ -> NAME]")
]
SplitName = Annotated[str | None, typer.Option(help="given, drawn, train, val or test.")]
ValShare = Annotated[float | None, typer.Option(help="Drawn for validation; default 0.1.")]
TestShare = Annotated[float | None, typer.Option(help="Drawn for testing; default 0.")]
Seed = Annotated[int | None, typer.Option(help="Of the drawing.")]
Every = Annotated[int | None, typer.Option(help="mot: every n-th frame.", metavar="N")]
MinVisibility = Annotated[float | None, typer.Option(help="mot: less is not judged; default 0.1.")]
ClipPx = Annotated[float | None, typer.Option(help="Clip what sticks out by no more; default 0.")]
Duplicates = Annotated[str | None, typer.Option(help="refuse (default), together (in one split) or drop.")]
Limit = Annotated[int | None, typer.Option(help="At most N pictures a set, few people to many.", min=1)]
DropOutside = Annotated[bool, typer.Option("--drop-outside", help="Drop labels outside of the picture.")]
MissingIsEmpty = Annotated[bool, typer.Option("--missing-is-empty", help="No labels: nobody is there.")]
Replace = Annotated[bool, typer.Option("--replace", help="Replace sets of the same name.")]


@dataset_app.command()
def add(  # noqa: PLR0913, PLR0917 - each is an option of the command
    form: Form = None,
    source: Labels = None,
    to: To = None,
    preset: PresetName = None,
    root: Root = None,
    name: SetName = None,
    origin: Origin = None,
    licence: Licence = None,
    privacy: Privacy = None,
    labelled: Labelled = None,
    person: Person = None,
    head: Head = None,
    ignored: Ignored = None,
    names: Names = None,
    lists: Lists = None,
    images: Images = None,
    sequences: Sequences = None,
    split: SplitName = None,
    val_share: ValShare = None,
    test_share: TestShare = None,
    seed: Seed = None,
    every: Every = None,
    min_visibility: MinVisibility = None,
    clip_px: ClipPx = None,
    duplicates: Duplicates = None,
    limit: Limit = None,
    *,
    drop_outside: DropOutside = False,
    missing_is_empty: MissingIsEmpty = False,
    replace: Replace = False,
) -> None:
    """Import labelled pictures: all of what is named, once every label in it can be right, or nothing."""
    about = {"name": name, "source": origin, "licence": licence, "privacy": privacy, "labelled": labelled}
    targets = {"person": person, "head": head, "ignored": ignored}
    plain = {"format": form, "path": source, "images": images, "split": split, "seed": seed, "every": every}
    shares = {"val_share": val_share, "test_share": test_share, "min_visibility": min_visibility, "clip_px": clip_px}
    parsed = {
        "classes": {target: found for target, found in targets.items() if found},
        "names": names.split(",") if names else None,
        "lists": dict(map(_list_of, lists)) if lists else None,
        "sequences": [_rule_of(text) for text in sequences] if sequences else None,
    }
    flags = {"drop_outside": drop_outside or None, "missing_is_empty": missing_is_empty or None}
    options = {**plain, **shares, **parsed, **flags, "duplicates": duplicates}
    if to is None:
        raise BadInput("--to DIR is missing: the dataset that the pictures come into")
    with _progress() as advance:
        _tell(_added(about, options, preset, root, to, limit, advance, replacing=replace))


def _added(
    about: dict[str, Any],
    options: dict[str, Any],
    preset: str | None,
    root: Path | None,
    to: Path,
    limit: int | None,
    advance: "Advance",
    *,
    replacing: bool,
) -> "Added":
    """Import a preset's sets, or the one that the options describe."""
    if preset is not None:
        _refuse_beside_preset(about | options)
        return _add_preset(preset, root, to, limit, advance, replacing=replacing)
    from training.dataset.adding import add_sets  # noqa: PLC0415

    return add_sets([_recipe(about, options)], to, limit=limit, replacing=replacing, advance=advance)


@dataset_app.command()
def check(folder: Folder) -> None:
    """Compare every picture, label and split of a dataset with what was imported; status 2 if something is wrong."""
    from training.dataset.checks import raise_if_wrong  # noqa: PLC0415
    from training.dataset.layout import Dataset  # noqa: PLC0415

    with _progress() as advance:
        raise_if_wrong(folder, advance=advance)
    found = Dataset.open(folder)
    sys.stdout.write(f"{folder}: {len(found.items):,} pictures of {_sets(len(found.sets))}, nothing wrong\n")


@dataset_app.command()
def stats(
    folder: Folder,
    page: Annotated[Path | None, typer.Option(help="Where the page of pictures goes.", metavar="FILE.html")] = None,
    pictures: Annotated[int, typer.Option(help="On the page, of each set.", min=1)] = 18,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON in place of the table.")] = False,
) -> None:
    """Count what a dataset has, by set and split; and put pictures with their labels on a page."""
    from headroom.dataset_page import page as pages  # noqa: PLC0415
    from headroom.dataset_page import table  # noqa: PLC0415
    from training.dataset.layout import Dataset  # noqa: PLC0415
    from training.dataset.statistics import Statistics  # noqa: PLC0415

    found = Dataset.open(folder)
    counted = Statistics.of(found)
    if page is not None:
        with _progress() as advance:
            pages.write(found, counted, page, each=pictures, advance=advance)
        sys.stderr.write(f"page: {page}\n")
    if as_json:
        sys.stdout.write(json.dumps(table.as_json(found, counted)) + "\n")
    else:
        console = Console(highlight=False, markup=False)
        console.width = max(console.width, table.WIDTH)  # a line that wraps is read more easily than a cell that does
        table.show(found, counted, console)


def _list_of(text: str) -> tuple[str, Path]:
    split, found, path = text.partition("=")
    if not found or not path:
        raise BadInput(f"--list {text!r}: expected SPLIT=FILE, as in train=train.txt")
    return split, Path(path)


def _rule_of(text: str) -> dict[str, str | None]:
    match, found, name = text.partition(" -> ")
    return {"match": match, "name": name if found else None}


_OPTIONS = {"about.name": "set", "about.source": "origin", "format": "FORMAT", "path": "SOURCE", "lists": "list"}


def _recipe(about: dict[str, Any], options: dict[str, Any]) -> "Recipe":
    """What the options say.

    Raises:
        BadInput: one is missing or cannot be; the message names it.
    """
    from training.dataset.recipe import Recipe  # noqa: PLC0415

    given = {key: value for key, value in options.items() if value is not None}
    said = {key: value for key, value in about.items() if value is not None}
    try:
        recipe = Recipe.model_validate({**given, "about": said})
    except ValidationError as error:
        raise BadInput(_explained(error)) from None
    if not recipe.path.exists():
        raise BadInput(f"SOURCE {recipe.path}: there is no such folder or file")
    return recipe


def _explained(error: ValidationError) -> str:
    problem = first_problem(error)
    place, _, words = problem.partition(": ")
    shown = _OPTIONS.get(place, place.removeprefix("about.").replace("_", "-"))
    return f"{_option(shown)}: {'is missing' if words == 'Field required' else words}; see headroom dataset add --help"


def _option(shown: str) -> str:
    """As a person types it; what is in capitals is no option."""
    return shown if shown.isupper() else f"--{shown.replace('_', '-')}"


def _refuse_beside_preset(given: dict[str, Any]) -> None:
    """A preset says all this itself."""
    for key, value in given.items():
        if value:
            shown = _OPTIONS.get(key, _OPTIONS.get(f"about.{key}", key))
            raise BadInput(
                f"{_option(shown)} cannot be given beside --preset, whose sets configs/datasets.yaml describes"
            )


def _add_preset(
    name: str, root: Path | None, to: Path, limit: int | None, advance: "Advance", *, replacing: bool
) -> "Added":
    from training.dataset.presets import Presets, import_preset  # noqa: PLC0415

    preset = Presets.load().find(name)
    if root is None:
        assets = Settings.from_environment(os.environ).assets
        if assets is None:
            raise BadInput(f"preset {name}: its pictures are below HEADROOM_ASSETS, which is not set; or name --root")
        root = assets / preset.folder
    return import_preset(name, root, to, limit=limit, replacing=replacing, advance=advance)


def _tell(added: "Added") -> None:
    for note in added.notes:
        sys.stderr.write(f"{note}\n")
    for name, items in added.items.items():
        splits = {split: sum(item.split == split for item in items) for split in ("train", "val", "test")}
        shares = ", ".join(f"{number} {split}" for split, number in splits.items() if number)
        sys.stdout.write(f"{name}: {len(items):,} pictures ({shares})\n")
    whole = added.dataset
    sys.stdout.write(f"{whole.folder}: {len(whole.items):,} pictures of {_sets(len(whole.sets))}\n")
    sys.stdout.write(f"content hash: {whole.content_hash}\n")


def _sets(number: int) -> str:
    return f"{number} set{'s' if number > 1 else ''}"


@contextmanager
def _progress() -> "Iterator[Advance]":
    """A bar where standard error is a terminal; else nothing."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        tasks: dict[str, TaskID] = {}

        def advance(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what)
            bar.update(tasks[what], completed=done, total=total)

        yield advance
