"""Ports of this machine: which are free, and a clear word about one that is not."""

import errno
import socket

from domain.errors import AlreadyRunning


def free_port() -> int:
    """A port on loopback that nobody listens on. Another process may take it before we do; the server then says so."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refuse_busy_port(host: str, port: int) -> None:
    """Return if ``port`` of ``host`` can be listened on.

    Raises:
        AlreadyRunning: another process listens there, or this user or machine may not use it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used on {host} ({error.strerror})"
            raise AlreadyRunning(f"port {port} {why}; set HEADROOM_PORT to another one") from error
