"""The stages of dvc.yaml make a model from the shared sets, the same twice, and do no more than a change asks for."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
ROOMS = ("domain", "ingest", "inference", "training", "api", "headroom", "configs", ".dvc")
STAGES = ["sources", "prepare", "augment-preview", "train", "export", "evaluate"]


@pytest.fixture(scope="module")
def house(assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with what the stages need, its parameters so small that all of them take a minute."""
    assert (assets / "datasets").is_dir()
    house = tmp_path_factory.mktemp("stages") / "house"
    for part in ROOMS:
        skip = shutil.ignore_patterns("__pycache__", "cache", "tmp", "config.local")
        shutil.copytree(REPOSITORY / part, house / part, ignore=skip)
    for file in ("dvc.yaml", ".dvcignore", ".gitignore"):
        shutil.copy(REPOSITORY / file, house)
    parameters = house / "configs" / "training.yaml"
    told = yaml.safe_load(parameters.read_text())
    told["prepare"]["limit"] = 2
    told["augment"]["crop"] = 128
    told["boxes"] |= {"epochs": 1, "size": 128, "batch": 8}
    told["density"] |= {"crops": 8, "shares": {"shtech_b_train": 1, "scut_head_b": 1}}
    told["density"]["learn"] |= {"steps": 4, "batch": 2, "check_every": 2}
    told["evaluate"] |= {"clips": [], "stills": told["evaluate"]["stills"][:1], "limit": 2}
    parameters.write_text(yaml.safe_dump(told))
    run(house, "git", "init", "-q")
    run(house, "git", "add", "dvc.yaml", "configs")
    run(house, "git", "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "begin")
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
        "HEADROOM_ASSETS": os.environ["HEADROOM_ASSETS"],
        "HEADROOM_DATA": str(house.parent / "data"),
    }
    result = subprocess.run(
        arguments, cwd=house, env=environment, capture_output=True, text=True, check=False, timeout=500
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def ran(told: str) -> list[str]:
    """The stages that a ``dvc repro`` ran."""
    return re.findall(r"Running stage '([\w-]+)'", told)


@pytest.mark.timeout(900)
def test_the_stages_make_the_same_model_twice_and_no_more_than_is_asked(house: Path) -> None:
    assert ran(run(house, "dvc", "repro")) == STAGES
    metrics = house / ".headroom" / "training" / "evaluation" / "metrics.json"
    first = json.loads(metrics.read_text())
    assert first["shanghaitech-b"]["frames"] == 2
    run(house, "git", "add", "-f", "dvc.lock", ".headroom/training/evaluation/metrics.json")
    run(house, "git", "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "made")

    assert ran(run(house, "dvc", "repro")) == ["sources"], "only the look at the sources, which is always taken"
    assert "train" in ran(run(house, "dvc", "repro", "--force"))
    again = json.loads(metrics.read_text())["shanghaitech-b"]
    for name in ("count_mae", "count_rmse", "count_bias"):
        assert again[name] == pytest.approx(first["shanghaitech-b"][name], abs=1e-3)

    parameters = house / "configs" / "training.yaml"
    told = yaml.safe_load(parameters.read_text())
    told["evaluate"]["limit"] = 3
    parameters.write_text(yaml.safe_dump(told))
    assert ran(run(house, "dvc", "repro")) == ["sources", "evaluate"]
    changed = json.loads(run(house, "dvc", "metrics", "diff", "--json"))
    (metric,) = changed.values()
    assert metric["shanghaitech-b.frames"] == {"old": 2, "new": 3, "diff": 1}


def test_dvc_reports_to_nobody(house: Path) -> None:
    assert run(house, "dvc", "config", "core.analytics").strip() == "false"
    assert run(house, "dvc", "config", "core.check_update").strip() == "false"
    assert run(house, "dvc", "remote", "list").strip() == ""
