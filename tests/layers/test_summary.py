"""The last words of ``make test``: what did not run or was skipped has not passed."""

from pathlib import Path

import pytest

from tests.summary import REPORTS, summary

PASSED = '<testcase name="a" time="1.5"/>'
SKIPPED = '<testcase name="b"><skipped message="{}"/></testcase>'
FAILED = '<testcase name="c"><failure message="no"/></testcase>'


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    for name in REPORTS:
        write(tmp_path, name, PASSED)
    return tmp_path


def write(folder: Path, name: str, *cases: str) -> None:
    (folder / f"{name}.xml").write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")


def test_what_passed_is_counted(reports: Path) -> None:
    write(reports, "python", PASSED, PASSED)
    lines, holds = summary(reports, [], assets=True)
    assert holds
    assert "2 passed   tests of everything but the page, 3 s" in lines[1]


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_that_is_missing_is_a_failure(reports: Path, name: str) -> None:
    (reports / f"{name}.xml").unlink()
    lines, holds = summary(reports, [], assets=True)
    assert not holds
    assert f"not right: {name} did not run" in lines


def test_a_report_without_a_test_is_a_failure(reports: Path) -> None:
    write(reports, "python")
    assert not summary(reports, [], assets=False)[1]


def test_a_failed_test_and_a_failed_part_are_told(reports: Path) -> None:
    write(reports, "page-units", PASSED, FAILED)
    lines, holds = summary(reports, ["lint"], assets=True)
    assert not holds
    assert "not right: lint" in lines
    assert "not right: page-units: 1 passed, 1 failed" in lines


@pytest.mark.parametrize(
    ("why", "assets", "holds"),
    [
        ("needs footage", True, False),
        ("needs footage", False, True),
        ("this machine has a GPU", True, True),
    ],
)
def test_a_skipped_test_needs_an_excuse_where_the_assets_are(
    reports: Path, why: str, *, assets: bool, holds: bool
) -> None:
    write(reports, "python", PASSED, SKIPPED.format(why))
    lines, held = summary(reports, [], assets=assets)
    assert held == holds
    assert "1 passed, 1 skipped" in lines[1]
