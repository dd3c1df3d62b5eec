"""``headroom simulate``: a crowd with known truth, and what Headroom makes of it; also to feed the whole system."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from domain.errors import BadInput, BadSettings
from domain.messages import Message
from domain.settings import Settings
from domain.topics import CAMERAS, SIGHTINGS, Topic, camera_owner
from headroom.runlog import RunLogWriter, writing
from headroom.simulation.estimating import Estimator, Row, Summary, summarise
from headroom.simulation.scenario import Scenario, load
from headroom.simulation.simulator import Danger, Simulator, Step
from headroom.simulation.telling import Telling
from headroom.simulation.venue import venue_of
from inference.publish import Publisher, connect

Write = Callable[[str], object]
VENUE: Final = "simulated"
RECORDED_AT: Final = datetime(2026, 1, 1, 18, tzinfo=UTC)
"""When doors open in a recording: fixed, so that the same seed gives the same file."""
_FLUSH_S: Final = 10.0
_HEADING: Final = (
    f"{'time':>6} {'truth':>7} {'told':>7}   {'90 % interval':<15} "
    f"{'error':>7}  {'seen':>5} {'floor':>6} {'drift/h':>8}"
)


@dataclass(frozen=True)
class Question:
    """What is to be simulated; ``None`` leaves it as the scenario has it.

    Attributes:
        scenario: a built-in name or a YAML file.
        speed: simulated seconds a second; 0 for as fast as this machine can.
        scans: whether tickets are scanned.
        publish: venue whose messages are sent through Redis.
        record: file that the messages are written to, a JSON line each.
        every_min: minutes between the rows of the table.
    """

    scenario: str
    people: int | None = None
    cameras: int | None = None
    hours: float | None = None
    seed: int | None = None
    scans: bool | None = None
    speed: float = 0.0
    publish: str | None = None
    record: Path | None = None
    every_min: int = 10

    @property
    def loaded(self) -> Scenario:
        """The scenario with its changes.

        Raises:
            BadInput: there is no such scenario, or it cannot be so.
        """
        if not 0 <= self.speed < float("inf"):
            raise BadInput(f"--speed {self.speed}: expected simulated seconds a second, or 0 for as fast as can be")
        if self.every_min < 1:
            raise BadInput(f"--every {self.every_min}: expected minutes between rows, at least 1")
        changes = {name: getattr(self, name) for name in ("people", "cameras", "hours", "seed", "scans")}
        known: dict[str, object] = {name: value for name, value in changes.items() if value is not None}
        if self.publish is not None or self.record is not None:
            # Whoever listens wants to hear of the cameras all the time, not of a few looks a minute.
            known |= {"look_every_s": 0.5, "looks": 1, "step_s": 0.5}
        return load(self.scenario, known)


async def run(question: Question, *, settings: Settings, as_json: bool = False, write: Write = print) -> None:
    """Simulate, and tell truth and estimate side by side.

    Args:
        question: what is simulated, and where its messages go.
        settings: for Redis's address.
        as_json: JSON lines in place of the table: a row a minute, then the summary.
        write: hears each line.

    Raises:
        BadInput: the question cannot be answered; one line says why.
    """
    simulator = Simulator(question.loaded)
    estimator = Estimator(simulator)
    told = _Told(question, estimator, write, as_json=as_json)
    live = question.publish is not None
    doors_at = datetime.now(UTC) if live else RECORDED_AT
    telling = Telling(question.publish or VENUE, doors_at, _name_of(question), simulator)
    with _recording(question.record, simulator) as record:
        async with _publishing(question, settings) as publisher:
            await _drive(simulator, question.speed or (1.0 if live else 0.0), telling, record, publisher, told)
    told.end()


async def _drive(
    simulator: Simulator,
    speed: float,
    telling: Telling,
    record: RunLogWriter | None,
    publisher: Publisher | None,
    told: "_Told",
) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    for step in simulator.steps():
        if speed:
            await asyncio.sleep(max(0.0, began + step.at_s / speed - loop.time()))
        if record is not None or publisher is not None:
            _send(telling.messages(step), record, publisher)
        told.take(step)
        await asyncio.sleep(0)


def _send(messages: Iterator[tuple[Topic, Message]], record: RunLogWriter | None, publisher: Publisher | None) -> None:
    for topic, message in messages:
        if record is not None:
            record.message(topic, message.model_dump_json())
        if publisher is None:
            continue
        if topic in (SIGHTINGS, CAMERAS):
            publisher.put_newest(topic, camera_owner(message.venue_id, getattr(message, "camera_id", "")), message)
        else:
            publisher.put(topic, message)


@contextmanager
def _recording(path: Path | None, simulator: Simulator) -> Iterator[RunLogWriter | None]:
    if path is None:
        yield None
        return
    with writing(path) as file:
        record = RunLogWriter(file)
        footprints = {camera.id: camera.footprint for camera in simulator.cameras.cameras}
        record.venue(venue_of(simulator), footprints)
        yield record


@asynccontextmanager
async def _publishing(question: Question, settings: Settings) -> AsyncIterator[Publisher | None]:
    if question.publish is None:
        yield None
        return
    if settings.redis_url is None:
        raise BadSettings("--publish needs HEADROOM_REDIS_URL, such as redis://127.0.0.1:6379/0")
    redis = connect(settings.redis_url.get_secret_value())
    publisher = Publisher(redis, question.publish)
    sending = asyncio.create_task(publisher.run())
    try:
        yield publisher
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await publisher.flush(_FLUSH_S)
        await redis.aclose()


def _name_of(question: Question) -> str:
    """Names the run: a recording's ids are the same each time, those of a live run never."""
    scenario = question.loaded
    name = f"headroom-simulate/{scenario.name}/{scenario.people}/{scenario.seed}"
    return f"{name}/{datetime.now(UTC).isoformat()}" if question.publish else name


class _Told:
    """What a person is told while it runs."""

    def __init__(self, question: Question, estimator: Estimator, write: Write, *, as_json: bool) -> None:
        self._estimator, self._write, self._as_json = estimator, write, as_json
        self._every_s = question.every_min * 60
        self._dangers = 0
        if not as_json:
            write(_HEADING)

    def take(self, step: Step) -> None:
        row = self._estimator.take(step)
        if row is None:
            return
        if self._as_json:
            self._write(json.dumps(_row_json(row)))
        elif round(row.at_s) % self._every_s == 0:
            self._write(_row_text(row))

    def end(self) -> None:
        estimator = self._estimator
        simulator = estimator.simulator
        summary = summarise(estimator.rows, estimator.fusion_score, simulator.scenario.people)
        if self._as_json:
            dangers = [asdict(danger) for danger in simulator.dangers]
            told = asdict(summary) if summary else None
            self._write(json.dumps({"kind": "summary", "summary": told, "dangers": dangers}))
            return
        for line in _summary_text(summary, simulator.dangers, simulator.scenario):
            self._write(line)


def _row_json(row: Row) -> dict[str, object]:
    return {
        "kind": "row",
        "at_s": row.at_s,
        "truth": row.truth,
        **asdict(row.estimate),
        "merged": row.merged,
        "floor_seen_share": row.seen_share,
    }


def _row_text(row: Row) -> str:
    minutes, estimate = round(row.at_s / 60), row.estimate
    interval = f"{estimate.low:.0f} to {estimate.high:.0f}"
    seen = "-" if row.merged is None else str(row.merged)
    drift = "-" if estimate.drift_per_hour is None else f"{estimate.drift_per_hour:+.0f}"
    return (
        f"{minutes // 60:>3}:{minutes % 60:02} {row.truth:>7} {estimate.count:>7.0f}   {interval:<15} "
        f"{row.error_share:>+7.1%}  {seen:>5} {row.seen_share:>6.0%} {drift:>8}"
    )


def _summary_text(summary: Summary | None, dangers: list[Danger], scenario: Scenario) -> Iterator[str]:
    yield ""
    if summary is None:
        yield "Too short, or too few people, to say how right it was."
        return
    yield f"At the end {summary.truth} people, told {summary.count:.0f} ({summary.end_error_share:+.1%})."
    yield f"Error: mean {summary.mean_error_share:.1%}, worst {summary.worst_error_share:.1%}."
    yield f"The 90 % interval held the truth in {summary.covered_share:.0%} of the minutes."
    if summary.double_share is not None and summary.swallowed_share is not None:
        yield (
            f"Merging cameras: {summary.double_share:.1%} counted twice, "
            f"{summary.swallowed_share:.1%} taken for a neighbour."
        )
    for danger in dangers:
        yield (
            f"{danger.zone_id}: {scenario.danger_per_m2:g} people/m² reached at {_clock(danger.began_s)}, "
            f"peak {danger.peak_per_m2:.1f}, until {_clock(danger.ended_s)}."
        )


def _clock(at_s: float) -> str:
    return f"{int(at_s // 3600)}:{int(at_s % 3600 // 60):02}:{int(at_s % 60):02}"
