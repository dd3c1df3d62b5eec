"""The detector that counts now, whose model may be exchanged between two batches."""

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic, perf_counter
from typing import Final

from domain.units import whole_second
from inference.detect import Detections, Detector
from inference.detect.base import Picture
from inference.rollout.check import nonsense

_SIZES: Final = 8
"""Sizes of pictures that are remembered, to warm another model up with; a venue has one or two."""
_LOOKS: Final = 4096
"""Looks that wait to be judged: minutes of a busy worker."""
_NAMES: Final = 16


@dataclass(frozen=True)
class _Placed:
    """What counts, and who answers in its stead where it cannot."""

    detector: Detector
    before: Detector | None


@dataclass(frozen=True)
class Judged:
    """What happened to the model that counts since somebody last asked.

    Attributes:
        looks: seconds that each picture took.
        failures: what went wrong, in words.
        asked_s: since when it owes an answer, by the monotonic clock; ``None``: it owes none.
    """

    looks: tuple[float, ...]
    failures: tuple[str, ...]
    asked_s: float | None


class LiveModel:
    """A detector that hands each batch to the model that is in place.

    Cameras, trackers and the batcher never notice a swap: a batch is one model's, whole, and where a model on trial
    fails to answer, the one before it answers, so that no second goes without its reading.

    Args:
        detector: what counts at first.
    """

    def __init__(self, detector: Detector) -> None:
        self._placed = _Placed(detector, None)
        self._names: deque[tuple[datetime | None, str]] = deque([(None, detector.name)], _NAMES)
        self._looks: deque[float] = deque(maxlen=_LOOKS)
        self._failures: deque[str] = deque(maxlen=_NAMES)
        self._asked_s: float | None = None
        self._sizes: OrderedDict[tuple[int, int], None] = OrderedDict()

    @property
    def name(self) -> str:
        """Of the model in place."""
        return self._placed.detector.name

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Height and width of the pictures that came lately."""
        return list(self._sizes)

    def named(self, second: datetime) -> str:
        """The model that counted the frames of a second (its start).

        A second in which models were exchanged is told as the old one's; the next is the new one's alone.
        """
        return next(name for since, name in reversed(self._names) if since is None or since <= second)

    def swap(self, detector: Detector, at: datetime, *, before: Detector | None = None) -> None:
        """Have another model count from the next batch on.

        Args:
            detector: ready to look.
            at: the present, UTC.
            before: answers where ``detector`` fails to; ``None``: an error is the cameras'.
        """
        self._placed = _Placed(detector, before)
        self._names.append((whole_second(at) + timedelta(seconds=1), detector.name))
        if len(self._names) == self._names.maxlen:
            self._names[0] = (None, self._names[0][1])
        self.judged()

    def swap_before(self, before: Detector) -> None:
        """Have another model answer where the one in place fails to."""
        self._placed = _Placed(self._placed.detector, before)

    def trusted(self) -> None:
        """Its trial is over: nobody answers in its stead any more."""
        self._placed = _Placed(self._placed.detector, None)

    def detect(self, batch: Sequence[Picture]) -> list[Detections]:
        """See :class:`inference.detect.base.Detector`."""
        placed = self._placed  # once: a swap waits for no batch, and no batch for a swap
        for picture in batch:
            self._met((picture.shape[0], picture.shape[1]))
        self._asked_s, began = monotonic(), perf_counter()
        try:
            found = placed.detector.detect(batch)
        except Exception as error:  # noqa: BLE001  # raised again, or answered for
            return self._answer_instead(placed, batch, f"{type(error).__name__}: {error}", error)
        finally:
            self._asked_s = None
        wrong = None if placed.before is None else nonsense(found, batch)
        if wrong is not None:
            return self._answer_instead(placed, batch, wrong, None)
        self._looks.extend([(perf_counter() - began) / max(len(batch), 1)] * len(batch))
        return found

    def judged(self) -> Judged:
        """What happened since this was last asked."""
        looks = tuple(self._looks.popleft() for _ in range(len(self._looks)))
        failures = tuple(self._failures.popleft() for _ in range(len(self._failures)))
        return Judged(looks, failures, self._asked_s)

    def _answer_instead(
        self, placed: _Placed, batch: Sequence[Picture], words: str, error: Exception | None
    ) -> list[Detections]:
        if placed.before is None:
            raise error or ValueError(words)
        self._failures.append(words)
        return placed.before.detect(batch)

    def _met(self, size: tuple[int, int]) -> None:
        self._sizes[size] = None
        self._sizes.move_to_end(size)
        while len(self._sizes) > _SIZES:
            self._sizes.popitem(last=False)
