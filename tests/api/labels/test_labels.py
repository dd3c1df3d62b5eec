"""Who sees captures, how labels are changed by several people, and how captures are deleted."""

import os
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest

from api.database.pool import Database
from api.labels.retention import SETTLED_S, keep_captures
from domain.captures import CAPTURES_FOLDER, Capture
from tests.api import world
from tests.api.labels.kept import AT, kept, stored

PATH = "/api/v1/venues/town/captures"
BOX = {"shape": "box", "name": "person", "left": 1, "top": 2, "right": 30, "bottom": 40}
POINT = {"shape": "point", "x": 5.005, "y": 6}


@pytest.fixture
async def capture(world_url: str, tmp_path: Path) -> Capture:
    one = kept(tmp_path)
    await stored(world_url, one)
    return one


async def requests_of(client: httpx.AsyncClient, capture: Capture) -> list[httpx.Response]:
    one = f"{PATH}/{capture.capture_id}"
    return [
        await client.get(PATH),
        await client.get(f"{PATH}/stats"),
        await client.get("/api/v1/venues/town/purge-ledger"),
        await client.get(one),
        await client.get(f"{one}/picture"),
        await client.put(f"{one}/labels", json={"revision": 1, "labels": [BOX, POINT]}),
        await client.post(f"{one}/accept", json={"revision": 2}),
        await client.get(f"{PATH}/export", params={"format": "coco"}),
        await client.post(f"{PATH}/import", params={"format": "coco"}, content=b'{"images": []}'),
        await client.post(f"{one}/reject", json={"revision": 3}),
        await client.post(f"{PATH}/purge", json={"capture_ids": [str(capture.capture_id)], "note": "asked for"}),
    ]


async def test_an_anonymous_user_is_told_to_sign_in(anonymous: httpx.AsyncClient, capture: Capture) -> None:
    assert {answer.status_code for answer in await requests_of(anonymous, capture)} == {401}


async def test_a_stranger_finds_nothing(stranger: httpx.AsyncClient, capture: Capture) -> None:
    assert {answer.status_code for answer in await requests_of(stranger, capture)} == {404}


async def test_who_may_not_label_does_not_even_see_pictures(viewer: httpx.AsyncClient, capture: Capture) -> None:
    for answer in await requests_of(viewer, capture):
        assert (answer.status_code, "engineer or admin" in answer.text) == (403, True), answer.url


async def test_an_engineer_does_all_of_it_in_their_own_name(
    engineer: httpx.AsyncClient, capture: Capture, tmp_path: Path
) -> None:
    answers = await requests_of(engineer, capture)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200, 200, 200, 200, 422, 200, 200]
    queue, stats, ledger, story, picture, saved, accepted, *_ = answers
    (summary,) = queue.json()["captures"]
    assert (summary["state"], summary["labels"], summary["revision"]) == ("prelabelled", 2, 1)
    assert (stats.json()["states"]["prelabelled"], stats.json()["capture"]) == (1, "off")
    assert [(one["event"], one["actor"]) for one in ledger.json()["entries"]] == [("kept", "worker")]
    assert [(one["name"], one["source"]) for one in story.json()["labels"]] == [("person", "model"), ("head", "model")]
    assert picture.content.startswith(b"\xff\xd8")
    assert picture.headers["cache-control"] == "no-store"
    assert [one["source"] for one in saved.json()["labels"]] == ["person", "person"]
    assert saved.json()["labels"][1]["x"] in (5.0, 5.01), "a hundredth of a pixel"
    assert (accepted.json()["capture"]["state"], accepted.json()["capture"]["revision"]) == ("accepted", 3)
    assert [(one["action"], one["actor"]) for one in accepted.json()["changes"]] == [
        *(("saved", "viewer@town"), ("accepted", "viewer@town")),
    ]
    assert not list((tmp_path / CAPTURES_FOLDER).rglob("*.jpg"))
    newest, oldest = (await engineer.get("/api/v1/venues/town/purge-ledger")).json()["entries"]
    assert (newest["event"], newest["why"], newest["note"], newest["actor"]) == (
        *("purged", "request", "asked for", "viewer@town"),
    )
    assert newest["sha256"] == oldest["sha256"] == capture.sha256
    assert (await engineer.get(f"{PATH}/{capture.capture_id}")).status_code == 404


async def test_the_second_of_two_who_correct_the_same_picture_is_told(
    engineer: httpx.AsyncClient, admin: httpx.AsyncClient, capture: Capture
) -> None:
    url = f"{PATH}/{capture.capture_id}"
    first = await engineer.put(f"{url}/labels", json={"revision": 1, "labels": [BOX]})
    second = await admin.put(f"{url}/labels", json={"revision": 1, "labels": []})
    assert (first.status_code, second.status_code) == (200, 409)
    assert "you looked at revision 1, it is at 2" in second.json()["detail"]
    assert (await admin.post(f"{url}/accept", json={"revision": 1})).status_code == 409
    story = (await admin.get(url)).json()
    assert [(one["left"], one["right"]) for one in story["labels"]] == [(1, 30)]
    assert (await admin.put(f"{url}/labels", json={"revision": 2, "labels": []})).json()["labels"] == []


BAD_LABELS: list[tuple[dict[str, object], str]] = [
    (BOX | {"right": 0.5}, "labels.1 (person box): right (0.5) must be at least 1 px beyond left (1)"),
    (BOX | {"bottom": 241}, "labels.1 (person box): the box 1, 2 to 30, 241 reaches out of the 320x240 picture"),
    (POINT | {"x": 400}, "labels.1 (head point): the point 400, 6 lies outside"),
    (POINT | {"name": "person"}, "a point marks the middle of a head"),
    ({**BOX, "left": 100, "right": 110}, "labels.1 (person box): says the same as labels.0"),
    (BOX | {"name": "dog"}, "'person' or 'head'"),
    (BOX | {"shape": "circle"}, "'box', 'point'"),
    (BOX | {"colour": "red"}, "Extra inputs"),
    ({"shape": "box"}, "Field required"),
]


async def test_a_bad_label_is_named_and_nothing_is_saved(engineer: httpx.AsyncClient, capture: Capture) -> None:
    good = BOX | {"left": 100, "right": 110}
    url = f"{PATH}/{capture.capture_id}"
    for label, words in BAD_LABELS:
        answer = await engineer.put(f"{url}/labels", json={"revision": 1, "labels": [good, label]})
        assert (answer.status_code, words in answer.text) == (422, True), (words, answer.text)
    assert (await engineer.get(url)).json()["capture"]["revision"] == 1


async def test_the_queue_begins_with_what_there_is_most_to_learn_from(
    engineer: httpx.AsyncClient, world_url: str, tmp_path: Path
) -> None:
    several = [
        kept(tmp_path, place, uncertainty=score, camera_id=camera, reasons=reasons, boxes=())
        for place, (score, camera, reasons) in enumerate(
            [
                (0.4, "north", ("flicker",)),
                (0.9, "south", ("low_margin", "flicker")),
                (0.6, "north", ("wide_interval",)),
            ]
        )
    ]
    await stored(world_url, *several)

    async def found(**query: object) -> list[int]:
        answer = (await engineer.get(PATH, params=query)).json()  # type: ignore[arg-type]
        ids = [str(one.capture_id) for one in several]
        assert answer["total"] >= len(answer["captures"])
        return [ids.index(one["capture_id"]) for one in answer["captures"]]

    assert await found() == [1, 2, 0]
    assert await found(newest=True) == [2, 1, 0]
    assert await found(limit=1, offset=1) == [2]
    assert await found(camera="north") == [2, 0]
    assert await found(reason="flicker") == [1, 0]
    assert await found(state="unlabelled", until=(AT + timedelta(seconds=1)).isoformat()) == [0]
    assert await found(state="accepted") == []
    stats = (await engineer.get(f"{PATH}/stats")).json()
    assert (stats["cameras"], stats["reasons"]["flicker"]) == ({"north": 2, "south": 1}, 2)


async def test_a_picture_that_is_not_there_or_lies_elsewhere_is_not_served(
    engineer: httpx.AsyncClient, capture: Capture, tmp_path: Path
) -> None:
    url, path = f"{PATH}/{capture.capture_id}/picture", tmp_path / CAPTURES_FOLDER / capture.file
    secret = tmp_path / "secrets.json"
    secret.write_text("{}")
    path.unlink()
    assert "not on this machine" in (await engineer.get(url)).text
    path.symlink_to(secret)
    answer = await engineer.get(url)
    assert (answer.status_code, "leads out" in answer.text) == (404, True)
    assert (await engineer.get(f"{PATH}/{uuid4()}/picture")).status_code == 404
    assert (await engineer.get(f"{PATH}/..%2F..%2Fsecrets.json/picture")).status_code in (404, 422)


async def test_a_span_of_a_camera_is_purged_on_request(
    engineer: httpx.AsyncClient, world_url: str, tmp_path: Path
) -> None:
    captures = [kept(tmp_path, 60 * minute, camera_id=camera) for minute in range(3) for camera in ("north", "south")]
    await stored(world_url, *captures)
    span = {"since": AT.isoformat(), "until": (AT + timedelta(seconds=90)).isoformat(), "note": "somebody asked"}
    answer = await engineer.post(f"{PATH}/purge", json={**span, "camera_id": "north"})
    assert (answer.status_code, answer.json()["purged"]) == (200, 2)
    left = {path.stem for path in (tmp_path / CAPTURES_FOLDER).rglob("*.jpg")}
    assert left == {one.capture_id.hex for one in captures if one.camera_id == "south" or one == captures[4]}
    assert (await engineer.get(f"{PATH}/stats")).json()["purged"] == 2


BAD_PURGES: list[tuple[dict[str, object], str]] = [
    ({"note": "because"}, "name capture_ids, or since and until"),
    ({"note": "because", "capture_ids": [str(uuid4())], "camera_id": "north"}, "not both"),
    ({"note": "because", "since": "2026-05-02T00:00:00Z", "until": "2026-05-01T00:00:00Z"}, "must be before"),
    ({"capture_ids": [str(uuid4())]}, "note"),
    ({"note": "because", "capture_ids": []}, "at least 1"),
]


async def test_a_purge_that_makes_no_sense_is_refused(engineer: httpx.AsyncClient) -> None:
    for question, words in BAD_PURGES:
        answer = await engineer.post(f"{PATH}/purge", json=question)
        assert (answer.status_code, words in answer.text) == (422, True), (words, answer.text)


async def test_what_is_not_there_is_not_purged_and_nothing_else_is_either(
    engineer: httpx.AsyncClient, capture: Capture, tmp_path: Path
) -> None:
    both = [str(capture.capture_id), str(uuid4())]
    answer = await engineer.post(f"{PATH}/purge", json={"capture_ids": both, "note": "because"})
    assert answer.status_code == 404
    assert (tmp_path / CAPTURES_FOLDER / capture.file).is_file()


async def test_a_file_that_cannot_be_deleted_keeps_its_row(
    engineer: httpx.AsyncClient, capture: Capture, tmp_path: Path
) -> None:
    path = tmp_path / CAPTURES_FOLDER / capture.file
    path.unlink()
    (path / "in the way").mkdir(parents=True)  # root may delete any file, but not a folder as if it were one
    question = {"capture_ids": [str(capture.capture_id)], "note": "because"}
    answer = await engineer.post(f"{PATH}/purge", json=question)
    assert (answer.status_code, "cannot be deleted" in answer.text) == (503, True)
    assert (await engineer.get(f"{PATH}/{capture.capture_id}")).status_code == 200


async def test_retention_deletes_what_is_too_old_and_finds_what_was_never_told(
    world_url: str, tmp_path: Path, database: Database
) -> None:
    folder = tmp_path / CAPTURES_FOLDER
    old, young, lost, ghost = (kept(tmp_path, place) for place in range(4))
    old = old.model_copy(update={"keep_until": AT + timedelta(days=1)})
    foreign = kept(tmp_path, 9, venue_id="nowhere")
    await stored(world_url, old, young, ghost)
    async with database.as_service() as connection:
        await connection.fetchval("select private.purge($1, 'retention', null, null, 'retention')", [ghost.capture_id])
    for path in folder.rglob("*.json"):
        os.utime(path, (0, path.stat().st_mtime - SETTLED_S - 1))
    (folder / "town/north/20260501/x.jpg.part").write_text("")
    os.utime(folder / "town/north/20260501/x.jpg.part", (0, 0))
    assert await keep_captures(database, folder, AT + timedelta(days=2)) == 1
    left = {path.name for path in folder.rglob("*") if path.is_file()}
    assert left == {
        f"{one.capture_id.hex}{ending}" for one in (young, lost, foreign) for ending in (".jpg", ".json")
    }, "one that was purged does not come back, and another installation's is left alone"
    rows = await world.fetch(world_url, "select capture_id from captures order by captured_at")
    assert [row["capture_id"] for row in rows] == [young.capture_id, lost.capture_id]
    (entry,) = await world.fetch(
        world_url, "select * from purge_ledger where event = 'purged' and capture_id = $1", old.capture_id
    )
    assert (entry["why"], entry["actor"], entry["user_id"]) == ("retention", "retention", None)
    assert await keep_captures(database, folder, AT + timedelta(days=2)) == 0


async def test_what_was_purged_does_not_come_back_by_a_late_message(
    engineer: httpx.AsyncClient, capture: Capture, world_url: str
) -> None:
    await engineer.post(f"{PATH}/purge", json={"capture_ids": [str(capture.capture_id)], "note": "because"})
    await stored(world_url, capture)
    assert await world.fetch(world_url, "select 1 from captures") == []


ADD_LEDGER = (
    "insert into purge_ledger (event, venue_id, capture_id, camera_id, captured_at, sha256, policy, keep_until, actor) "
    "select 'kept', venue_id, gen_random_uuid(), camera_id, captured_at, sha256, policy, keep_until, 'x' from captures"
)
ADD_CHANGE = (
    "insert into label_changes (capture_id, venue_id, revision, action, user_id, actor) "
    "select capture_id, venue_id, 9, 'accepted', gen_random_uuid(), 'somebody else' from captures"
)
NOBODY = (
    "update captures set state = 'accepted'",
    "delete from captures",
    "delete from labels",
    ADD_CHANGE,
    ADD_LEDGER,
    "update purge_ledger set actor = 'nobody'",
    "delete from purge_ledger",
)
NO_USER = (
    "insert into captures select * from captures",
    "select private.purge(array[]::uuid[], 'request', 'x', null, 'nobody')",
    "update capture_policies set capture = 'blurred'",
)


async def test_no_way_leads_around_the_record(world_url: str, capture: Capture) -> None:
    assert capture.venue_id == "town"
    claims = {"sub": str(await world.user_id(world_url, "admin@town")), "role": "authenticated"}
    async with Database(world_url, size=1) as database:
        for statement in (*NOBODY, *NO_USER):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with database.as_user(claims) as connection:
                    await connection.execute(statement)
        for statement in NOBODY:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with database.as_service() as connection:
                    await connection.execute(statement)
    for statement in ("update purge_ledger set note = 'x'", "delete from purge_ledger", "truncate purge_ledger"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only ever added to"):
            await world.execute(world_url, statement)


async def test_a_stranger_can_neither_label_nor_purge_by_knowing_the_id(world_url: str, capture: Capture) -> None:
    claims = {"sub": str(await world.user_id(world_url, "stranger@rival")), "role": "authenticated"}
    async with Database(world_url, size=1) as database:
        for statement in (
            "select private.save_labels($1, 1, 'accepted', null, null)",
            "select private.purge_as_user(array[$1::uuid], 'mine')",
        ):
            with pytest.raises(asyncpg.NoDataFoundError):
                async with database.as_user(claims) as connection:
                    await connection.execute(statement, capture.capture_id)
        async with database.as_user(claims) as connection:
            for table in ("captures", "labels", "label_changes", "purge_ledger", "capture_requests"):
                assert await connection.fetch(f"select * from {table}") == []  # noqa: S608 - a table of ours


async def test_the_venue_file_says_what_is_allowed(world_url: str) -> None:
    config = world.venue("town", learning={"capture": "consented", "consent_reference": "file 12", "retention_days": 9})
    await world.prepare(world.settings_for(world_url), venue=config, admin=None)
    (row,) = await world.fetch(world_url, "select * from capture_policies where venue_id = 'town'")
    assert (row["capture"], row["consent_reference"], row["retention_days"]) == ("consented", "file 12", 9)
