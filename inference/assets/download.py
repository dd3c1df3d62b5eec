"""Running another program that downloads, watched."""

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from inference.assets.progress import Progress

_LIMIT_S = 900.0  # 95 MB at 1 Mbit/s take 760 s
_LOOK_S = 0.2


class SourceFailed(Exception):
    """One source could not give the file; the next one is asked. It never leaves this package."""


def run_watched(words: Sequence[str], folder: Path, what: str, total: int | None, progress: Progress) -> None:
    """Run a program until it ends, telling ``progress`` how many bytes lie in ``folder``.

    Raises:
        SourceFailed: it cannot be started, fails, or takes more than fifteen minutes.
    """
    said = folder / "said.txt"
    until = time.monotonic() + _LIMIT_S
    try:
        with said.open("wb") as log:
            process = subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603 - our own words
    except OSError as error:
        raise SourceFailed(f"{words[0]} cannot be started: {error.strerror}") from error
    try:
        while process.poll() is None:
            if time.monotonic() > until:
                raise SourceFailed(f"{Path(words[0]).name} took more than {_LIMIT_S / 60:.0f} minutes")
            progress(what, _bytes_in(folder), total)
            time.sleep(_LOOK_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if process.returncode != 0:
        raise SourceFailed(f"{Path(words[0]).name} failed: {_reason(said)}")


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:  # renamed while we looked
            continue
    return total


def _reason(said: Path) -> str:
    lines = [line.strip() for line in said.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith(("e:", "error"))]
    return (errors or lines or ["it said nothing"])[0]
