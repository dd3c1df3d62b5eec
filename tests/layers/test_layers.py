"""The layers of the house hold, and a wrong import is shown to fail: a check that cannot fail checks nothing."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
CONFIGURATION = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
ROOMS: list[str] = CONFIGURATION["tool"]["importlinter"]["root_packages"]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the rooms' sources and of the contracts, to be spoilt."""
    for room in ROOMS:
        shutil.copytree(REPOSITORY / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(house: Path) -> subprocess.CompletedProcess[str]:
    """Check the rooms of ``house``: without the path in front, the installed rooms would be checked in its stead."""
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache"],
        cwd=house,
        env=os.environ | {"PYTHONPATH": str(house), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_contracts_hold(house: Path) -> None:
    result = lint_imports(house)
    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout


def test_every_room_of_the_distribution_is_under_contract() -> None:
    assert CONFIGURATION["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ROOMS


@pytest.mark.parametrize(
    ("room", "statement", "contract", "broken"),
    [
        ("api", "import cv2", "The api holds no pixels and no models", "api.spoilt -> cv2"),
        ("api", "import torch", "The api holds no pixels and no models", "api.spoilt -> torch"),
        ("api", "import inference", "The api holds no pixels and no models", "api.spoilt -> inference"),
        ("api", "import training", "The layers of the house", "api.spoilt -> training"),
        ("api", "import headroom", "The layers of the house", "api.spoilt -> headroom"),
        ("training", "import api", "The layers of the house", "training.spoilt -> api"),
        ("ingest", "import inference", "The layers of the house", "ingest.spoilt -> inference"),
        ("inference", "import api", "The layers of the house", "inference.spoilt -> api"),
        ("domain", "import ingest", "The layers of the house", "domain.spoilt -> ingest"),
        ("domain", "import cv2", "The domain knows pydantic and numpy, nothing else", "domain.spoilt -> cv2"),
        ("ingest", "import ultralytics", "ultralytics stays", "ingest.spoilt -> ultralytics"),
        ("inference", "import mediapipe", "mediapipe stays in the pose reader", "inference.spoilt -> mediapipe"),
        ("inference", "import supabase", "supabase's client stays in one adapter", "inference.spoilt -> supabase"),
    ],
)
def test_a_wrong_import_fails_and_is_named(house: Path, room: str, statement: str, contract: str, broken: str) -> None:
    (house / room / "spoilt.py").write_text(f'"""Spoilt."""\n\n{statement}\n')
    result = lint_imports(house)
    assert result.returncode == 1, result.stdout + result.stderr
    [line] = [line for line in result.stdout.splitlines() if contract in line and " BROKEN" in line]
    assert line
    assert broken in result.stdout


def test_an_import_hidden_in_a_function_is_found(house: Path) -> None:
    (house / "api" / "spoilt.py").write_text('"""Spoilt."""\n\n\ndef late() -> None:\n    import cv2\n')
    result = lint_imports(house)
    assert result.returncode == 1
    assert "api.spoilt -> cv2" in result.stdout
