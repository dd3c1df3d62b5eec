"""The parts of a worker that exchange models: the handle, the second model, what is remembered, and how it comes up."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from domain.messages import State
from domain.rollout import ModelAliases, ModelRef, RolloutEvent, ShadowReport
from inference.batching import Batcher
from inference.detect import Detections
from inference.detect.base import Picture
from inference.publish import Publisher, connect
from inference.rollout.beside import QUIET, Compared
from inference.rollout.kept import Kept
from inference.rollout.live import LiveModel
from inference.rollout.shadow import Shadow
from inference.rollout.start import start_with, tell_start
from inference.rollout.workplace import Loaded, Workplace

NOW = datetime(2026, 5, 1, 18, 0, 0, 500_000, tzinfo=UTC)
PICTURE = np.zeros((48, 64, 3), np.uint8)


class Sees:
    """A detector that sees so many people everywhere, or fails as it is told to."""

    def __init__(self, name: str, people: int = 1, wrong: str = "", takes_s: float = 0.0) -> None:
        self.name, self._people, self._wrong, self._takes_s = name, people, wrong, takes_s
        self.looks = 0

    def detect(self, batch: Sequence[Picture]) -> list[Detections]:
        self.looks += len(batch)
        time.sleep(self._takes_s)
        if self._wrong == "raises":
            raise RuntimeError("out of memory")
        box = [np.nan, 5, 9, 40] if self._wrong == "nan" else [1, 5, 9, 40]
        boxes = np.tile(np.array([box], np.float32), (self._people, 1))
        return [Detections(boxes, np.full(self._people, 0.9, np.float32)) for _ in batch]


def ref(number: int) -> ModelRef:
    return ModelRef(name="crowd-n", version=number, sha256="a" * 64, where=f"crowd-n/{number}")


def aliases(number: int | None, revision: int = 1, at: datetime = NOW) -> ModelAliases:
    champion = None if number is None else ref(number)
    return ModelAliases(
        venue_id="hall",
        captured_at=at,
        state=State.OK,
        revision=revision,
        champion=champion,
        champion_revision=revision,
    )


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    publisher = Publisher(connect("redis://127.0.0.1:1"), "hall")
    return Workplace("hall", "box/1", tmp_path, lambda: Sees("built-in"), publisher, lambda: NOW)


def told(place: Workplace) -> list[object]:
    return [message for _, message in place.publisher._outbox.durable]


def test_a_second_is_named_after_what_counted_all_of_it() -> None:
    live = LiveModel(Sees("old"))
    live.swap(Sees("new"), NOW)
    second = NOW.replace(microsecond=0)
    assert [live.named(second + timedelta(seconds=n)) for n in (-60, 0, 1, 60)] == ["old", "old", "new", "new"]
    for index in range(40):
        live.swap(Sees(f"model {index}"), NOW + timedelta(minutes=index + 1))
    assert live.named(second + timedelta(hours=2)) == "model 39"


@pytest.mark.parametrize(("wrong", "words"), [("raises", "RuntimeError: out of memory"), ("nan", "not finite numbers")])
def test_where_a_model_on_trial_fails_the_one_before_it_answers(wrong: str, words: str) -> None:
    live, old = LiveModel(Sees("old", 3)), Sees("old", 3)
    live.swap(Sees("new", 1, wrong), NOW, before=old)
    assert [len(found) for found in live.detect([PICTURE, PICTURE])] == [3, 3]
    judged = live.judged()
    assert (judged.looks, len(judged.failures)) == ((), 1)
    assert words in judged.failures[0]
    if wrong == "raises":
        live.trusted()
        with pytest.raises(RuntimeError, match="out of memory"):
            live.detect([PICTURE])


async def test_a_challenger_looks_at_its_share_and_is_told_with_what_it_skipped(place: Workplace) -> None:
    heard: list[Compared] = []
    gave_up: list[str] = []
    champion, challenger = Sees("champion", 4), Sees("crowd-n@2", 5)
    async with Batcher(champion) as batcher:
        model = Loaded(challenger, ref(2), 7)
        shadow = Shadow(place, batcher, model, "champion", 0.5, failed=gave_up.append)
        for index in range(20):
            found = await batcher.detect(PICTURE)
            shadow.offer("door", NOW + timedelta(seconds=index), PICTURE, found, heard.append)
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.05)
        shadow.end("enough", 0.03)
    assert 5 <= challenger.looks <= 10
    assert len(heard) == challenger.looks, "who showed a frame is told of it, and of no other"
    assert {(one.counting.count, one.beside.count) for one in heard} == {(4, 5)}
    assert gave_up == []
    [begun, report, ended] = told(place)
    assert isinstance(begun, RolloutEvent)
    assert isinstance(ended, RolloutEvent)
    assert isinstance(report, ShadowReport)
    assert (begun.change, ended.change, ended.revision) == ("shadowed", "shadow_ended", 7)
    [camera] = report.cameras
    assert (camera.frames, camera.bias, camera.mae, camera.champion_mean) == (challenger.looks, 1, 1, 4)
    assert report.champion_p95_ms == 30


async def test_a_challenger_never_takes_time_from_counting(place: Workplace) -> None:
    challenger = Sees("crowd-n@2")
    async with Batcher(Sees("champion", takes_s=0.05)) as batcher:
        shadow = Shadow(place, batcher, Loaded(challenger, ref(2)), "c", 1.0, failed=print)
        before = 0
        for index in range(60):
            if index == 40:  # two seconds: from then on it is known that there is no time
                before = challenger.looks
            shadow.offer("door", NOW, PICTURE, await batcher.detect(PICTURE))
        assert batcher.load > QUIET
        assert challenger.looks == before


async def test_a_challenger_that_fails_gives_up_and_harms_nobody(place: Workplace) -> None:
    gave_up: list[str] = []
    async with Batcher(Sees("champion")) as batcher:
        model = Loaded(Sees("crowd-n@2", wrong="raises"), ref(2))
        shadow = Shadow(place, batcher, model, "champion", 1.0, failed=gave_up.append)
        for _ in range(6):
            shadow.offer("door", NOW, PICTURE, await batcher.detect(PICTURE))
            await asyncio.sleep(0.02)
    assert gave_up == ["it failed 3 times, last by RuntimeError: out of memory"]


def test_a_champion_that_is_not_at_hand_is_said_and_the_built_in_model_counts(place: Workplace, tmp_path: Path) -> None:
    kept = Kept(tmp_path / "kept.json")
    start = start_with(place, kept, aliases(3))
    tell_start(place, start)
    assert start.model.label == "built-in"
    [refused, started] = told(place)
    assert isinstance(refused, RolloutEvent)
    assert isinstance(started, RolloutEvent)
    assert (refused.change, refused.model, started.change, started.model) == (
        *("refused", "crowd-n@3"),
        *("started", "built-in"),
    )
    assert "model.yaml is not there; built-in counts in its stead" in refused.words


def test_a_model_that_ended_the_worker_twice_on_trial_is_not_tried_again(place: Workplace, tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    Kept(path).update(aliases=aliases(None))
    for _ in range(2):
        start_with(place, Kept(path), aliases(3))  # and then it is killed
    start = start_with(place, Kept(path), aliases(3))
    tell_start(place, start)
    [event, _] = told(place)
    assert isinstance(event, RolloutEvent)
    assert (event.change, event.version_of) == ("rolled_back", ref(3))
    assert "ended 2 times in the middle of crowd-n@3's trial" in event.words
    assert Kept(path).has_failed(ref(3), 1)
    assert not Kept(path).has_failed(ref(3), 2), "promoted again, it is tried again"


def test_a_worker_that_was_asked_to_end_does_not_hold_it_against_the_model(place: Workplace, tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    Kept(path).update(aliases=aliases(None))
    for _ in range(5):
        start_with(place, Kept(path), aliases(3))
        Kept(path).ended_as_it_should()
    assert start_with(place, Kept(path), aliases(3)).crashed is False


def test_without_redis_what_was_heard_last_holds_and_older_words_do_not(place: Workplace, tmp_path: Path) -> None:
    kept = Kept(tmp_path / "kept.json")
    start_with(place, kept, aliases(3, 9, NOW))
    start_with(place, kept, aliases(2, 8, NOW - timedelta(hours=1)))
    assert kept.memory.aliases == aliases(3, 9, NOW)
    refused = start_with(place, Kept(tmp_path / "kept.json"), None).refused
    assert refused is not None
    assert refused[0] == ref(3)
    (tmp_path / "kept.json").write_text("not what it was")
    assert start_with(place, Kept(tmp_path / "kept.json"), None).model.label == "built-in"
