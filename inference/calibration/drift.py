"""Whether a camera still looks where it did when it was calibrated.

Marks of the background (ORB features, Rublee et al. 2011) are found again about once a second and their common shift is
told. People are masked out; what is left of them, and of trees, does not move together with the rest (RANSAC). Light
changes what a mark looks like, so that a scene is learnt anew in each light, together with how far it was shifted then:
a camera that sinks slowly is noticed too. A scene too dark, too plain or too crowded to tell gives no verdict.
"""

import io
import zipfile
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from domain.errors import BadCalibration
from inference.detect.base import Picture

WIDTH: Final = 640
"""Pixels across in which marks are looked for: finer costs more, and a shift of a pixel is found here already."""
_MARKS: Final = 500
_MARGIN: Final = 0.1
"""Boxes are grown by this share, because a moving person's outline is no mark of the background."""
_SAME_MARK: Final = 64
"""Largest Hamming distance of 256 bits between two views of one mark (Rublee et al. 2011, figure 5)."""
_REPROJECTED_PX: Final = 3.0
_GRID: Final = np.array([[x, y] for x in (0.1, 0.5, 0.9) for y in (0.1, 0.5, 0.9)])
_IDENTITY: Final = np.eye(3)

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class DriftParameters:
    """When a camera counts as moved.

    Attributes:
        largest_shift: of the picture's diagonal; beyond it the camera looks elsewhere. 0.5 % is 5 pixels of 768x576,
            half a metre in the middle of the PETS scene; a still camera's own noise was 0.02 % there.
        sustain_s: for so long every look must show it, and their mean too: wind shakes a mast to and fro.
        lost_s: the same where nothing is recognised, which may be the light as well.
        least_looks: that show it.
        fewest_marks: of the background that are needed to tell anything.
        fewest_found: of them that must be found again together to recognise the scene.
        least_open: share of the picture that people must leave free.
        lights: views of the scene, each in another light, that are remembered.
    """

    largest_shift: float = 0.005
    sustain_s: float = 10.0
    lost_s: float = 30.0
    least_looks: int = 4
    fewest_marks: int = 40
    fewest_found: int = 15
    least_open: float = 0.2
    lights: int = 6


@dataclass(frozen=True)
class Moved:
    """The camera does not look where it did.

    Attributes:
        since_s: the first look that showed it.
        shift: mean shift over the picture as a share of its diagonal; ``None``: nothing of the scene is recognised.
        reason: in words a steward understands.
    """

    since_s: float
    shift: float | None
    reason: str


@dataclass(frozen=True, eq=False)
class Reference:
    """What the background looked like: marks and their descriptors, no picture, so that nobody is in it.

    Attributes:
        points: pixels of a picture :data:`WIDTH` across, shape (n, 2).
        marks: descriptors, shape (n, 32).
        offset: from the calibrated view's pixels to this view's, shape (3, 3).
        size: width and height of that picture.
    """

    points: NDArray[np.float32]
    marks: NDArray[np.uint8]
    size: tuple[int, int]
    offset: Matrix = field(default_factory=lambda: _IDENTITY)

    def to_bytes(self) -> bytes:
        """To be kept beside the calibration."""
        file = io.BytesIO()
        size = np.array(self.size, np.int32)
        np.savez_compressed(file, points=self.points, marks=self.marks, size=size, offset=self.offset)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, kept: bytes) -> "Reference":
        """Read what :meth:`to_bytes` wrote.

        Raises:
            BadCalibration: it is something else.
        """
        try:
            with np.load(io.BytesIO(kept), allow_pickle=False) as file:
                points, marks = file["points"].astype(np.float32), file["marks"].astype(np.uint8)
                width, height = (int(value) for value in file["size"])
                offset = file["offset"].astype(np.float64)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            raise BadCalibration("a camera's reference view cannot be read; calibrate the camera again") from None
        if points.shape != (len(marks), 2) or marks.shape[1:] != (32,) or offset.shape != (3, 3):
            raise BadCalibration("a camera's reference view has the wrong shape; calibrate the camera again")
        return cls(points, marks, (width, height), offset)


class DriftWatch:
    """Watches one camera. Time is an argument; call :meth:`look` about once a second.

    Args:
        reference: the view that was calibrated; ``None``: the first looks are taken for it.
        parameters: when it counts as moved.
    """

    def __init__(self, reference: Reference | None = None, parameters: DriftParameters | None = None) -> None:
        self._parameters = parameters or DriftParameters()
        self._views = [reference] if reference else []
        self._grays: deque[MatLike] = deque(maxlen=3)
        self._masks: deque[MatLike] = deque(maxlen=3)
        self._shown: list[tuple[float, Matrix | None]] = []
        self._moved: Moved | None = None
        self._orb = cv2.ORB.create(_MARKS)
        self._matcher = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True)
        self.shift: float | None = None
        """Of the last look that could tell, as a share of the picture's diagonal."""

    @property
    def reference(self) -> Reference | None:
        """The view that counts as calibrated; ``None`` until it was learnt."""
        return self._views[0] if self._views else None

    def look(self, picture: Picture, at_s: float, boxes: NDArray[np.floating]) -> Moved | None:
        """Take in one picture.

        Args:
            picture: BGR, of any size.
            at_s: when it was captured, seconds on a clock that only goes forward.
            boxes: of the people in it, left, top, right, bottom in its pixels, shape (n, 4).

        Returns:
            That the camera was moved, for as long as it is; ``None`` where it was not, or nothing can be told yet.
        """
        view = self._view(picture, boxes)
        if view is None:
            return self._moved
        if not self._views:
            self._views.append(view)
            return None
        found, marks = self._offset(view)
        self.shift = None if found is None else _mean_shift(found, view.size)
        if found is not None and marks < 4 * self._parameters.fewest_found:
            self._learn(view, found)
        self._judge(at_s, found, view.size)
        return self._moved

    def _view(self, picture: Picture, boxes: NDArray[np.floating]) -> Reference | None:
        """The background's marks, by the median of the last three looks; ``None`` where too few can be seen."""
        scale = WIDTH / picture.shape[1]
        size = (WIDTH, round(picture.shape[0] * scale))
        gray = cv2.cvtColor(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
        if self._grays and self._grays[-1].shape != gray.shape:
            self._grays.clear()
            self._masks.clear()
        self._grays.append(gray)
        self._masks.append(_open(size, np.asarray(boxes, np.float64).reshape(-1, 4) * scale))
        if len(self._grays) < 3:
            return None
        mask = cv2.bitwise_and(cv2.bitwise_and(self._masks[0], self._masks[1]), self._masks[2])
        if cv2.countNonZero(mask) < self._parameters.least_open * mask.size:
            return None
        points, marks = self._orb.detectAndCompute(_median(self._grays), mask)
        if marks is None or len(points) < self._parameters.fewest_marks:
            return None
        where = np.array([point.pt for point in points], np.float32)
        return Reference(where, np.asarray(marks, np.uint8), size)

    def _offset(self, view: Reference) -> tuple[Matrix | None, int]:
        """From the calibrated view's pixels to this one's, and how many marks say so; ``None``: not recognised."""
        for place, known in enumerate(self._views):
            moved, marks = self._between(known, view)
            if moved is not None:
                if place > 1:  # the light of now is likely that of the next look
                    self._views.insert(1, self._views.pop(place))
                return np.asarray(moved @ known.offset), marks
        return None, 0

    def _between(self, known: Reference, view: Reference) -> tuple[Matrix | None, int]:
        if known.size != view.size:
            return None, 0
        matches = [match for match in self._matcher.match(known.marks, view.marks) if match.distance <= _SAME_MARK]
        if len(matches) < self._parameters.fewest_found:
            return None, 0
        before = known.points[[match.queryIdx for match in matches]]
        after = view.points[[match.trainIdx for match in matches]]
        map_, agree = cv2.estimateAffinePartial2D(before, after, ransacReprojThreshold=_REPROJECTED_PX)
        marks = 0 if map_ is None else int(np.count_nonzero(agree))
        if marks < self._parameters.fewest_found:
            return None, 0
        return np.vstack([np.asarray(map_, np.float64), (0.0, 0.0, 1.0)]), marks

    def _learn(self, view: Reference, offset: Matrix) -> None:
        """Remember the scene in another light, with its shift: soon the views known would match no more."""
        self._views.append(Reference(view.points, view.marks, view.size, offset))
        if len(self._views) > self._parameters.lights:
            del self._views[1]

    def _judge(self, at_s: float, offset: Matrix | None, size: tuple[int, int]) -> None:
        """Moved once every look has shown it for long enough; back once every look has shown that for as long."""
        p = self._parameters
        bound = p.largest_shift * (0.5 if self._moved else 1.0)
        off = offset is None or _mean_shift(offset, size) > bound
        if off == (self._moved is not None):
            self._shown.clear()
            return
        self._shown.append((at_s, offset))
        known = [one for _, one in self._shown if one is not None]
        sustain_s = p.sustain_s if known or not off else p.lost_s
        if at_s - self._shown[0][0] < sustain_s or len(self._shown) < p.least_looks:
            return
        shift = _mean_shift(np.mean(known, axis=0), size) if known else None
        if not off:
            self._moved = None
        elif shift is None or shift > bound:
            self._moved = _moved(self._shown[0][0], shift)
        else:  # to and fro about where it was: the oldest look no longer counts
            del self._shown[0]
            return
        self._shown.clear()


def _moved(since_s: float, shift: float | None) -> Moved:
    if shift is None:
        return Moved(since_s, None, "the camera was turned away: nothing of what it was calibrated on is seen")
    return Moved(since_s, shift, f"the camera was moved: its picture is shifted by {shift:.1%} of its diagonal")


def _open(size: tuple[int, int], boxes: NDArray[np.float64]) -> MatLike:
    """Where the background shows: 255 but for the people."""
    mask = np.full(size[::-1], 255, np.uint8)
    for left, top, right, bottom in boxes:
        across, down = _MARGIN * (right - left), _MARGIN * (bottom - top)
        corners = np.clip([left - across, top - down, right + across, bottom + down], 0, max(size)).astype(int)
        mask[corners[1] : corners[3], corners[0] : corners[2]] = 0
    return mask


def _median(pictures: Sequence[MatLike]) -> MatLike:
    """The middle one of three values, pixel by pixel: whoever passes is gone."""
    a, b, c = pictures
    return cv2.max(cv2.min(a, b), cv2.min(cv2.max(a, b), c))


def _mean_shift(offset: Matrix, size: tuple[int, int]) -> float:
    """Mean movement of nine places of the picture, as a share of its diagonal: turning and zooming move some."""
    places = _GRID * size
    moved = places @ offset[:2, :2].T + offset[:2, 2]
    return float(np.hypot(*(moved - places).T).mean() / np.hypot(*size))
