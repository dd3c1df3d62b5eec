import httpx
from redis.asyncio import Redis

from tests.api.world import MINUTE, publish_picture

PICTURE = "/api/v1/venues/town/cameras/north/picture"
JPEG = b"\xff\xd8 a picture \xff\xd9"


async def test_an_anonymous_user_is_told_to_sign_in(anonymous: httpx.AsyncClient, redis: Redis) -> None:
    await publish_picture(redis, JPEG, MINUTE)
    assert (await anonymous.get(PICTURE)).status_code == 401


async def test_a_stranger_gets_no_picture(stranger: httpx.AsyncClient, redis: Redis) -> None:
    await publish_picture(redis, JPEG, MINUTE)
    answer = await stranger.get(PICTURE)
    assert answer.status_code == 404
    assert JPEG not in answer.content


async def test_a_member_gets_the_newest_picture_and_when_it_was_taken(viewer: httpx.AsyncClient, redis: Redis) -> None:
    await publish_picture(redis, JPEG, MINUTE)
    answer = await viewer.get(PICTURE)
    assert answer.content == JPEG
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-captured-at"] == MINUTE.isoformat()
    assert answer.headers["cache-control"] == "no-store"


async def test_a_camera_without_a_picture_and_an_unknown_camera_are_told_apart(viewer: httpx.AsyncClient) -> None:
    none_now = await viewer.get(PICTURE)
    unknown = await viewer.get("/api/v1/venues/town/cameras/roof/picture")
    assert none_now.status_code == unknown.status_code == 404
    assert none_now.json()["detail"] == "camera 'north' has no picture now"
    assert "'roof'" in unknown.json()["detail"]
