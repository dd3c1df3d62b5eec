"""A real RTSP camera cut for 15 s under the whole of Headroom: unknown everywhere, zero nowhere, and back by itself."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
import yaml

from tests.fakes.rtsp import RtspServer
from tests.system.house import House, heard
from tests.system.page import Page, Said, open_page

CUT_S = 15
DASH = "—"
PASSWORD = "s3cret/pass"
pytestmark = pytest.mark.timeout(200)


@pytest.fixture(scope="module")
def camera(assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtspServer]:
    folder = tmp_path_factory.mktemp("rtsp")
    shutil.copy(assets / "videos/people-walking_960x540.mp4", folder / "plaza.mp4")
    with RtspServer(folder, login=f"operator:{PASSWORD}") as server:
        yield server


@pytest.fixture(scope="module")
def house(start_house: Callable[..., House], camera: RtspServer, server_folder: Path) -> House:
    login = "operator:s3cret%2Fpass"
    picture = [[0, 0], [960, 0], [960, 540], [0, 540]]
    venue = {
        "version": 1,
        "id": "plaza",
        "name": "Plaza",
        "capacity": 60,
        "cameras": [
            {
                "id": "roof",
                "name": "Roof",
                "source": camera.url("plaza.mp4", login),
                "frame_size": [960, 540],
                "fps": 5,
            }
        ],
        "zones": [{"id": "floor", "name": "Floor", "camera_id": "roof", "polygon": picture}],
    }
    path = server_folder / "plaza.yaml"
    path.write_text(yaml.safe_dump(venue))
    return start_house("up", "--venue", str(path), data=server_folder / "plaza")


def floor(message: dict[str, object], wanted: Callable[[dict[str, object]], bool]) -> bool:
    return any(map(wanted, message["readings"]))  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def page(house: House) -> Iterator[Page]:
    with open_page(house) as opened:
        yield opened


def shows_people(said: Said) -> bool:
    """A number of people, in words as on the page's count of the floor."""
    people = said["people"]
    return isinstance(people, str) and people.isdecimal() and int(people) > 0


def shows_unknown(said: Said) -> bool:
    floor = said["zones"]["floor"]  # type: ignore[index]
    return said["people"] is None and said["headroom"] == floor["count"] == DASH and "Unknown" in floor["words"]


async def test_a_cut_camera_is_unknown_in_feed_store_and_page_and_returns_by_itself(
    house: House, camera: RtspServer, page: Page
) -> None:
    await asyncio.to_thread(page.reads, shows_people)
    async with await house.feed("plaza") as feed:
        await heard(feed, lambda message: floor(message, lambda reading: (reading["count"] or 0) > 5), 20)
        worker = house.child("worker").pid

        cut_at = datetime.now(UTC)
        camera.cut()
        blind = await heard(feed, lambda message: floor(message, lambda reading: reading["state"] == "blind"), CUT_S)
        assert all(reading["count"] is None for reading in blind["readings"])  # type: ignore[attr-defined]
        said = await heard(feed, lambda message: any(c["state"] == "blind" for c in message["cameras"]), 5)  # type: ignore[attr-defined]
        assert said["cameras"][0]["reason"]  # type: ignore[index]
        dark_page = await asyncio.to_thread(page.reads, shows_unknown, CUT_S)
        assert dark_page["level"] == "Unknown"
        assert "Roof" in str(dark_page["why"]), "it says whose camera does not see"
        await asyncio.sleep(max(0.0, CUT_S - (datetime.now(UTC) - cut_at).total_seconds()))

        served_at = datetime.now(UTC)
        camera.serve()
        await heard(feed, lambda message: floor(message, lambda reading: (reading["count"] or 0) > 5), 15)
        assert house.child("worker").pid == worker, "the worker needed no restart"
        await asyncio.to_thread(page.reads, shows_people, 10)

    await asyncio.sleep(3)
    rows = (await house.rows("plaza"))["floor"]
    dark = [row for row in rows if cut_at < row[0] < served_at]
    assert {count for _, state, count in dark if state != "ok"} == {None}
    assert {state for _, state, _ in dark} >= {"stale", "blind"}
    assert all(count is None or count > 0 for _, _, count in rows), "unknown is never zero"
    assert all(said["people"] != "0" and said["zones"]["floor"]["count"] != "0" for said in page.history), "nor here"  # type: ignore[index]


def test_no_password_is_shown_anywhere(house: House) -> None:
    everyone = [psutil.Process(house.process.pid), *psutil.Process(house.process.pid).children(recursive=True)]
    command_lines = " ".join(" ".join(process.cmdline()) for process in everyone)
    data = Path(everyone[0].environ()["HEADROOM_DATA"])
    logs = "".join(path.read_text(errors="replace") for path in data.rglob("*.log"))
    assert logs
    for secret in (PASSWORD, "s3cret%2Fpass"):
        assert secret not in house.told + command_lines + logs
    assert house.sign_in["password"] not in command_lines + logs, "the sign-in is told on the terminal alone"
