"""The page of the demo, in a browser: people who walk change its numbers."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.house import House
from tests.system.page import DASHBOARD, needs_browser, with_node

LIMIT_S = 150
pytestmark = pytest.mark.timeout(LIMIT_S + 100)


def test_the_page_shows_the_demo_live(start_house: Callable[..., House], server_folder: Path, assets: Path) -> None:
    """Runs ``tests/browser/live.spec.ts``."""
    assert assets
    needs_browser()
    house = start_house("demo", data=server_folder / "page")
    told = {
        "HEADROOM_E2E_URL": house.url,
        "HEADROOM_E2E_EMAIL": house.sign_in["email"],
        "HEADROOM_E2E_PASSWORD": house.sign_in["password"],
    }
    ran = subprocess.run(
        # Without the build before it: the house serves the page that is there.
        ["npm", "run", "--ignore-scripts", "test:browser"],
        cwd=DASHBOARD,
        env=with_node(**told),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 passed" in ran.stdout
