"""A worker's models: follows what it is told to run, tries it, and goes back by itself.

The model that counts is exchanged in a :class:`LiveModel`. All of this happens in the event loop, but for loading,
which is a thread's.
"""

import asyncio
from collections import deque
from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import Final

import structlog

from domain.errors import HeadroomError
from domain.rollout import BUILT_IN, ModelAliases, ModelRef
from inference.batching import Batcher
from inference.detect import Detections
from inference.detect.base import Picture
from inference.rollout.beside import Beside, Compared, Then
from inference.rollout.kept import Kept
from inference.rollout.live import Judged, LiveModel
from inference.rollout.shadow import Shadow
from inference.rollout.trial import Trial, p95
from inference.rollout.workplace import Change, Loaded, Workplace

log = structlog.get_logger()

TICK_S: Final = 0.25
"""Between two judgements."""
TRIAL_SHARE: Final = 0.2
"""Of the frames that are looked at, the model before it looks at during a trial."""
TRIAL_EVERY_S: Final = 2.0
"""And at least so often, however much there is to do: 30 frames in a trial's first minute, about 2 % of two cores."""
BEFORE: Final = 300
"""Looks of the last good model from which it is known how long a picture takes."""
LEAST_BEFORE: Final = 20
"""Fewer say nothing; then the times of the model before it, while it looks beside, stand for them."""
LEAST_BESIDE: Final = 5


class Rollout:
    """Runs the models of one worker: :meth:`run` beside the cameras; :meth:`offer` it each frame that was looked at.

    Args:
        place: the worker.
        live: what counts.
        now: the model in it.
        batcher: runs ``live``.
        kept: what is remembered.
    """

    def __init__(self, place: Workplace, live: LiveModel, now: Loaded, batcher: Batcher, kept: Kept) -> None:
        self._place, self._live, self._batcher, self._kept = place, live, batcher, kept
        self._now = self._good = now
        """The model that counts, and the last one that is known to be good: on trial they differ."""
        self._trial: Trial | None = None
        self._beside: Beside | None = None
        self._shadow: Shadow | None = None
        self._wanted = kept.memory.aliases
        self._changed = asyncio.Event()
        self._refused: set[tuple[ModelRef | None, int]] = set()
        self._before: deque[float] = deque(maxlen=BEFORE)

    def heard(self, aliases: ModelAliases) -> None:
        """What is to run, as somebody said; an older decision is not heard."""
        if aliases == self._wanted or (self._wanted is not None and aliases.captured_at < self._wanted.captured_at):
            return
        self._wanted = aliases
        self._kept.update(aliases=aliases)
        self._changed.set()

    def offer(
        self, camera_id: str, captured_at: datetime, picture: Picture, found: Detections, then: Then | None = None
    ) -> None:
        """A frame was looked at by the model that counts; ``then`` is told if another one looks at it too."""
        beside = self._beside or self._shadow
        if beside is not None:
            beside.offer(camera_id, captured_at, picture, found, then)

    async def run(self) -> None:
        """Follow and judge, until cancelled; a trial goes on at the next start."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow(), name="models follow")
                group.create_task(self._judge(), name="models are judged")
        finally:
            self._kept.ended_as_it_should()

    async def _follow(self) -> None:
        await self._resume_trial()
        self._changed.set()
        while True:
            await self._changed.wait()
            self._changed.clear()
            wanted = self._wanted
            if wanted is not None:
                await self._follow_champion(wanted)
            if wanted is not None and wanted is self._wanted:
                await self._follow_challenger(wanted)

    async def _resume_trial(self) -> None:
        """A worker that came up with a model on trial has the one before it beside again."""
        memory = self._kept.memory
        if memory.trying is None or memory.trying.ref != self._now.ref:
            return
        good = await self._ready(memory.good, memory.trying.revision, f"nothing is beside {self._now.label}")
        if good is None:
            return
        self._good = good
        self._live.swap_before(good.detector)
        self._begin_trial(None)

    async def _follow_champion(self, wanted: ModelAliases) -> None:
        ref, revision = wanted.champion, wanted.champion_revision
        if ref == self._now.ref:
            self._now = replace(self._now, revision=revision)
        elif ref == self._good.ref:
            self._go_back(revision)
        elif ref is None or not self._kept.has_failed(ref, revision):
            model = await self._champion_ready(ref, revision)
            if model is not None and wanted is self._wanted:
                self._swap(model)

    async def _champion_ready(self, ref: ModelRef | None, revision: int) -> Loaded | None:
        if self._shadow is not None and ref is not None and self._shadow.model.ref == ref:
            return replace(self._shadow.model, revision=revision)
        return await self._ready(ref, revision, f"{self._now.label} goes on counting")

    def _go_back(self, revision: int) -> None:
        """Told to run what was good before: it is at hand still, and needs no trial."""
        previous, self._now = self._now, replace(self._good, revision=revision)
        self._good = self._now
        self._end_trial()
        self._live.swap(self._now.detector, self._place.clock())
        self._kept.update(trying=None, good=self._now.ref)
        self._tell("swapped", self._now, f"{self._now.label} counts again, as somebody decided", previous.label)

    async def _ready(self, ref: ModelRef | None, revision: int, otherwise: str) -> Loaded | None:
        """A model, loaded and warm; ``None`` where it cannot be used, which is told once."""
        try:
            return await asyncio.to_thread(self._place.load, ref, revision, self._live.sizes)
        except HeadroomError as error:
            if (ref, revision) not in self._refused:
                self._refused.add((ref, revision))
                label = BUILT_IN if ref is None else ref.label
                self._place.tell("refused", label, f"{error}; {otherwise}", ref=ref, revision=revision)
            return None

    def _swap(self, model: Loaded) -> None:
        previous, self._now = self._now, model
        if self._shadow is not None:
            self._end_shadow("it counts now" if self._shadow.model.ref == model.ref else "another model counts now")
        if model.ref is not None:
            self._kept.try_(model.ref, model.revision)
        before_s = p95(self._before) if len(self._before) >= LEAST_BEFORE else None
        # Who answers where it fails is never one that is on trial itself: that one was not good yet.
        self._live.swap(model.detector, self._place.clock(), before=self._good.detector)
        self._begin_trial(before_s)
        self._tell("swapped", model, f"{model.label} counts from now on, on trial", previous.label)

    def _begin_trial(self, before_s: float | None) -> None:
        allowed = self._wanted.allowed_disagreement if self._wanted is not None else self._place.bounds.disagreement
        trial = Trial(monotonic(), before_s, replace(self._place.bounds, disagreement=allowed))

        def compared(frame: Compared) -> None:
            trial.compared(frame.camera_id, frame.beside, frame.counting)

        self._trial = trial
        self._beside = Beside(
            self._batcher,
            self._good.detector,
            TRIAL_SHARE,
            compared=compared,
            failed=lambda words: log.warning("the model before it did not answer", reason=words),
            at_least_every_s=TRIAL_EVERY_S,
        )

    def _end_trial(self) -> None:
        self._trial, self._beside = None, None
        self._live.trusted()

    async def _judge(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            told = self._live.judged()
            if self._trial is not None:
                self._judge_trial(self._trial, told)
                continue
            self._before.extend(told.looks)
            if self._shadow is not None:
                self._shadow.report_when_due(p95(self._before))

    def _judge_trial(self, trial: Trial, told: Judged) -> None:
        if self._beside is not None:
            trial.beside_p95_s = p95(self._beside.latencies)
            if trial.before_p95_s is None and len(self._beside.latencies) >= LEAST_BESIDE:
                trial.before_p95_s = trial.beside_p95_s
        for latency_s in told.looks:
            trial.looked(latency_s)
        for words in told.failures:
            trial.failed(words)
        verdict = trial.verdict(monotonic(), told.asked_s)
        if verdict is not None and verdict.passed:
            self._pass(trial, verdict.words)
        elif verdict is not None:
            self._roll_back(verdict.words)

    def _pass(self, trial: Trial, words: str) -> None:
        self._good = self._now
        self._before.clear()
        self._before.extend(trial.latencies)
        self._end_trial()
        self._kept.update(trying=None, good=self._now.ref)
        self._tell("kept", self._now, f"{self._now.label} stays: {words}")
        self._changed.set()  # a challenger may have waited for the trial's end

    def _roll_back(self, words: str) -> None:
        failed, self._now = self._now, self._good
        self._end_trial()
        self._live.swap(self._now.detector, self._place.clock())
        if failed.ref is not None:
            self._kept.fail(failed.ref, failed.revision)
        told = f"{failed.label} is rolled back to {self._now.label}: {words}"
        self._tell("rolled_back", failed, told, self._now.label)
        self._changed.set()

    async def _follow_challenger(self, wanted: ModelAliases) -> None:
        ref, revision = wanted.challenger, wanted.revision
        running = self._shadow
        if running is not None and (running.model.ref, running.model.revision) != (ref, revision):
            self._end_shadow("it is the challenger no more" if running.model.ref != ref else "it is set up anew")
        if ref is None or self._shadow is not None or self._trial is not None or ref == self._now.ref:
            return
        if (ref, revision) in self._refused or self._kept.has_failed(ref, revision):
            return
        model = await self._ready(ref, revision, f"{self._now.label} has no challenger")
        if model is None or wanted is not self._wanted or self._trial is not None:
            return

        def failed(words: str) -> None:
            self._kept.fail(ref, revision)
            if self._shadow is not None and self._shadow.model is model:
                self._end_shadow(words)

        self._shadow = Shadow(self._place, self._batcher, model, self._now.label, wanted.shadow_share, failed=failed)

    def _end_shadow(self, why: str) -> None:
        if self._shadow is not None:
            self._shadow.end(why, p95(self._before))
        self._shadow = None

    def _tell(self, change: Change, model: Loaded, words: str, previous: str | None = None) -> None:
        self._place.tell(change, model.label, words, ref=model.ref, revision=model.revision, previous=previous)
