"""What FFmpeg and drivers print while they fail: made safe to log, and turned into words a steward understands."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from domain.source import Source, SourceKind

_LOGIN: Final = re.compile(r"//[^/\s@]*@")


@dataclass(frozen=True)
class Complaint:
    """Why a camera could not be opened.

    Attributes:
        reason: in words.
        needs_mending: trying again soon is no use; a person has to change something.
    """

    reason: str
    needs_mending: bool = False


_COMPLAINTS: Final = (
    (
        re.compile(r"\b401\b.*Unauthorized|authorization failed", re.IGNORECASE),
        Complaint("wrong password", needs_mending=True),
    ),
    (
        re.compile(r"\b403\b.*Forbidden|access denied", re.IGNORECASE),
        Complaint("the camera refuses access", needs_mending=True),
    ),
    (
        re.compile(r"\b404\b.*Not Found|Stream Not Found", re.IGNORECASE),
        Complaint("the camera has no such stream (404)"),
    ),
    (re.compile(r"Connection refused", re.IGNORECASE), Complaint("connection refused")),
    (re.compile(r"No route to host|Network is unreachable", re.IGNORECASE), Complaint("the camera cannot be reached")),
    (re.compile(r"Failed to resolve hostname", re.IGNORECASE), Complaint("the camera's host name is not known")),
    (re.compile(r"Connection reset|Broken pipe", re.IGNORECASE), Complaint("the camera ended the connection")),
    (re.compile(r"timed out|timeout triggered", re.IGNORECASE), Complaint("the camera does not answer")),
    (re.compile(r"Invalid data found|Could not find codec", re.IGNORECASE), Complaint("what it sends is no video")),
    (re.compile(r"can't open camera|No such device", re.IGNORECASE), Complaint("there is no such USB camera")),
)


def complaint_in(line: str) -> Complaint | None:
    """What one line of native output complains about; ``None`` when it says nothing of use."""
    return next((complaint for pattern, complaint in _COMPLAINTS if pattern.search(line)), None)


class Redactor:
    """Takes one source's login out of text."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._secrets = _secrets_of(source)

    def __call__(self, line: str) -> str:
        """The line without the source's user, password, query or any login in a URL."""
        shown = line.replace(self._source.address, self._source.redacted)
        for secret in self._secrets:
            shown = shown.replace(secret, "***")
        return _LOGIN.sub("//***@", shown)


def _secrets_of(source: Source) -> tuple[str, ...]:
    if source.kind not in (SourceKind.RTSP, SourceKind.HTTP):
        return ()
    parts = urlsplit(source.address)
    password = parts.password or ""
    # Longest first, so that no part of a secret is left over.
    return tuple(sorted({password, unquote(password), parts.query} - {""}, key=len, reverse=True))
