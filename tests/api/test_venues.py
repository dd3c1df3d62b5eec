import httpx
import pytest


@pytest.mark.parametrize("path", ["/api/v1/venues", "/api/v1/venues/town", "/api/v1/me"])
async def test_an_anonymous_user_is_told_to_sign_in(anonymous: httpx.AsyncClient, path: str) -> None:
    answer = await anonymous.get(path)
    assert answer.status_code == 401
    assert "access token" in answer.json()["detail"]
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_stranger_sees_only_their_own_venue(stranger: httpx.AsyncClient) -> None:
    assert [venue["id"] for venue in (await stranger.get("/api/v1/venues")).json()] == ["rival"]
    assert [venue["venue_id"] for venue in (await stranger.get("/api/v1/me")).json()["venues"]] == ["rival"]


async def test_a_strangers_venue_looks_like_one_that_does_not_exist(stranger: httpx.AsyncClient) -> None:
    foreign, missing = await stranger.get("/api/v1/venues/town"), await stranger.get("/api/v1/venues/nowhere")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["detail"].replace("town", "nowhere") == missing.json()["detail"]


async def test_a_member_sees_the_venue_as_its_file_describes_it(viewer: httpx.AsyncClient) -> None:
    venue = (await viewer.get("/api/v1/venues/town")).json()
    assert (venue["role"], venue["capacity"], venue["timezone"]) == ("viewer", 500, "Europe/London")
    assert [camera["id"] for camera in venue["cameras"]] == ["north", "south"]
    assert [(zone["id"], zone["capacity"], zone["primary"]) for zone in venue["zones"]] == [
        ("floor", 300, True),
        ("bar", None, False),
        ("yard", None, True),
    ]
    assert venue["zones"][0]["polygon"] == [[0, 0], [640, 0], [640, 480], [0, 480]]
    assert venue["lines"][0] == {
        "id": "door",
        "name": "Door",
        "camera_id": "north",
        "start": [0, 10],
        "end": [10, 10],
    }


async def test_no_camera_address_reaches_a_client(viewer: httpx.AsyncClient) -> None:
    text = (await viewer.get("/api/v1/venues/town")).text
    assert "rtsp" not in text
    assert "hidden" not in text


async def test_a_venue_id_that_cannot_be_one_is_refused(viewer: httpx.AsyncClient) -> None:
    answer = await viewer.get("/api/v1/venues/Town%20Hall")
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["path", "venue_id"]
