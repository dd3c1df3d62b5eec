from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.database.pool import Database
from api.recorder.repository import store_crossings, store_readings
from domain.messages import LineCrossing, State, ZoneReading
from tests.api.world import MINUTE, crossing, reading

RANGE = {"since": "2026-05-01T18:00:00Z", "until": "2026-05-01T18:01:00Z", "step": 10}
SECONDS = [MINUTE + timedelta(seconds=second) for second in range(60)]


async def store(database: Database, *messages: ZoneReading | LineCrossing) -> None:
    async with database.as_service() as connection:
        await store_readings(connection, [message for message in messages if isinstance(message, ZoneReading)])
        await store_crossings(connection, [message for message in messages if isinstance(message, LineCrossing)])


async def points(client: httpx.AsyncClient, zone: str = "floor", **changes: object) -> list[dict[str, Any]]:
    answer = await client.get("/api/v1/venues/town/readings", params={**RANGE, "zone": zone, **changes})
    assert answer.status_code == 200, answer.text
    return answer.json()["zones"][0]["points"]


@pytest.mark.parametrize("what", ["readings", "crossings"])
async def test_an_anonymous_user_is_told_to_sign_in(anonymous: httpx.AsyncClient, what: str) -> None:
    assert (await anonymous.get(f"/api/v1/venues/town/{what}", params=RANGE)).status_code == 401


@pytest.mark.parametrize("what", ["readings", "crossings"])
async def test_a_stranger_finds_no_such_venue(stranger: httpx.AsyncClient, database: Database, what: str) -> None:
    await store(database, reading("floor", MINUTE), crossing(MINUTE))
    assert (await stranger.get(f"/api/v1/venues/town/{what}", params=RANGE)).status_code == 404
    own = (await stranger.get(f"/api/v1/venues/rival/{what}", params=RANGE)).json()
    series = own["zones"] if what == "readings" else own["lines"]
    assert series
    assert all(
        point.get("count") is None and point.get("in_count") is None for one in series for point in one["points"]
    )


async def test_every_bucket_is_there_and_one_without_rows_is_blind(viewer: httpx.AsyncClient) -> None:
    answer = (await viewer.get("/api/v1/venues/town/readings", params=RANGE)).json()
    assert [zone["zone_id"] for zone in answer["zones"]] == ["floor", "bar", "yard"]
    assert (answer["venue_id"], answer["step_s"]) == ("town", 10)
    for zone in answer["zones"]:
        assert [point["at"] for point in zone["points"]] == [
            f"2026-05-01T18:00:{second:02}Z" for second in range(0, 60, 10)
        ]
        assert {(point["state"], point["count"], point["known_share"]) for point in zone["points"]} == {
            ("blind", None, 0)
        }


async def test_a_bucket_averages_its_known_seconds(viewer: httpx.AsyncClient, database: Database) -> None:
    await store(database, *(reading("floor", at, float(second)) for second, at in enumerate(SECONDS[:20])))
    first, second, third, *_ = await points(viewer)
    assert (first["state"], first["count"], first["peak"], first["known_share"]) == ("ok", 4.5, 9, 1)
    assert (second["count"], second["peak"]) == (14.5, 19)
    assert third["state"] == "blind"


async def test_an_empty_zone_is_zero_and_a_blind_one_is_not(viewer: httpx.AsyncClient, database: Database) -> None:
    await store(database, *(reading("floor", at, 0.0) for at in SECONDS[:10]))
    await store(database, *(reading("floor", at, None) for at in SECONDS[10:20]))
    empty, blind, *_ = await points(viewer)
    assert (empty["state"], empty["count"], empty["peak"]) == ("ok", 0, 0)
    assert (blind["state"], blind["count"], blind["peak"]) == ("blind", None, None)


async def test_unknown_seconds_do_not_pull_the_mean_down(viewer: httpx.AsyncClient, database: Database) -> None:
    await store(
        database, *(reading("floor", at, 8.0 if second < 6 else None) for second, at in enumerate(SECONDS[:10]))
    )
    point = (await points(viewer))[0]
    assert (point["state"], point["count"], point["known_share"]) == ("ok", 8, 0.6)


@pytest.mark.parametrize(("known", "state"), [(5, "ok"), (4, "stale")])
async def test_a_bucket_needs_half_of_its_seconds(
    viewer: httpx.AsyncClient, database: Database, known: int, state: str
) -> None:
    stale = {"count": None, "state": State.STALE}
    await store(
        database,
        *(
            reading("floor", at) if second < known else reading("floor", at, **stale)
            for second, at in enumerate(SECONDS[:10])
        ),
    )
    point = (await points(viewer))[0]
    assert (point["state"], point["known_share"]) == (state, known / 10)
    assert (point["count"] is None) == (point["peak"] is None) == (state != "ok")


async def test_missing_seconds_count_as_blind_among_the_reasons(viewer: httpx.AsyncClient, database: Database) -> None:
    await store(database, *(reading("floor", at, None, state=State.UNCALIBRATED) for at in SECONDS[:4]))
    assert (await points(viewer))[0]["state"] == "blind"
    await store(database, *(reading("floor", at, None, state=State.UNCALIBRATED) for at in SECONDS[4:6]))
    assert (await points(viewer))[0]["state"] == "uncalibrated"


async def test_the_last_bucket_is_judged_by_the_part_of_it_that_was_asked_for(
    viewer: httpx.AsyncClient, database: Database
) -> None:
    await store(database, *(reading("floor", at) for at in SECONDS[:13]))
    *_, last = await points(viewer, until="2026-05-01T18:00:13Z")
    assert (last["at"], last["state"], last["known_share"]) == ("2026-05-01T18:00:10Z", "ok", 1)


async def test_the_interval_is_averaged_where_one_was_measured(viewer: httpx.AsyncClient, database: Database) -> None:
    await store(database, *(reading("floor", at, count_low=4.0, count_high=7.5) for at in SECONDS[:10]))
    point = (await points(viewer))[0]
    assert (point["count_low"], point["count_high"]) == (4, 7.5)


async def test_zones_may_be_named_and_an_unknown_one_is_said_so(viewer: httpx.AsyncClient) -> None:
    answer = await viewer.get("/api/v1/venues/town/readings", params={**RANGE, "zone": ["yard", "floor"]})
    assert [zone["zone_id"] for zone in answer.json()["zones"]] == ["yard", "floor"]
    unknown = await viewer.get("/api/v1/venues/town/readings", params={**RANGE, "zone": "attic"})
    assert unknown.status_code == 404
    assert "'attic'" in unknown.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"until": RANGE["since"]}, "must be before until"),
        ({"until": "2026-05-01T17:00:00Z"}, "must be before until"),
        ({"step": 0}, "greater than or equal to 1"),
        ({"step": 86401}, "less than or equal to 86400"),
        ({"since": "2026-05-01T18:00:00"}, "timezone"),
        ({"since": "yesterday"}, "valid datetime"),
        ({"step": 1, "until": "2026-05-02T18:00:00Z"}, "use a step of 18 s or more"),
        ({"step": 86400, "since": "1900-01-01T00:00:00Z"}, "at most 5000"),
    ],
)
async def test_a_range_that_cannot_be_answered_is_refused_in_words(
    viewer: httpx.AsyncClient, changes: dict[str, object], told: str
) -> None:
    for what in ("readings", "crossings"):
        answer = await viewer.get(f"/api/v1/venues/town/{what}", params={**RANGE, **changes})
        assert answer.status_code == 422
        assert told in answer.text


async def test_a_range_of_exactly_the_limit_is_answered(viewer: httpx.AsyncClient) -> None:
    assert len(await points(viewer, step=1, until="2026-05-01T19:23:20Z")) == 5000


async def lines(client: httpx.AsyncClient) -> dict[str, list[dict[str, Any]]]:
    answer = await client.get("/api/v1/venues/town/crossings", params={**RANGE, "step": 30})
    return {line["line_id"]: line["points"] for line in answer.json()["lines"]}


async def test_crossings_are_counted_by_direction_and_unknown_where_the_camera_was_blind(
    viewer: httpx.AsyncClient, database: Database
) -> None:
    await store(database, *(reading("floor", at) for at in SECONDS[:30]), reading("yard", SECONDS[2], None))
    await store(database, crossing(SECONDS[3]), crossing(SECONDS[4]), crossing(SECONDS[5], direction="out"))
    found = await lines(viewer)
    assert [(point["in_count"], point["out_count"]) for point in found["door"]] == [(2, 1), (None, None)]
    assert [(point["in_count"], point["out_count"]) for point in found["gate"]] == [(None, None)] * 2


async def test_a_line_that_nobody_passed_is_zero_while_its_camera_saw(
    viewer: httpx.AsyncClient, database: Database
) -> None:
    await store(database, reading("yard", SECONDS[40], camera_ids=("south",)))
    assert [(point["in_count"], point["out_count"]) for point in (await lines(viewer))["gate"]] == [
        (None, None),
        (0, 0),
    ]
