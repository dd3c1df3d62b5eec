"""Where a camera's frames come from: one string, understood once, its password never shown."""

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
            BadSource: empty, an unknown scheme, a URL without a host, or a USB source that is not a number.
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
        if scheme.lower() == "file":
            return cls(kind, rest.removeprefix("//"))
        return cls(kind, rest if kind in (SourceKind.USB, SourceKind.ASSET) else text)

    @property
    def live(self) -> bool:
        """Whether frames come whether or not anyone is ready."""
        return self.kind.live

    @property
    def redacted(self) -> str:
        """The source as it may be shown: no user, no password, no query."""
        if self.kind in (SourceKind.RTSP, SourceKind.HTTP):
            parts = urlsplit(self.address)
            host = parts.netloc.rpartition("@")[2]
            user = "***@" if "@" in parts.netloc else ""
            return urlunsplit((parts.scheme, user + host, parts.path, "***" if parts.query else "", ""))
        if self.kind is SourceKind.FILE:
            return Path(self.address).name
        return f"{self.kind}:{self.address}"

    def __repr__(self) -> str:
        return f"Source({self.redacted})"

    __str__ = __repr__


def _checked_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise BadSource(f"camera URL has a bad host or port: {_without_login(text)}") from error
    if not host:
        raise BadSource(f"camera URL has no host: {_without_login(text)}")
    return text


def _without_login(text: str) -> str:
    scheme, _, rest = text.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
