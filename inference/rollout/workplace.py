"""What the models of a worker share: where it is, how they are loaded, and how it is told what became of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import uuid4

import structlog

from domain.errors import BadInput, HeadroomError
from domain.messages import State
from domain.rollout import BUILT_IN, ModelRef, RolloutEvent
from domain.topics import ROLLOUTS
from inference.detect import Detector
from inference.publish import Publisher
from inference.rollout.check import SIZES, warm_up
from inference.rollout.folder import load_version
from inference.rollout.trial import Bounds

log = structlog.get_logger()

Change = Literal["started", "swapped", "kept", "rolled_back", "refused", "shadowed", "shadow_ended"]


@dataclass(frozen=True)
class Loaded:
    """A model that is ready.

    Attributes:
        ref: which version; ``None``: the one that is built in.
        revision: the decision it comes from.
    """

    detector: Detector
    ref: ModelRef | None = None
    revision: int = 0

    @property
    def label(self) -> str:
        """As people name it."""
        return self.detector.name if self.ref is None else self.ref.label


@dataclass(frozen=True)
class Workplace:
    """What the models of a worker need to know of it.

    Attributes:
        venue_id: whose cameras it watches.
        worker: how it is named in events.
        data: the data folder.
        built_in: makes the model that counts where no version does. Blocks for seconds.
        publisher: takes what is to be told.
        clock: the present, UTC.
        sizes: height and width of its cameras' pictures, as the venue's file has them, pixels.
        bounds: what a model on trial may not do.
    """

    venue_id: str
    worker: str
    data: Path
    built_in: Callable[[], Detector]
    publisher: Publisher
    clock: Callable[[], datetime]
    sizes: tuple[tuple[int, int], ...] = ()
    bounds: Bounds = field(default_factory=Bounds)

    def load(self, ref: ModelRef | None, revision: int = 0, sizes: Iterable[tuple[int, int]] = ()) -> Loaded:
        """A model by its version, warm. Blocks for seconds.

        Args:
            ref: which; ``None``: the one that is built in.
            revision: the decision it comes from.
            sizes: height and width of the pictures that have come lately, pixels; none: those of the cameras.

        Raises:
            BadInput: it cannot be used.
        """
        try:
            detector = self.built_in() if ref is None else load_version(ref, self.data)
            warm_up(detector, list(sizes) or self.sizes or SIZES[:1])
        except HeadroomError:
            raise
        except Exception as error:  # a runtime's own errors have no common root
            what = BUILT_IN if ref is None else ref.label
            raise BadInput(f"{what} cannot be loaded: {type(error).__name__}: {error}") from error
        return Loaded(detector, ref, revision)

    def tell(
        self,
        change: Change,
        label: str,
        words: str,
        *,
        ref: ModelRef | None,
        revision: int,
        previous: str | None = None,
    ) -> None:
        """Tell and log what became of a model."""
        (log.warning if change in {"rolled_back", "refused"} else log.info)(f"model {change}", model=label, words=words)
        event = RolloutEvent(
            venue_id=self.venue_id,
            captured_at=self.clock(),
            state=State.OK,
            event_id=uuid4(),
            worker=self.worker,
            change=change,
            model=label,
            version_of=ref,
            previous=previous,
            revision=revision,
            words=words[:2000],
        )
        self.publisher.put(ROLLOUTS, event)
