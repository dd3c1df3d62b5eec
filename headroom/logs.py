"""Logs: one line an event, on stderr, with every secret taken out of the finished line."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

import structlog

_HIDDEN: Final = "***"
_SECRET_KEYS: Final = re.compile(r"password|passwd|secret|token|authorization|api_?key|cookie", re.IGNORECASE)
# user:password@ of a URL, a JSON Web Token, a bearer header, wherever in a line: in a traceback, in a library's words.
_SECRET_TEXT: Final = (
    (re.compile(r"(?<=://)[^/\s'\"]*@"), f"{_HIDDEN}@"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+"), _HIDDEN),
    (re.compile(r"(?i)(?<=bearer )[^\s'\",]+"), _HIDDEN),
)
_LEVELS: Final[Mapping[str, int]] = {"debug": 10, "info": 20, "warning": 30, "error": 40}
# These say at "info" what nobody needs: each request of a client, each access to the page.
_CHATTY: Final = ("httpx", "httpcore", "uvicorn.access", "asyncio")


def censored(text: str) -> str:
    """The text without passwords of URLs and without tokens."""
    for pattern, shown in _SECRET_TEXT:
        text = pattern.sub(shown, text)
    return text


def _hide_secret_keys(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in event:
        if _SECRET_KEYS.search(key):
            event[key] = _HIDDEN
    return event


class _Rendered:
    """The last step: the line as it is written, censored as a whole."""

    def __init__(self, *, colors: bool) -> None:
        self._render = structlog.dev.ConsoleRenderer(
            colors=colors, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
        )

    def __call__(self, logger: object, method: str, event: MutableMapping[str, Any]) -> str:
        return censored(self._render(logger, method, event))


def for_people(level: str) -> str:
    """The level for a command that talks to a person: unless asked for, only what went wrong."""
    return "error" if level == "info" else level


def configure_logging(level: str) -> None:
    """Send structlog's and the standard library's logs to stderr.

    Args:
        level: the least severe level that is written: ``debug``, ``info``, ``warning`` or ``error``.
    """
    before: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide_secret_keys,
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(sys.stderr)
    rendered = _Rendered(colors=sys.stderr.isatty())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, rendered],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(_LEVELS[level])
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(_LEVELS[level], logging.WARNING))
