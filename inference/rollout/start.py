"""The model that a worker comes up with."""

from dataclasses import dataclass

import structlog

from domain.errors import HeadroomError
from domain.rollout import ModelAliases, ModelRef
from inference.rollout.kept import TRIES, Kept, Memory
from inference.rollout.workplace import Change, Loaded, Workplace

log = structlog.get_logger()


@dataclass(frozen=True)
class Start:
    """What a worker came up with.

    Attributes:
        model: what counts.
        words: how it came to it.
        refused: what it was to come up with and why it could not; ``None``: nothing was refused.
        crashed: whether that is because it ended the worker before.
    """

    model: Loaded
    words: str
    refused: tuple[ModelRef, int, str] | None = None
    crashed: bool = False


def start_with(place: Workplace, kept: Kept, aliases: ModelAliases | None) -> Start:
    """The model that a worker comes up with: the champion, or the last one that was good, or the built-in one. Blocks.

    Args:
        place: the worker.
        kept: what is remembered.
        aliases: what is to run, as far as Redis is there to say; ``None``: what was heard last.

    Raises:
        BadInput: not even the built-in model can be used.
        AssetUnavailable: its file cannot be had.
    """
    new, known = kept.memory == Memory(), kept.memory.aliases
    if aliases is not None and (known is None or aliases.captured_at >= known.captured_at):
        kept.update(aliases=aliases)
        known = aliases
    if known is None or known.champion is None:
        if known is not None:
            kept.update(good=None, trying=None)
        return Start(place.load(None, known.champion_revision if known else 0), "no version is champion")
    ref, revision = known.champion, known.champion_revision
    if new:
        kept.update(good=ref)  # nothing was before it to try it against
    why, crashed = _why_not(kept, ref, revision)
    if why is None:
        try:
            return Start(place.load(ref, revision), "it is the champion")
        except HeadroomError as error:
            why = str(error)
    model = _last_good(place, kept.memory.good if kept.memory.good != ref else None, revision)
    refused = (ref, revision, f"{why}; {model.label} counts in its stead")
    return Start(model, f"{ref.label} is the champion, but cannot be used", refused, crashed)


def _why_not(kept: Kept, ref: ModelRef, revision: int) -> tuple[str | None, bool]:
    """Why a champion is not even loaded, and whether that is because it ends workers."""
    if kept.has_failed(ref, revision):
        return f"{ref.label} failed its trial here", False
    if ref == kept.memory.good:
        return None, False
    trying = kept.memory.trying
    if trying is not None and (trying.ref, trying.revision) == (ref, revision) and trying.times >= TRIES:
        kept.fail(ref, revision)
        return f"the worker ended {trying.times} times in the middle of {ref.label}'s trial", True
    kept.try_(ref, revision)
    return None, False


def _last_good(place: Workplace, good: ModelRef | None, revision: int) -> Loaded:
    if good is not None:
        try:
            return place.load(good, revision)
        except HeadroomError as error:
            log.warning("the last good model cannot be used either", reason=str(error))
    return place.load(None, revision)


def tell_start(place: Workplace, start: Start) -> None:
    """Say what the worker came up with, and what it could not."""
    model = start.model
    if start.refused is not None:
        ref, revision, why = start.refused
        change: Change = "rolled_back" if start.crashed else "refused"
        place.tell(change, ref.label, why, ref=ref, revision=revision, previous=model.label)
    words = f"the worker came up with {model.label}: {start.words}"
    place.tell("started", model.label, words, ref=model.ref, revision=model.revision)
