"""Pictures as venues make them: dark, hazy, strobed, blurred, compressed, and full of heads that hide each other.

Albumentations moves pictures, boxes and points together. Everything is drawn from one seed a picture, so that a run
that is resumed sees what the run would have seen.
"""

import os
from dataclasses import dataclass
from typing import Annotated, Final, cast

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # it asks the network for a newer self on import

# isort: split

import albumentations as A  # noqa: N812  # its own documentation's name
import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from inference.detect.base import Picture
from inference.detect.letterbox import GREY

Chance = Annotated[float, Field(ge=0, le=1)]
_LEAST_VISIBLE: Final = 0.3
"""Share of a box that must be left in the crop for its person to be looked for: less is an arm at the border."""


class AugmentSettings(BaseModel):
    """The ``augment`` part of ``configs/training.yaml``: how often each thing befalls a picture.

    Attributes:
        crop: side of the square that is learned from, pixels; a multiple of 128.
        scale: least and most enlargement.
        tilt: chance of a change of viewpoint.
        dark: of low light.
        stage_light: of coloured lamps and strobes.
        haze: of smoke, fog or spray.
        grey: of a camera without colour, as at night.
        blur: of motion or bad focus.
        noise: of a sensor at its limit.
        compression: of a stream with too few bits.
        occlusion: of things in front; who is hidden whole is not looked for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    crop: int = Field(gt=0, multiple_of=128)
    scale: tuple[float, float]
    tilt: Chance
    dark: Chance
    stage_light: Chance
    haze: Chance
    grey: Chance
    blur: Chance
    noise: Chance
    compression: Chance
    occlusion: Chance


@dataclass(frozen=True)
class Labelled:
    """A picture, boxes and points that belong together.

    Attributes:
        picture: BGR.
        boxes: left, top, right, bottom in pixels, shape (n, 4).
        classes: of the boxes, shape (n,).
        points: x, y in pixels, shape (m, 2).
    """

    picture: Picture
    boxes: NDArray[np.float64]
    classes: NDArray[np.intp]
    points: NDArray[np.float64]


class StageLight(A.ImageOnlyTransform):  # type: ignore[misc]  # no types are published
    """One to three coloured beams, or a strobe that burns out half of the picture."""

    def apply(self, img: Picture, **_: object) -> Picture:
        """Add the light to a BGR picture."""
        draw = self.random_generator
        height, width = img.shape[:2]
        rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
        light = np.zeros((height, width, 3), np.float32)
        for _beam in range(draw.integers(1, 4)):
            x, y = draw.uniform(0, width), draw.uniform(-0.3 * height, 0.8 * height)
            reach = draw.uniform(0.15, 0.7) * width
            glow = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * reach**2))
            light += glow[..., None] * draw.uniform(0, 220, 3).astype(np.float32)
        dimmed = img.astype(np.float32) * draw.uniform(0.3, 1.0)
        return np.asarray(np.clip(dimmed + light, 0, 255), np.uint8)


class VenueAugmentation:
    """Makes one picture into another that could have been taken in a venue.

    Args:
        settings: how often each thing befalls a picture.
    """

    def __init__(self, settings: AugmentSettings) -> None:
        low, high = settings.scale
        self._chain = A.Compose(
            [
                A.RandomScale((low - 1, high - 1), area_for_downscale="image", p=1),
                A.PadIfNeeded(
                    settings.crop, settings.crop, border_mode=cv2.BORDER_CONSTANT, fill=GREY, position="random"
                ),
                A.RandomCrop(settings.crop, settings.crop),
                A.HorizontalFlip(p=0.5),
                A.Perspective((0.02, 0.08), fill=GREY, p=settings.tilt),
                A.CoarseDropout((2, 8), (0.03, 0.12), (0.02, 0.08), fill="random_uniform", p=settings.occlusion),
                *_looks(settings),
            ],
            bbox_params=A.BboxParams(
                "pascal_voc", label_fields=["classes"], min_visibility=_LEAST_VISIBLE, clip=True, min_area=1
            ),
            keypoint_params=A.KeypointParams("xy"),
        )

    def __call__(self, item: Labelled, seed: int) -> Labelled:
        """The picture of this seed; the same seed gives the same picture."""
        self._chain.set_random_seed(seed)
        made = self._chain(image=item.picture, bboxes=item.boxes, classes=item.classes, keypoints=item.points)
        return Labelled(
            np.asarray(made["image"], np.uint8),
            np.asarray(made["bboxes"], np.float64).reshape(-1, 4),
            np.asarray(made["classes"], np.intp),
            np.asarray(made["keypoints"], np.float64).reshape(-1, 2),
        )


def _looks(settings: AugmentSettings) -> list[A.BasicTransform]:
    """What light, lens, sensor and network do to a picture; nothing moves."""
    dark = [A.RandomGamma((130, 260), p=1), A.RandomBrightnessContrast((-0.35, -0.1), (-0.3, 0.1), p=1)]
    blur = [A.MotionBlur((3, 9), p=1), A.GaussianBlur((3, 7), p=1), A.Downscale((0.4, 0.8), p=1)]
    return [
        A.ColorJitter((0.75, 1.25), (0.75, 1.25), (0.6, 1.4), (-0.04, 0.04), p=0.5),
        A.OneOf(dark, p=settings.dark),
        StageLight(p=settings.stage_light),
        A.RandomFog(fog_coef_range=(0.1, 0.5), alpha_coef=0.06, p=settings.haze),
        A.ToGray(p=settings.grey),
        A.OneOf(blur, p=settings.blur),
        A.GaussNoise((0.01, 0.06), p=settings.noise),
        A.ImageCompression("jpeg", (20, 80), p=settings.compression),
    ]


def cell_counts(points: NDArray[np.float64], rows: int, columns: int, cell: int) -> NDArray[np.float32]:
    """Points as shares of the four cells around each, so that moving one a little moves the map a little.

    Args:
        points: x, y in pixels, shape (n, 2), all inside.
        rows: of the map.
        columns: of the map.
        cell: side of a cell, pixels.

    Returns:
        Shape (rows, columns); its sum is n.
    """
    heads = np.zeros((rows, columns), np.float32)
    at = points / cell - 0.5
    corner = np.floor(at).astype(np.intp)
    part = at - corner
    for right in (0, 1):
        for below in (0, 1):
            share = np.abs(1 - right - part[:, 0]) * np.abs(1 - below - part[:, 1])
            row = np.clip(corner[:, 1] + below, 0, rows - 1)
            np.add.at(heads, (row, np.clip(corner[:, 0] + right, 0, columns - 1)), cast("NDArray[np.float32]", share))
    return heads
