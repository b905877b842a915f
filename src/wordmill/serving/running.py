"""The application on a port, in one process or several, until a signal ends it: those who wait get their answers."""

from __future__ import annotations

import errno
import functools
import logging
import multiprocessing
import socket
import threading
from collections.abc import Callable
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any, Self

from starlette.types import ASGIApp

from wordmill.errors import OutputError, ParameterError
from wordmill.extras import import_extra
from wordmill.foreign import quoted
from wordmill.serving.patience import impatient
from wordmill.serving.workers import GRACE, hears, run_workers

__all__ = ["Background", "address_of", "listen", "serve"]

_WAITING = 2048  # connections that wait to be accepted
_HEADERS = 10.0  # seconds that the headers of a request may take


def listen(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """Take a port, any free one for 0.

    Raises
    ------
    OutputError
        It is in use, or not to be had.
    ParameterError
        The host is no address of this machine.
    """
    if not 0 <= port < 1 << 16:
        raise ParameterError(f"port={port}: from 0, any free one, to 65535")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise ParameterError(f"host={quoted(host)} is no address: 127.0.0.1 is this machine alone") from error
    family, kind, protocol, _, address = found[0]
    taken = socket.socket(family, kind, protocol)  # asyncio sends at once where the protocol is told
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        taken.listen(_WAITING)
    except OSError as error:
        taken.close()
        raise _not_to_be_had(host, port, error) from error
    return taken


def address_of(taken: socket.socket) -> str:
    """Write where a socket listens, as the address of a page."""
    host, port = taken.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def serve(make_app: Callable[[], ASGIApp], taken: socket.socket, *, workers: int = 1) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP, and until what is under way then is answered.

    Parameters
    ----------
    make_app
        Makes the application; of several workers each its own, so pickle must know it.
    taken
        From `listen`.
    workers
        Processes. Models that are mapped from files are in memory once.
    """
    with taken:
        if workers > 1:
            run_workers(functools.partial(_serve_alone, make_app), taken, workers)
        else:
            _serve_alone(make_app, taken)


def _serve_alone(make_app: Callable[[], ASGIApp], taken: socket.socket) -> None:
    """Serve in this process, until a signal, or until the process that started this one as a worker has ended."""
    server = import_extra("uvicorn", "servers").Server(_config(make_app))
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel, server), daemon=True).start()
    with hears(server.handle_exit, only=("SIGHUP",)):  # a terminal that is closed; the others it hears by itself
        server.run(sockets=[taken])


def _end_with(sentinel: int, server: Any) -> None:
    wait([sentinel])
    server.should_exit = True


class Background:
    """A server in a thread of this process, for as long as the block lasts or until `close`.

    Attributes
    ----------
    address
        Where it is: http://127.0.0.1:PORT.
    """

    def __init__(self, app: ASGIApp, taken: socket.socket | None = None) -> None:
        self._socket = listen() if taken is None else taken
        self.address = address_of(self._socket)
        self._server = import_extra("uvicorn", "servers").Server(_config(lambda: app))
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="wordmill-server", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """End it, when what is under way is answered."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def __enter__(self) -> Self:
        """Return itself: connections that come before it is ready wait."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End it."""
        self.close()


def _config(make_app: Callable[[], ASGIApp]) -> Any:
    protocol = import_extra("uvicorn.protocols.http.auto", "servers").AutoHTTPProtocol
    return import_extra("uvicorn", "servers").Config(
        make_app,
        http=impatient(protocol, _HEADERS),
        factory=True,
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="on",
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
    )


def _not_to_be_had(host: str, port: int, error: OSError) -> OutputError | ParameterError:
    if error.errno == errno.EADDRINUSE:
        return OutputError(f"port {port} of {host} is in use: give another port, or 0 for any that is free")
    if error.errno == errno.EACCES:
        return OutputError(
            f"port {port} is for the system's own servers: give one from 1024, or 0 for any that is free"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return ParameterError(f"host={quoted(host)} is no address of this machine: 127.0.0.1 is this machine alone")
    return OutputError(f"port {port} of {host} cannot be had: {error.strerror or error}")
