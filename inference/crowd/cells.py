"""Bringing boxes and densities onto one grid."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.crowd.density import DensityMap
from inference.detect import Detections

CELL: Final = 32
"""Pixels of the density network's input that a grid cell is wide: about a head's distance to the next in a dense crowd
of ShanghaiTech B, whose pictures are 1024 pixels wide."""
HEAD: Final = 0.1
"""How far below a box's upper edge the middle of the head is, in box heights."""

Grid = NDArray[np.float64]


def cell_px(density: DensityMap) -> float:
    """Width of a grid cell in the picture's pixels."""
    return density.step * CELL / density.stride


def grid_of(density: DensityMap) -> Grid:
    """The density map summed to grid cells, shape (rows, columns)."""
    fine_per_cell = CELL // density.stride
    rows, columns = (-(-side // fine_per_cell) for side in density.heads.shape)
    padded = np.zeros((rows * fine_per_cell, columns * fine_per_cell))
    padded[: density.heads.shape[0], : density.heads.shape[1]] = density.heads
    return np.asarray(padded.reshape(rows, fine_per_cell, columns, fine_per_cell).sum(axis=(1, 3)))


def heads_of(found: Detections) -> NDArray[np.float64]:
    """Where each box's head is, in the picture's pixels, shape (n, 2)."""
    boxes = found.boxes.astype(np.float64)
    x = (boxes[:, 0] + boxes[:, 2]) / 2
    return np.column_stack([x, boxes[:, 1] + HEAD * (boxes[:, 3] - boxes[:, 1])])


def counted(points: NDArray[np.float64], cell_px: float, shape: tuple[int, ...]) -> Grid:
    """How many points fall into each cell; one beyond the grid falls into its border."""
    grid = np.zeros(shape)
    rows = np.clip(points[:, 1] // cell_px, 0, shape[0] - 1).astype(np.intp)
    columns = np.clip(points[:, 0] // cell_px, 0, shape[1] - 1).astype(np.intp)
    np.add.at(grid, (rows, columns), 1)
    return grid


def smoothed(grid: Grid) -> Grid:
    """Each cell's surroundings: a Gaussian of one cell, so that one person more changes trust only a little."""
    return np.asarray(cv2.GaussianBlur(grid, (0, 0), 1.0, borderType=cv2.BORDER_REFLECT), np.float64)
