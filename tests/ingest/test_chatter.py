import pytest

from domain.source import Source
from ingest.chatter import Complaint, Redactor, complaint_in


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[OPENCV:FFMPEG:16] method DESCRIBE failed: 401 (Unauthorized)", "wrong password"),
        ("[http @ 0x1] HTTP error 401 Unauthorized", "wrong password"),
        ("[OPENCV:FFMPEG:16] method DESCRIBE failed: 404 (Not Found)", "the camera has no such stream (404)"),
        ("Connection to tcp://10.0.0.7:554?timeout=0 failed: Connection refused", "connection refused"),
        ("Failed to resolve hostname cam: Name or service not known", "the camera's host name is not known"),
        ("Connection to tcp://10.0.0.7:554 failed: No route to host", "the camera cannot be reached"),
    ],
)
def test_what_ffmpeg_prints_becomes_words(line: str, reason: str) -> None:
    complaint = complaint_in(line)
    assert complaint is not None
    assert complaint.reason == reason


def test_a_refused_password_needs_a_person() -> None:
    assert complaint_in("method DESCRIBE failed: 401 (Unauthorized)") == Complaint("wrong password", needs_mending=True)


@pytest.mark.parametrize("line", ["", "co located POCs unavailable", "port 40123 opened", "mmco: unref short failure"])
def test_chatter_is_no_complaint(line: str) -> None:
    assert complaint_in(line) is None


@pytest.mark.parametrize(
    "line",
    [
        "opening rtsp://ann:s%40cret@10.0.0.7/live?token=abc123",
        "could not log in with s@cret",
        "redirected to rtsp://ann:other@10.0.0.8/live",
        "GET /live?token=abc123 failed",
    ],
)
def test_a_logged_line_holds_no_password(line: str) -> None:
    redact = Redactor(Source.parse("rtsp://ann:s%40cret@10.0.0.7/live?token=abc123"))
    shown = redact(line)
    assert not [secret for secret in ("s%40cret", "s@cret", "abc123", "other", "ann") if secret in shown]


def test_a_line_of_a_camera_without_a_login_is_left_alone() -> None:
    line = "Connection to tcp://10.0.0.7:554 failed: Connection refused"
    assert Redactor(Source.parse("rtsp://10.0.0.7/live"))(line) == line
