"""A camera's source is understood once, and no part of its password is ever shown."""

import pickle
import traceback
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import BadInput, BadSource
from domain.source import Source, SourceKind

MARK = "Zq9"
"""What every password below begins and ends with, so that any part of it is found in a text."""

letters = st.characters(codec="utf-8", exclude_characters="Zq9")
passwords = st.one_of(
    st.text("@:/#?%[]&=+ \\ab1", max_size=8),  # what a URL gives a meaning to
    st.text(letters, max_size=8),
).map(lambda middle: MARK + middle + MARK)
schemes = st.sampled_from(["rtsp", "rtsps", "http", "https", "RTSP"])
hosts = st.sampled_from(["192.0.2.7", "cam.example", "cam.example:8554", "[2001:db8::1]:554", "cam:bad", "cam:99999"])
paths = st.sampled_from(["", "/", "/stream1", "/live/main?profile=2", "/a/b#c"])


def everything_shown(text: str) -> str:
    """All that a person or a log could see of a source: its forms, or its error with the whole traceback."""
    try:
        source = Source.parse(text)
    except BadSource as error:
        return "".join(traceback.format_exception(error))
    return f"{source} {source!r} {source.redacted} {[source]}"


@given(schemes, st.sampled_from(["admin", "", "a@b"]), passwords, hosts, paths)
@example("rtsp", "admin", "Zq9/12Zq9", "192.0.2.7", "/stream1")
@example("rtsp", "admin", "554/Zq9", "192.0.2.7", "/stream1")
@example("rtsp", "admin", "554?Zq9", "192.0.2.7", "/stream1")
@example("rtsp", "admin", "554#Zq9", "192.0.2.7", "/stream1")
@example("rtsp", "admin", "Zq9@b/Zq9", "192.0.2.7", "/stream1")
@example("rtsp", "admin", "Zq9\u2100Zq9", "192.0.2.7", "/stream1")
def test_no_password_is_ever_shown(scheme: str, user: str, password: str, host: str, path: str) -> None:
    assert MARK not in everything_shown(f"{scheme}://{user}:{password}@{host}{path}")


@given(schemes, passwords, st.sampled_from(["", "/", "///"]))
def test_no_password_is_shown_where_the_slashes_are_wrong(scheme: str, password: str, slashes: str) -> None:
    assert MARK not in everything_shown(f"{scheme}:{slashes}admin:{password}@192.0.2.7/stream1")


@given(st.text("@:/#?%ab1", max_size=8))
def test_no_password_is_shown_where_the_scheme_was_forgotten(middle: str) -> None:
    assert MARK not in everything_shown(f"admin:{MARK}{middle}{MARK}@192.0.2.7/stream1")
    assert MARK not in everything_shown(f"rtsp//admin:{MARK}{middle}{MARK}@192.0.2.7")


@given(schemes, st.sampled_from(["password", "pwd", "token"]), st.text("@:/#%ab1", max_size=8))
def test_a_query_is_never_shown(scheme: str, key: str, middle: str) -> None:
    assert MARK not in everything_shown(f"{scheme}://cam.example/video?{key}={MARK}{middle}{MARK}&channel=1")


@pytest.mark.parametrize(
    "path",
    ["/user=admin_password=Zq9_channel=1_stream=0.sdp", "/user=admin&password=Zq9/Zq9&channel=1.sdp", "/a/pwd=Zq9"],
)
def test_a_login_in_the_path_is_not_shown(path: str) -> None:
    assert MARK not in everything_shown(f"rtsp://192.0.2.7:554{path}")


@given(st.text(letters, min_size=1, max_size=12))
def test_an_escaped_password_is_accepted_and_kept_for_the_capture(password: str) -> None:
    url = f"rtsp://admin:{quote(password, safe='')}@192.0.2.7:554/stream1"
    source = Source.parse(url)
    assert source.address == url
    assert source.redacted == "rtsp://***@192.0.2.7:554/stream1"
    assert pickle.loads(pickle.dumps(source)) == source  # noqa: S301 - our own bytes: it goes to a capture process


@pytest.mark.parametrize("character", ["/", "?", "#"])
def test_an_unescaped_password_is_refused_and_says_how_to_write_it(character: str) -> None:
    """It would be opened as another host, and the rest of the password shown as its path."""
    with pytest.raises(BadSource, match=r"%2F.*%3F.*%23.*%40"):
        Source.parse(f"rtsp://admin:554{character}secret@192.0.2.7/stream1")


@pytest.mark.parametrize(
    ("text", "kind", "address", "shown"),
    [
        ("rtsp://cam/1", SourceKind.RTSP, "rtsp://cam/1", "rtsp://cam/1"),
        ("RTSPS://cam/1", SourceKind.RTSP, "RTSPS://cam/1", "rtsps://cam/1"),
        ("https://cam/v.mjpg?q=1", SourceKind.HTTP, "https://cam/v.mjpg?q=1", "https://cam/v.mjpg?***"),
        ("http://[::1]:80/v", SourceKind.HTTP, "http://[::1]:80/v", "http://[::1]:80/v"),
        ("usb:0", SourceKind.USB, "0", "usb:0"),
        ("asset:vtest.avi", SourceKind.ASSET, "vtest.avi", "asset:vtest.avi"),
        ("/footage/hall.mp4", SourceKind.FILE, "/footage/hall.mp4", "hall.mp4"),
        ("file:///footage/hall.mp4", SourceKind.FILE, "/footage/hall.mp4", "hall.mp4"),
        ("file", SourceKind.FILE, "file", "file"),
        ("file:hall.mp4", SourceKind.FILE, "hall.mp4", "hall.mp4"),
        ("C:/footage/hall.mp4", SourceKind.FILE, "C:/footage/hall.mp4", "hall.mp4"),
        ("/footage/a@b.mp4", SourceKind.FILE, "/footage/a@b.mp4", "a@b.mp4"),
    ],
)
def test_a_source_is_understood_as_people_write_it(text: str, kind: SourceKind, address: str, shown: str) -> None:
    source = Source.parse(text)
    assert (source.kind, source.address, source.redacted) == (kind, address, shown)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("rtps://cam/1", "'rtps' is not known"),
        ("ftp://cam/1", "'ftp' is not known"),
        ("rtsp://", "no host"),
        ("rtsp:/cam", "no host"),
        ("rtsp://cam:port/1", "bad host or port"),
        ("rtsp://cam:70000/1", "bad host or port"),
        ("rtsp://ca\nm:port/1", "bad host or port near rtsp://ca$"),
        ("rtsp://[::1/1", "bad host or port"),
        ("usb:front", "must be a number"),
        ("usb:-1", "must be a number"),
        ("asset:", "names nothing"),
        ("file://", "names nothing"),
    ],
)
def test_what_is_no_source_is_refused_in_one_line(text: str, complaint: str) -> None:
    with pytest.raises(BadSource, match=complaint) as refused:
        Source.parse(text)
    assert "\n" not in str(refused.value)
    assert isinstance(refused.value, BadInput)


@given(st.text(max_size=40))
def test_any_text_is_a_source_or_a_bad_one(text: str) -> None:
    everything_shown(text)


def test_live_sources_drop_frames_and_files_never_do() -> None:
    assert [kind for kind in SourceKind if kind.live] == [SourceKind.RTSP, SourceKind.HTTP, SourceKind.USB]
    assert Source.parse("usb:0").live
    assert not Source.parse("hall.mp4").live
