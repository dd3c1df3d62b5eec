from pathlib import Path

import httpx
import pytest

from api.app import create_app
from tests.api.world import listening, settings_for

SETTINGS = settings_for("postgresql://127.0.0.1:1/nothing")


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>the page</title>")
    (tmp_path / "assets" / "app-1a2b.js").write_text("run()")
    (tmp_path.parent / "secret.txt").write_text("not for you")
    return tmp_path


async def get(dist: Path, path: str) -> httpx.Response:
    async with listening(create_app(SETTINGS, dist=dist)) as url, httpx.AsyncClient(base_url=url) as client:
        return await client.get(path)


@pytest.mark.parametrize("path", ["/", "/venues/town", "/venues/town?tab=lines"])
async def test_any_page_of_the_dashboard_is_its_index(dist: Path, path: str) -> None:
    answer = await get(dist, path)
    assert answer.status_code == 200
    assert "the page" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


async def test_files_with_a_hash_in_their_name_are_kept(dist: Path) -> None:
    answer = await get(dist, "/assets/app-1a2b.js")
    assert answer.text == "run()"
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/assets/gone.js", "/..%2fsecret.txt", "/auth/v1/nothing"])
async def test_what_is_not_there_is_not_the_index(dist: Path, path: str) -> None:
    answer = await get(dist, path)
    assert answer.status_code == 404
    assert "the page" not in answer.text
    assert "not for you" not in answer.text


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/venues", "/nothing"])
async def test_every_answer_forbids_framing_sniffing_and_foreign_scripts(dist: Path, path: str) -> None:
    headers = (await get(dist, path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "img-src 'self' blob: data:" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"


async def test_a_page_that_is_not_built_says_how(tmp_path: Path) -> None:
    answer = await get(tmp_path, "/")
    assert answer.status_code == 200
    assert "npm --prefix dashboard run build" in answer.text


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
async def test_no_documentation_is_served(tmp_path: Path, path: str) -> None:
    assert (await get(tmp_path, path)).status_code == 404
