"""Counting the people in one picture, with no past to lean on."""

from typing import Final

from inference.crowd.density import DensityModel
from inference.crowd.fusion import Crossover, CrowdCount, fuse
from inference.crowd.tiles import detect_in_tiles, tiles_of
from inference.detect import Detector
from inference.detect.base import Picture

BOX_SCORE: Final = 0.25
"""Least confidence of a box that counts alone (the default of ultralytics' own predictions)."""
SMALLEST_PERSON: Final = 16.0
"""Height in pixels of the smallest person looked for in a still of unknown geometry, at 1024 pixels' width."""


class StillCounter:
    """Counts people in single pictures.

    Args:
        detector: finds those who can be told apart.
        density: reads heads where they cannot; ``None`` counts boxes alone, as the live pipeline does, without tiles.
        crossover: fitted for that pair; needed with ``density``.
    """

    def __init__(
        self, detector: Detector, density: DensityModel | None = None, crossover: Crossover | None = None
    ) -> None:
        if (density is None) != (crossover is None):
            raise ValueError("a density model and its crossover come together")
        self._detector, self._density, self._crossover = detector, density, crossover

    @property
    def name(self) -> str:
        """What counts, as it is named in reports."""
        return self._detector.name if self._density is None else f"{self._detector.name}+{self._density.name}"

    def count(self, picture: Picture) -> CrowdCount:
        """People in one BGR picture."""
        if self._density is None or self._crossover is None:
            (found,) = self._detector.detect([picture])
            boxes = float((found.scores >= BOX_SCORE).sum())
            return CrowdCount(boxes, None, None, "boxes", boxes, None)
        height, width = picture.shape[:2]
        smallest = SMALLEST_PERSON * max(1.0, max(height, width) / 1024)
        found = detect_in_tiles(self._detector, picture, tiles_of(height, width, smallest))
        return fuse(found, self._density.read(picture), self._crossover)
