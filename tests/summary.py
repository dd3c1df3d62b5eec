"""What ``make test`` says last: each kind of check, how many passed, and whether anything was left out.

``python tests/summary.py REPORTS [FAILED…]`` reads the JUnit reports in the folder REPORTS; FAILED are the parts of
``make test`` that did not end well. A report that is not there is a failure: a check that did not run has not passed.
Where HEADROOM_ASSETS is set there is no excuse for a skipped test, except one whose reason begins with "this machine":
what it is (not root, has a GPU) cannot be mended by installing something.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

REPORTS: Final = {
    "python": "tests of everything but the page",
    "page-units": "the page's logic",
    "page-browser": "the page in a browser",
}
_EXCUSE: Final = "this machine"


@dataclass
class Counted:
    """The tests of one report."""

    passed: int = 0
    failed: int = 0
    seconds: float = 0.0
    skipped: list[str] = field(default_factory=list)
    """The reason of each."""

    @property
    def words(self) -> str:
        counts = {"passed": self.passed, "failed": self.failed, "skipped": len(self.skipped)}
        return ", ".join(f"{count} {what}" for what, count in counts.items() if count or what == "passed")


def counted(report: Path) -> Counted:
    """Count a JUnit report's tests."""
    result = Counted()
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own tools wrote it
        result.seconds += float(case.get("time", 0))
        if case.find("failure") is not None or case.find("error") is not None:
            result.failed += 1
        elif (skipped := case.find("skipped")) is not None:
            result.skipped.append(skipped.get("message") or "no reason given")
        else:
            result.passed += 1
    return result


def summary(folder: Path, failed_parts: list[str], *, assets: bool) -> tuple[list[str], bool]:
    """The lines to show, and whether everything holds."""
    lines = [_line("lint", "failed" if "lint" in failed_parts else "clean")]
    wrong = list(failed_parts)
    for name, what in REPORTS.items():
        report = folder / f"{name}.xml"
        if not report.is_file():
            lines.append(_line(name, "did not run"))
            wrong.append(f"{name} did not run")
            continue
        tests = counted(report)
        lines.append(_line(name, f"{tests.words}   {what}, {tests.seconds:.0f} s"))
        if tests.failed or not tests.passed:
            wrong.append(f"{name}: {tests.words}")
        wrong += _unexcused(tests) if assets else []
    lines += [f"not right: {reason}" for reason in wrong] or ["everything that ran holds"]
    return lines, not wrong


def _line(name: str, words: str) -> str:
    return f"  {name:<13}{words}"


def _unexcused(tests: Counted) -> Iterator[str]:
    return (f"skipped although HEADROOM_ASSETS is set: {why}" for why in tests.skipped if not why.startswith(_EXCUSE))


if __name__ == "__main__":
    told, holds = summary(Path(sys.argv[1]), sys.argv[2:], assets=bool(os.environ.get("HEADROOM_ASSETS")))
    sys.stdout.write("\n".join(["", "make test", *told, ""]))
    sys.exit(not holds)
