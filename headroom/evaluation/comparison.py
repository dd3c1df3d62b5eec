"""Two models on the same pictures, one beside the other: where the challenger is better, and where it is not.

    python -m headroom.evaluation.comparison CHAMPION CHALLENGER OUT.html

The first two are folders that :mod:`headroom.evaluation.of_model` wrote.
"""

import json
import os
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Annotated, Final

import cv2
import numpy as np
import typer

from domain.errors import BadInput
from domain.settings import Settings
from training.command import told_in_a_line
from training.settings import CONFIGURATION, TrainingSettings

_HERE: Final = Path(__file__).parent
SHOWN: Final = 48
"""Pictures of each set: those on which the two differ most."""
_WIDE: Final = 320


@dataclass(frozen=True)
class Pair:
    """One picture and what both say.

    Attributes:
        name: of the picture or frame.
        truth: people there.
        champion: people counted by the model that runs.
        challenger: people counted by the other.
    """

    name: str
    truth: float
    champion: float
    challenger: float

    @property
    def gain(self) -> float:
        """By how many people the challenger is nearer to the truth; negative where it is farther."""
        return abs(self.champion - self.truth) - abs(self.challenger - self.truth)


def pairs(champion: Path, challenger: Path) -> dict[str, list[Pair]]:
    """What both counted, by set.

    Raises:
        BadInput: a folder has no counts, or they are not of the same pictures with the same truth.
    """
    ours, theirs = _counts(champion), _counts(challenger)
    if {name: [(row["picture"], row["truth"]) for row in rows] for name, rows in ours.items()} != {
        name: [(row["picture"], row["truth"]) for row in rows] for name, rows in theirs.items()
    }:
        raise BadInput(f"{champion} and {challenger} were judged by different pictures; evaluate both anew")
    return {
        name: [
            Pair(str(row["picture"]), float(row["truth"]), float(row["count"]), float(other["count"]))
            for row, other in zip(rows, theirs[name], strict=True)
        ]
        for name, rows in ours.items()
    }


def _counts(folder: Path) -> dict[str, list[dict[str, str | float]]]:
    try:
        counts: dict[str, list[dict[str, str | float]]] = json.loads((folder / "counts.json").read_text("utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise BadInput(f"{folder / 'counts.json'} cannot be read: {error}; expected what an evaluation wrote") from None
    return counts


def render(found: dict[str, list[Pair]], pictures: dict[str, Path], names: tuple[str, str]) -> str:
    """The page.

    Args:
        found: by set, each picture.
        pictures: by set of stills, the folder they lie in.
        names: of champion and challenger.
    """
    return Template((_HERE / "comparison.html").read_text(encoding="utf-8")).substitute(
        style=(_HERE / "page.css").read_text(encoding="utf-8"),
        champion=escape(names[0]),
        challenger=escape(names[1]),
        rows="".join(_row(name, those) for name, those in found.items()),
        sets="".join(_set(name, those, pictures.get(name)) for name, those in found.items()),
    )


def _mae(those: list[Pair]) -> tuple[float, float]:
    champion = np.mean([abs(pair.champion - pair.truth) for pair in those])
    return float(champion), float(np.mean([abs(pair.challenger - pair.truth) for pair in those]))


def _row(name: str, those: list[Pair]) -> str:
    champion, challenger = _mae(those)
    better, worse = sum(pair.gain > 0 for pair in those), sum(pair.gain < 0 for pair in those)
    cells = (f"{champion:.2f}", f"{challenger:.2f}", _change(champion, challenger), str(better), str(worse))
    return f'<tr><th scope="row">{escape(name)}</th><td>{len(those)}</td>' + "".join(f"<td>{c}</td>" for c in cells)


def _change(before: float, after: float) -> str:
    return "none" if before == 0 else f"{(after - before) / before:+.0%}"


def _set(name: str, those: list[Pair], folder: Path | None) -> str:
    shown = sorted(those, key=lambda pair: -abs(pair.gain))[:SHOWN]
    cards = "".join(_card(pair, folder) for pair in shown if pair.gain)
    left = f" (the {len(shown)} of {len(those)} on which they differ most)" if len(shown) < len(those) else ""
    return f'<section class="card span"><h2>{escape(name)}{left}</h2><div class="pairs">{cards}</div></section>'


def _card(pair: Pair, folder: Path | None) -> str:
    kind = "good" if pair.gain > 0 else "bad"
    words = f"{abs(pair.gain):.1f} {'nearer' if pair.gain > 0 else 'farther'}"
    return (
        f'<figure class="{kind}">{_thumbnail(pair, folder)}<figcaption><b>{escape(pair.name)}</b>'
        f"<span>true {pair.truth:.0f}</span><span>champion {pair.champion:.1f}</span>"
        f"<span>challenger {pair.challenger:.1f}</span><strong>{words}</strong></figcaption></figure>"
    )


def _thumbnail(pair: Pair, folder: Path | None) -> str:
    found = next(_files(pair.name, folder), None) if folder is not None else None
    picture = cv2.imread(str(found)) if found is not None else None
    if picture is None:
        return ""
    tall = max(1, round(picture.shape[0] * _WIDE / picture.shape[1]))
    small = cv2.resize(picture, (_WIDE, tall), interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 75])
    source = b64encode(encoded.tobytes()).decode()
    return f'<img alt="" width="{_WIDE}" height="{tall}" src="data:image/jpeg;base64,{source}">'


def _files(name: str, folder: Path) -> Iterator[Path]:
    yield from (path for path in folder.iterdir() if name in (path.name, path.stem))


def _run(
    champion: Annotated[Path, typer.Argument(help="Evaluation of the model that runs.")],
    challenger: Annotated[Path, typer.Argument(help="Evaluation of the model that is to replace it.")],
    to: Annotated[Path, typer.Argument(metavar="OUT.html", help="The page to write.")],
    config: Annotated[Path, typer.Option(help="Where the parameters are.")] = CONFIGURATION,
) -> None:
    """Compare two models picture by picture."""
    with told_in_a_line():
        found = pairs(champion, challenger)
        assets = Settings.from_environment(os.environ).assets
        stills = TrainingSettings.load(config).evaluate.stills
        pictures = {} if assets is None else {each.name: assets / each.pictures for each in stills}
        to.write_text(render(found, pictures, (champion.name, challenger.name)), encoding="utf-8")
    for name, those in found.items():
        before, after = _mae(those)
        typer.echo(f"{name}: MAE {before:.2f} champion, {after:.2f} challenger ({_change(before, after)})")


if __name__ == "__main__":
    typer.run(_run)
