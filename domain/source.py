"""Where a camera's frames come from: one string, understood once, its password never shown."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from domain.errors import BadSource


class SourceKind(StrEnum):
    """What a source is, and so whether frames may be dropped."""

    RTSP = "rtsp"
    HTTP = "http"
    USB = "usb"
    FILE = "file"
    ASSET = "asset"

    @property
    def live(self) -> bool:
        """Live sources drop frames that nobody was ready for; files never do."""
        return self in (SourceKind.RTSP, SourceKind.HTTP, SourceKind.USB)


_SCHEMES = {
    "rtsp": SourceKind.RTSP,
    "rtsps": SourceKind.RTSP,
    "http": SourceKind.HTTP,
    "https": SourceKind.HTTP,
    "usb": SourceKind.USB,
    "asset": SourceKind.ASSET,
    "file": SourceKind.FILE,
}
_EXAMPLES = "rtsp://host/path, http://host/path, usb:0, asset:NAME, or the path of a video or a folder of images"


@dataclass(frozen=True)
class Source:
    """A camera's source.

    Attributes:
        kind: what it is.
        address: what to open, **with its password**: a URL, a path, a USB index, or an asset's name. Never log it.
    """

    kind: SourceKind
    address: str

    @classmethod
    def parse(cls, text: str) -> "Source":
        """Understand a source as people write it: a URL, ``usb:0``, ``asset:NAME`` or a path.

        Raises:
            BadSource: empty, an unknown scheme, a URL without a host or with an unescaped password, or a USB source
                that is not a number.
        """
        if not text.strip():
            raise BadSource(f"camera source is empty; expected {_EXAMPLES}")
        scheme, colon, rest = text.partition(":")
        kind = _SCHEMES.get(scheme.lower()) if colon else SourceKind.FILE
        if kind is None:
            if "://" in text:
                raise BadSource(f"camera source scheme {scheme!r} is not known; expected {_EXAMPLES}")
            kind = SourceKind.FILE
        if kind in (SourceKind.RTSP, SourceKind.HTTP):
            return cls(kind, _checked_url(text))
        if kind is SourceKind.USB and not rest.isdecimal():
            raise BadSource(f"USB camera must be a number, as in usb:0, got {text!r}")
        return cls(kind, _named(kind, text))

    @property
    def live(self) -> bool:
        """Whether frames come whether or not anyone is ready."""
        return self.kind.live

    @property
    def redacted(self) -> str:
        """The source as it may be shown: no user, no password, no query, of a path on this machine only the name."""
        if self.kind in (SourceKind.RTSP, SourceKind.HTTP):
            return _shown_url(self.address)
        if self.kind is SourceKind.FILE:
            return _shown_path(self.address)
        return f"{self.kind}:{self.address}"

    def __repr__(self) -> str:
        return f"Source({self.redacted})"

    __str__ = __repr__


def _named(kind: SourceKind, text: str) -> str:
    """What is opened: a USB camera's number, an asset's name, a path with or without ``file:`` before it."""
    rest = text.partition(":")[2]
    if kind is not SourceKind.FILE:
        address = rest
    elif text.lower().startswith("file:"):
        address = rest.removeprefix("//")
    else:
        address = text
    if not address:
        raise BadSource(f"camera source {text!r} names nothing; expected {_EXAMPLES}")
    return address


_AUTHORITY = re.compile(r"[^/?#]*")
_HOST = re.compile(r"\[[^\]\s]*\]|[^:/?#\s]*")


def _checked_url(text: str) -> str:
    """The URL, once it is certain where its password ends.

    A bare ``/``, ``?`` or ``#`` in a password ends the host for every reader of URLs: the capture would call a host
    named after the user, and a log would show the rest of the password as a path. The ``@`` left over gives it away,
    but not where the host begins: nothing of such a URL is shown.
    """
    scheme, _, rest = text.partition(":")
    start = rest.removeprefix("//")
    if "@" in start[len(_leading(_AUTHORITY, start)) :]:
        raise BadSource(
            f"camera URL {scheme}://*** has an @ after its host; "
            "in a user name or a password write / as %2F, ? as %3F, # as %23 and @ as %40"
        )
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        # Not chained: the cause quotes what it took for the port, which may be the password.
        raise BadSource(f"camera URL has a bad host or port near {scheme}://{_host_of(start)}") from None
    if not host:
        raise BadSource(f"camera URL has no host; expected {scheme}://host/path")
    return text


def _leading(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.match(text)
    return found.group() if found else ""


def _host_of(text: str) -> str:
    """What stands for the host in a URL that cannot be parsed: nothing before an ``@`` nor after a ``:``."""
    return _leading(_HOST, text.lstrip("/").rpartition("@")[2])


def _shown_url(url: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    user = "***@" if "@" in parts.netloc else ""
    # Some recorders take their login in the path: /user=admin_password=secret_channel=1.sdp
    folder, equals, _ = parts.path.partition("=")
    path = f"{folder.rpartition('/')[0]}/***" if equals else parts.path
    return urlunsplit((parts.scheme, user + host, path, "***" if parts.query else "", ""))


def _shown_path(path: str) -> str:
    login, at, rest = path.rpartition("@")
    if at and ":" in login:  # user:password@host, its rtsp:// forgotten
        return f"***@{Path(rest).name}"
    return Path(path).name
