"""The deployment files: what can be known of them without a container engine."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.settings import PREFIX, Settings

REPOSITORY = Path(__file__).parents[2]
DOCKER = REPOSITORY / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
OURS = ("prepare", "api", "recorder", "alerts", "worker", "floor", "jobs")
DOCKERFILE = (DOCKER / "Dockerfile").read_text()


def settings_of(service: str) -> set[str]:
    return {key for key in COMPOSE["services"][service].get("environment", {}) if key.startswith(PREFIX)}


@pytest.mark.parametrize("service", OURS)
def test_a_service_is_told_only_settings_that_exist(service: str) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    assert settings_of(service) - known == set()


def test_only_the_api_knows_what_tokens_are_signed_with() -> None:
    assert [service for service in OURS if "HEADROOM_JWT_SECRET" in settings_of(service)] == ["api"]
    assert "HEADROOM_DATABASE_URL" not in settings_of("worker")


def test_what_jobs_make_is_where_the_api_looks_for_it() -> None:
    mounts = {name: set(COMPOSE["services"][name]["volumes"]) for name in ("api", "jobs")}
    assert "jobs-data:/data/jobs" in mounts["api"] & mounts["jobs"]
    assert "/data/jobs" in DOCKERFILE, "a volume takes over the owner of what it is put upon"


def test_every_service_comes_back() -> None:
    policies = {name: service["restart"] for name, service in COMPOSE["services"].items()}
    assert policies.pop("prepare") == "on-failure"
    assert set(policies.values()) == {"unless-stopped"}


def test_no_secret_is_written_down() -> None:
    """Whatever is named like a secret has no value of its own, only one that is passed through."""
    secret = re.compile(r"^\s*([A-Z_]*(?:PASSWORD|SECRET|TOKEN|KEY)): (.*)$", re.MULTILINE)
    values = [value for _, value in secret.findall((DOCKER / "compose.yaml").read_text())]
    assert len(values) >= 5
    assert [value for value in values if not re.fullmatch(r"\$\{[A-Z_]+:-\}", value)] == []
    example = (DOCKER / ".env.example").read_text()
    assert re.findall(r"^(?!#)\w*(?:PASSWORD|SECRET|TOKEN|KEY)=.+$", example, re.MULTILINE) == []


def test_every_variable_is_explained_in_the_example() -> None:
    example = (DOCKER / ".env.example").read_text()
    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", (DOCKER / "compose.yaml").read_text()))
    optional = {"IMAGE_TAG", "BUILD_TARGET", "PUBLISH"}
    assert {name for name in used - optional if not re.search(rf"^#?{name}=", example, re.MULTILINE)} == set()


def test_servers_of_ours_are_reached_from_this_machine_only() -> None:
    published = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert [port for port in published if not re.match(r"(\$\{PUBLISH:-)?127\.0\.0\.1:", port)] == []


def test_every_target_ends_as_another_user_than_root() -> None:
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    ends = {stage.split()[2]: re.findall(r"^USER (\w+)$", stage, re.MULTILINE)[-1:] for stage in stages}
    assert ends == {"dashboard": [], "runtime": [], "gpu": ["headroom"], "cpu": ["headroom"]}


def test_what_is_copied_exists_and_is_let_into_the_build() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    files = {file for line in copied for file in line.split()} - {"."}
    assert [file for file in sorted(files) if not (REPOSITORY / file).exists()] == []
    allowed = [
        line[1:] for line in (DOCKER / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")
    ]
    assert [pattern for pattern in allowed if not list(REPOSITORY.glob(pattern))] == []


def test_every_dependency_is_checked_by_its_hash() -> None:
    assert DOCKERFILE.count("uv pip install") == 4
    assert DOCKERFILE.count("uv pip install --require-hashes -r") == 2
    assert DOCKERFILE.count("uv pip install --no-deps --editable .") == 2


def test_prometheus_asks_the_api_with_the_token_it_is_given() -> None:
    [job] = yaml.safe_load((DOCKER / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
    assert job["static_configs"] == [{"targets": ["api:8800"]}]
    assert job["metrics_path"] == "/metrics"
    [secret] = COMPOSE["services"]["prometheus"]["secrets"]
    assert job["authorization"] == {"type": "Bearer", "credentials_file": f"/run/secrets/{secret}"}
    assert COMPOSE["secrets"][secret] == {"environment": "HEADROOM_METRICS_TOKEN"}
    assert "HEADROOM_METRICS_TOKEN" in settings_of("api")


def prepare(environment: dict[str, str], venue: str = "configs/venues/demo.yaml") -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith((PREFIX, "ADMIN_"))}
    return subprocess.run(
        [sys.executable, "docker/prepare.py", venue],
        cwd=REPOSITORY,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_prepare_makes_a_database_ready_and_may_run_again(database_url: str) -> None:
    told = {"HEADROOM_DATABASE_URL": database_url, "ADMIN_EMAIL": "a@b.example", "ADMIN_PASSWORD": "correct horse 9"}
    first, second = prepare(told), prepare(told)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "migration applied" in first.stderr
    assert "migration applied" not in second.stderr
    assert "venue installed" in second.stderr
    assert "correct horse 9" not in first.stderr


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ({}, "error: ADMIN_EMAIL is not set"),
        ({"ADMIN_EMAIL": "a@b.example", "ADMIN_PASSWORD": "short"}, "error: ADMIN_PASSWORD must have at least 12"),
        ({"ADMIN_EMAIL": "a@b.example", "ADMIN_PASSWORD": "x" * 12}, "error: HEADROOM_DATABASE_URL must be set"),
        ({"HEADROOM_PROT": "1"}, "error: HEADROOM_PROT is not a setting"),
    ],
)
def test_prepare_says_in_one_line_what_is_missing(told: dict[str, str], complaint: str) -> None:
    result = prepare(told)
    assert result.returncode == 1
    [line] = result.stderr.splitlines()
    assert line.startswith(complaint)
