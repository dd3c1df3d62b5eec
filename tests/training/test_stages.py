"""The stages of dvc.yaml run, and run again only when something they depend on has changed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


@pytest.fixture
def copy(assets: Path, tmp_path: Path) -> Path:
    """A repository with what the stages need, and a checkpoint where they expect it."""
    house = tmp_path / "house"
    for part in ("domain", "training", "configs", ".dvc"):
        skip = shutil.ignore_patterns("__pycache__", "cache", "tmp", "config.local")
        shutil.copytree(REPOSITORY / part, house / part, ignore=skip)
    for file in ("dvc.yaml", ".dvcignore", ".gitignore"):
        shutil.copy(REPOSITORY / file, house)
    weights = house / ".headroom" / "training" / "detector.pt"
    weights.parent.mkdir(parents=True)
    shutil.copy(assets / "models" / "yolov8n_rebuilt.pt", weights)
    run(house, "git", "init", "-q")
    return house


def run(house: Path, *arguments: str) -> str:
    """Run a program in the copy, with a home folder of its own, and the environment's python first on the path."""
    home = house.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "XDG_CACHE_HOME": str(home),
        "DVC_SITE_CACHE_DIR": str(home / "site"),
    }
    result = subprocess.run(
        arguments, cwd=house, env=environment, capture_output=True, text=True, check=False, timeout=170
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_export_runs_once_and_again_only_for_a_changed_parameter(copy: Path) -> None:
    assert "Running stage 'export'" in run(copy, "dvc", "repro", "export")
    made = copy / ".headroom" / "training" / "detector.onnx"
    first = made.stat().st_mtime_ns
    assert made.with_suffix(".json").is_file()

    assert "Stage 'export' didn't change, skipping" in run(copy, "dvc", "repro", "export")
    assert made.stat().st_mtime_ns == first
    assert "up to date" in run(copy, "dvc", "status")

    parameters = copy / "configs" / "training.yaml"
    parameters.write_text(parameters.read_text().replace("seed: 8", "seed: 9"))
    assert "changed" in run(copy, "dvc", "status")


def test_dvc_reports_to_nobody(copy: Path) -> None:
    assert run(copy, "dvc", "config", "core.analytics").strip() == "false"
    assert run(copy, "dvc", "config", "core.check_update").strip() == "false"
    assert run(copy, "dvc", "remote", "list").strip() == ""
