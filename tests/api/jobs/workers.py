"""Real workers as processes, and a trainer that says what it does."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml

from domain.settings import Settings
from headroom.processes import alive, tree_of

ROOT = Path(__file__).resolve().parents[3]
TRAINER = """
import json, os, pathlib, signal, sys, time
out, work, seconds, how = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
if how == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        time.sleep(600)
if how == "fail":
    sys.exit("error: the loss is not a number")
kept = work / "epoch"
epoch = int(kept.read_text()) if kept.exists() else 0
while epoch * 0.1 < seconds:
    print(json.dumps({"progress": min(epoch * 0.1 / seconds, 1), "words": f"epoch {epoch}"}), flush=True)
    time.sleep(0.1)
    epoch += 1
    kept.with_suffix(".new").write_text(str(epoch))
    kept.with_suffix(".new").replace(kept)
if how != "lazy":
    (out / "model").mkdir()
    (out / "model" / "weights.bin").write_bytes(b"w" * 100_000)
print("not a line of progress")
"""


@dataclass
class Box:
    """A data folder that workers and the API share.

    Attributes:
        settings: where database and Redis are.
        commands: what trains.
    """

    settings: Settings
    commands: Path

    @classmethod
    def make(cls, settings: Settings) -> "Box":
        folder = settings.data
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "trainer.py").write_text(TRAINER)
        words = ["{python}", str(folder / "trainer.py"), "{out}", "{work}"]
        made = {"makes": ["model/weights.bin"]}
        stages = {
            "short": {"command": [*words, "0.3", "well"], **made},
            "long": {"command": [*words, "4", "well"]},
            "stubborn": {"command": [*words, "60", "stubborn"]},
            "fail": {"command": [*words, "1", "fail"]},
            "lazy": {"command": [*words, "0.1", "lazy"], **made},
        }
        commands = folder / "jobs.yaml"
        commands.write_text(yaml.safe_dump({"version": 1, "train": stages}))
        return cls(settings, commands)

    def folder(self, job_id: str) -> Path:
        return self.settings.data / "jobs" / "town" / job_id

    def runs(self, job_id: str) -> list[dict[str, Any]]:
        """When each process of a job began and ended, as its guards noted it."""
        log = self.folder(job_id) / "runs.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def worker(self, *, lease_s: float = 4.0) -> "Worker":
        words = ["jobs", "worker", "--queue", "cpu", "--lease", str(lease_s), "--commands", str(self.commands)]
        machine = {key: value for key, value in os.environ.items() if not key.startswith("HEADROOM_")}
        log = self.settings.data / "worker.txt"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "headroom", *words],
                env=machine | self.settings.environment(),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        return Worker(process, log)


@dataclass
class Worker:
    """A ``headroom jobs worker``, to be treated badly."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def tree(self) -> list[psutil.Process]:
        return tree_of(self.process.pid)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def end(self) -> int:
        """As a supervisor asks for it."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def clear(self) -> None:
        """Whatever the test left of it."""
        left = self.tree
        self.process.kill()
        self.process.wait(10)
        for process in left:
            if alive(process):
                process.kill()


def overlaps(runs: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Pairs of runs that were there at the same time; one that has no end is there for ever."""
    spans = list(_spans(runs))
    return [
        (one, other)
        for index, one in enumerate(spans)
        for other in spans[index + 1 :]
        if one["at"] < other["end"] and other["at"] < one["end"]
    ]


def _spans(runs: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for start in runs:
        if start["event"] == "start":
            ends = [run["at"] for run in runs if run["event"] == "stop" and run["pid"] == start["pid"]]
            yield start | {"end": min((end for end in ends if end >= start["at"]), default=float("inf"))}
