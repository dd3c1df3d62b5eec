"""Where cameras look, as people of a venue say it, try it and look it up."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from api.calibration import repository
from api.database.pool import Database
from domain.venue import VenueConfig
from tests.api.world import RIVAL, TOWN, Sign, bearer, execute, fetch, user_id

URL = "/api/v1/venues/town/cameras/north/calibration"
# A camera looking straight down: 100 pixels a metre, the picture's left upper corner at (1, 2).
CORNERS = [((0, 0), (1, 2)), ((600, 0), (7, 2)), ((600, 400), (7, 6)), ((0, 400), (1, 6)), ((300, 200), (4, 4))]
POINTS: dict[str, Any] = {
    "kind": "points",
    "frame_size": [640, 480],
    "points": [{"picture": list(seen), "floor_m": list(floor)} for seen, floor in CORNERS],
}
HEIGHTS = {"kind": "heights", "frame_size": [640, 480], "focal_px": 600.0, "tilt_deg": 20.0, "height_m": 6.0}


@pytest.fixture
async def database(world_url: str) -> AsyncIterator[Database]:
    async with Database(world_url, size=2) as opened:
        yield opened


@pytest.fixture
async def admin(address: str, sign: Sign) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address, headers=bearer(await sign("admin@town"))) as client:
        yield client


async def keep(client: httpx.AsyncClient, calibration: dict[str, Any] = POINTS, note: str = "") -> dict[str, Any]:
    answer = await client.put(URL, json={"calibration": calibration, "note": note})
    assert answer.status_code == 200, answer.text
    kept: dict[str, Any] = answer.json()
    return kept


async def ask(client: httpx.AsyncClient, method: str, path: str = "") -> httpx.Response:
    bodies = {"PUT": {"calibration": POINTS}, "POST": {"calibration": POINTS, "pixels": [[0, 0]]}}
    return await client.request(method, URL + path, json=bodies.get(method))


AS_ROLE = "update venue_members set role = '{}' where user_id = '{}'"
EVERY_WAY = [("GET", ""), ("GET", "/history"), ("PUT", ""), ("POST", "/preview")]


@pytest.mark.parametrize(("method", "path"), EVERY_WAY)
async def test_an_anonymous_user_is_told_to_sign_in(anonymous: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await ask(anonymous, method, path)).status_code == 401


@pytest.mark.parametrize(("method", "path"), EVERY_WAY)
async def test_a_stranger_finds_no_such_camera(
    stranger: httpx.AsyncClient, admin: httpx.AsyncClient, method: str, path: str
) -> None:
    await keep(admin)
    answer = await ask(stranger, method, path)
    assert (answer.status_code, "there is no camera" in answer.text) == (404, True)


@pytest.mark.parametrize("role", ["viewer", "staff", "security", "organiser"])
async def test_who_may_only_look_may_not_calibrate(viewer: httpx.AsyncClient, world_url: str, role: str) -> None:
    await execute(world_url, AS_ROLE.format(role, await user_id(world_url, "viewer@town")))
    answer = await ask(viewer, "PUT")
    assert (answer.status_code, "engineer" in answer.json()["detail"]) == (403, True)
    assert await fetch(world_url, "select 1 from camera_calibrations") == []


async def test_an_engineer_calibrates_and_everyone_of_the_venue_sees_who_did(
    viewer: httpx.AsyncClient, admin: httpx.AsyncClient, world_url: str
) -> None:
    engineer = await user_id(world_url, "viewer@town")
    await execute(world_url, AS_ROLE.format("engineer", engineer))
    kept = await keep(viewer, note="after the storm")
    assert (kept["made_by"], kept["note"]) == (str(engineer), "after the storm")
    assert (await admin.get(URL)).json() == kept
    assert kept["calibration"]["points"] == POINTS["points"]


async def test_a_new_calibration_holds_and_the_old_one_is_history(
    admin: httpx.AsyncClient, viewer: httpx.AsyncClient
) -> None:
    first, second = await keep(admin), await keep(admin, HEIGHTS)
    assert (await viewer.get(URL)).json() == second
    assert (await viewer.get(URL + "/history")).json() == [second, first]
    assert (await viewer.get(URL + "/history", params={"limit": 1})).json() == [second]


async def test_a_camera_that_was_never_calibrated_says_so(viewer: httpx.AsyncClient) -> None:
    for method, path in (("GET", ""), ("GET", "/history")):
        answer = await ask(viewer, method, path)
        assert (answer.status_code, answer.json()["detail"]) == (404, "camera 'north' is not calibrated")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"points": POINTS["points"][:3]}, "at least 4"),
        ({"points": [*POINTS["points"], POINTS["points"][0]]}, "each mark only once"),
        ({"frame_size": [0, 480]}, "greater than 0"),
        ({"kind": "guess"}, "points"),
        ({"colour": "red"}, "not permitted"),
    ],
)
async def test_what_cannot_be_a_calibration_is_refused_in_words(
    admin: httpx.AsyncClient, world_url: str, changes: dict[str, Any], complaint: str
) -> None:
    answer = await admin.put(URL, json={"calibration": POINTS | changes})
    assert answer.status_code == 422
    assert complaint in answer.text
    assert await fetch(world_url, "select 1 from camera_calibrations") == []


async def test_matched_points_are_tried_without_being_kept(viewer: httpx.AsyncClient, world_url: str) -> None:
    question = {"calibration": POINTS, "pixels": [[100, 100], [640, 480]], "floor_m": [[2, 3]]}
    answer = (await viewer.post(URL + "/preview", json=question)).json()
    assert answer["floor_m"] == [pytest.approx([2, 3]), pytest.approx([7.4, 6.8])]
    assert answer["pixels"] == [pytest.approx([100, 100])]
    assert answer["residuals_m"] == pytest.approx([0] * 5, abs=1e-9)
    assert answer["camera_m"] is None, "looking straight down tells nothing of the focal length"
    assert await fetch(world_url, "select 1 from camera_calibrations") == []


async def test_a_wrong_match_shows_in_its_residual(viewer: httpx.AsyncClient) -> None:
    wrong = [*POINTS["points"][:4], {"picture": [300, 200], "floor_m": [5, 4]}]
    answer = (await viewer.post(URL + "/preview", json={"calibration": POINTS | {"points": wrong}})).json()
    assert max(range(5), key=answer["residuals_m"].__getitem__) == 4
    assert answer["median_residual_m"] > 0.05


async def test_what_is_kept_is_previewed_and_the_sky_is_no_place(
    admin: httpx.AsyncClient, viewer: httpx.AsyncClient
) -> None:
    assert (await viewer.post(URL + "/preview", json={"pixels": [[0, 0]]})).status_code == 404
    await keep(admin, HEIGHTS)
    question = {"pixels": [[319.5, 0], [319.5, 400]], "floor_m": [[0, -50]]}
    answer = (await viewer.post(URL + "/preview", json=question)).json()
    assert answer["floor_m"][0] is None
    assert answer["floor_m"][1][0] == pytest.approx(0, abs=1e-9)
    assert 5 < answer["floor_m"][1][1] < 15
    assert answer["pixels"] == [None], "behind the camera"
    assert answer["camera_m"] == pytest.approx([0, 0, 6], abs=1e-9)
    assert (answer["residuals_m"], answer["median_residual_m"]) == ([], None)


async def test_the_venue_file_is_kept_once_and_gives_way_to_a_later_person(
    admin: httpx.AsyncClient, database: Database
) -> None:
    def town(calibration: dict[str, Any]) -> VenueConfig:
        north, *others = TOWN.model_dump(mode="json")["cameras"]
        cameras = [
            {**north, "source": "usb:0", "calibration": calibration},
            *({**o, "source": "usb:1"} for o in others),
        ]
        return VenueConfig.model_validate({**TOWN.model_dump(mode="json"), "cameras": cameras})

    async def install(calibration: dict[str, Any]) -> None:
        async with database.as_service() as connection:
            await repository.install(connection, town(calibration))

    await install(POINTS)
    await install(POINTS)
    (only,) = (await admin.get(URL + "/history")).json()
    assert (only["made_by"], only["note"]) == (None, "from the venue file")
    mine = await keep(admin, HEIGHTS)
    await install(POINTS)
    assert (await admin.get(URL)).json() == mine
    await install(HEIGHTS)
    assert len((await admin.get(URL + "/history")).json()) == 3


async def test_the_policies_hold_without_the_api(database: Database, world_url: str) -> None:
    statement = (
        "insert into public.camera_calibrations (venue_id, camera_id, made_by, calibration) values ($1, $2, $3, $4)"
    )
    admin, content = await user_id(world_url, "admin@town"), '{"kind": "heights"}'

    async def write(venue_id: str, made_by: object) -> None:
        async with database.as_user({"sub": str(admin), "role": "authenticated"}) as connection:
            await connection.execute(statement, venue_id, "north", made_by, content)

    await write("town", admin)
    for venue_id, made_by in ((RIVAL.id, admin), ("town", await user_id(world_url, "viewer@town")), ("town", None)):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await write(venue_id, made_by)
    for change in ("delete from public.camera_calibrations", "update public.camera_calibrations set note = 'x'"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.as_user({"sub": str(admin), "role": "authenticated"}) as connection:
                await connection.execute(change)
    async with database.as_user({"sub": str(uuid4()), "role": "authenticated"}) as connection:
        assert await connection.fetch("select 1 from public.camera_calibrations") == []
