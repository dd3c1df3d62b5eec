"""No secret reaches a log."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from headroom.logs import censored, configure_logging


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def test_urls_lose_their_user_and_password() -> None:
    assert censored("open rtsp://ann:p@ss@10.0.0.9/1 failed") == "open rtsp://***@10.0.0.9/1 failed"
    assert censored("postgresql://postgres:x%2Fy@127.0.0.1:5/postgres") == "postgresql://***@127.0.0.1:5/postgres"


def test_a_url_without_a_password_stays_as_it_is() -> None:
    assert censored("live at http://127.0.0.1:8800/x@y") == "live at http://127.0.0.1:8800/x@y"


def test_tokens_are_hidden() -> None:
    assert "eyJ" not in censored("got eyJhbGciOi.eyJzdWIi.c2ln in a header")
    assert censored("Authorization: Bearer abc.def") == "Authorization: Bearer ***"


def test_keys_that_name_a_secret_are_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info")
    structlog.get_logger().info("signed in", email="ann@hall", password="hunter2", access_token="abc")
    said = capsys.readouterr().err
    assert "hunter2" not in said
    assert "abc" not in said
    assert "ann@hall" in said


def test_a_traceback_is_censored_too(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info")
    try:
        int("rtsp://ann:hunter2@cam/1")
    except ValueError:
        structlog.get_logger().exception("lost")
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "hunter2" not in said


def test_other_libraries_logs_are_censored_and_chatter_is_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info")
    logging.getLogger("redis").warning("lost %s", "redis://:hunter2@127.0.0.1:1/0")
    logging.getLogger("httpx").info("GET /healthz")
    said = capsys.readouterr().err
    assert "redis://***@127.0.0.1:1/0" in said
    assert "healthz" not in said


def test_the_level_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("warning")
    structlog.get_logger().info("fine")
    assert capsys.readouterr().err == ""
