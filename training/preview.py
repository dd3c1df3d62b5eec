"""Pictures as training sees them, with their labels drawn, on one sheet for a person to judge.

python -m training.preview OUT.jpg
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import cv2
import numpy as np
import typer

from domain.errors import BadInput
from inference.detect.base import Picture
from training.augment import AugmentSettings, Labelled, VenueAugmentation
from training.command import told_in_a_line
from training.dataset.item import Item
from training.dataset.layout import Dataset
from training.dataset.pictures import picture_of
from training.settings import CONFIGURATION, TrainingSettings

ACROSS: Final = 6
"""Pictures a row: one set, from its emptiest picture to its fullest."""
_SEED: Final = 8
_INKS: Final = ((255, 168, 98), (36, 178, 255))
_POINT: Final = (120, 97, 255)
_STRIP: Final = 28


def sheet(items: Sequence[Item], settings: AugmentSettings) -> Picture:
    """One row for each set that is learned from.

    Raises:
        BadInput: there is no picture to learn from, or one cannot be read.
    """
    augment = VenueAugmentation(settings)
    rows = []
    for source in sorted({item.source for item in items if item.split == "train"}):
        those = [item for item in items if item.source == source and item.split == "train"]
        those.sort(key=lambda item: len(item.boxes) + len(item.points))
        chosen = [those[round(place)] for place in np.linspace(0, len(those) - 1, ACROSS)]
        made = [_drawn(augment(_labelled(item), _SEED + place)) for place, item in enumerate(chosen)]
        rows.append(np.vstack([_title(source, settings.crop * ACROSS), np.hstack(made)]))
    if not rows:
        raise BadInput("the dataset has no picture to learn from")
    return np.asarray(np.vstack(rows), np.uint8)


def _labelled(item: Item) -> Labelled:
    inside = np.clip(item.points, 0, [item.width - 1, item.height - 1])
    return Labelled(picture_of(item), item.boxes, item.classes, inside)


def _drawn(made: Labelled) -> Picture:
    shown = made.picture.copy()
    for box, kind in zip(np.round(made.boxes).astype(int).tolist(), made.classes.tolist(), strict=True):
        cv2.rectangle(shown, tuple(box[:2]), tuple(box[2:]), _INKS[kind], 1, cv2.LINE_AA)
    for point in np.round(made.points).astype(int).tolist():
        cv2.circle(shown, tuple(point), 2, _POINT, -1, cv2.LINE_AA)
    return shown


def _title(text: str, width: int) -> Picture:
    strip = np.full((_STRIP, width, 3), 24, np.uint8)
    cv2.putText(strip, text, (8, 19), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (220, 220, 220), 1, cv2.LINE_AA)
    return strip


def _run(
    to: Annotated[Path, typer.Argument(metavar="OUT.jpg", help="The picture to write.")],
    config: Annotated[Path, typer.Option(help="Where the parameters are.")] = CONFIGURATION,
) -> None:
    """Draw pictures as training sees them."""
    with told_in_a_line():
        settings = TrainingSettings.load(config)
        made = sheet(Dataset.open(settings.prepare.dataset).items, settings.augment)
        to.parent.mkdir(parents=True, exist_ok=True)
        if not cv2.imwrite(str(to), made):
            raise BadInput(f"{to} cannot be written; expected the name of a .jpg or .png file")


if __name__ == "__main__":
    typer.run(_run)
