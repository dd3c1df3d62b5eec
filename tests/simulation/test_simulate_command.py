import json
from pathlib import Path

import pytest
import redis

from domain.errors import BadInput, BadSettings
from domain.floor import CameraPositions, Scan
from domain.messages import CameraHealth, LineCrossing, State
from domain.settings import Settings
from domain.topics import CROSSINGS, SCANS, TOPICS
from headroom.simulate import Question, run

SCENARIO = """
people: 60
cameras: 2
hours: 0.1
turnover_per_h: 2.0
inside: [[0, 0], [0.3, 1], [1, 1]]
outages: [{what: camera-2, at: 0.5, lasts_s: 60}]
"""


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    path = tmp_path / "small.yaml"
    path.write_text(SCENARIO)
    return str(path)


async def told(question: Question, settings: Settings | None = None, *, as_json: bool = False) -> list[str]:
    lines: list[str] = []
    await run(question, settings=settings or Settings(), as_json=as_json, write=lines.append)
    return lines


async def test_a_table_for_people(scenario: str) -> None:
    lines = await told(Question(scenario, every_min=2))
    assert lines[0].split()[:3] == ["time", "truth", "told"]
    assert [line.split()[0] for line in lines[1:4]] == ["0:02", "0:04", "0:06"]
    assert any(line.startswith("At the end") for line in lines)


async def test_json_lines_for_programs(scenario: str) -> None:
    rows = [json.loads(line) for line in await told(Question(scenario), as_json=True)]
    assert [row["kind"] for row in rows] == ["row"] * 6 + ["summary"]
    last = rows[-2]
    assert last["low"] <= last["count"] <= last["high"]
    assert rows[-1]["summary"]["truth"] == last["truth"]


async def test_a_recording_is_messages_and_the_same_each_time(scenario: str, tmp_path: Path) -> None:
    files = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    for file in files:
        await told(Question(scenario, record=file))
    assert files[0].read_bytes() == files[1].read_bytes()
    entries = [json.loads(line) for line in files[0].read_text().splitlines()]
    messages = []
    assert entries[0]["venue"]["id"] == "simulated", "the first line says of which venue it is"
    for entry in entries[1:]:
        kind = TOPICS[entry["topic"]].message
        assert kind is not None
        messages.append(kind.model_validate(entry["message"]))
    assert {type(message) for message in messages} == {CameraPositions, CameraHealth, LineCrossing, Scan}
    blind = [message for message in messages if isinstance(message, CameraPositions) and message.state is State.BLIND]
    assert blind
    assert {message.camera_id for message in blind} == {"camera-2"}


async def test_it_feeds_the_system_through_redis(scenario: str, valkey_url: str) -> None:
    settings = Settings.model_validate({"redis_url": valkey_url})
    await told(Question(scenario, publish="hall", speed=1000.0), settings)
    with redis.Redis.from_url(valkey_url) as client:
        crossings = [LineCrossing.model_validate_json(e[b"m"]) for _, e in client.xrange(CROSSINGS.key("hall"))]
        scans = [Scan.model_validate_json(e[b"m"]) for _, e in client.xrange(SCANS.key("hall"))]
        sightings = client.keys("sightings:hall/*")
    # What was being sent when it ended is sent again: storing it twice is harmless.
    assert len({crossing.crossing_id for crossing in crossings}) > 50
    assert sum(scan.people for scan in scans if scan.direction == "in") > 50
    assert sightings


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (Question("nothing"), "there is no scenario 'nothing'"),
        (Question("concert", speed=-1.0), "--speed -1.0: expected"),
        (Question("concert", every_min=0), "--every 0: expected"),
        (Question("concert", people=1), "people = 1"),
        (
            Question("concert", record=Path("/nowhere/at/all.jsonl")),
            "/nowhere/at/all.jsonl: cannot be written",
        ),
    ],
)
async def test_what_cannot_be_is_refused_in_words(question: Question, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        await told(question)
    assert words in str(refused.value)


async def test_publishing_needs_an_address(scenario: str) -> None:
    with pytest.raises(BadSettings, match="HEADROOM_REDIS_URL"):
        await told(Question(scenario, publish="hall"))
