"""A connection to a Ray cluster: one that runs, or one that is started on this machine for the training."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from wordmill.config import TrainConfig, available_cores
from wordmill.errors import ClusterError
from wordmill.extras import import_extra
from wordmill.foreign import one_line, quoted

__all__ = ["Session", "open_session"]

_ANSWERS_WITHIN = 10.0  # seconds
_REFUSED = (
    "somebody answers there, but not to this program; if it is Ray 2.60 or newer, it may want its token: copy "
    "~/.ray/auth_token of the head here, and set RAY_AUTH_MODE=token"
)


class Session:
    """A connection; `close` ends it, unless it was there before."""

    def __init__(self, ray: Any, *, own: bool) -> None:
        self.ray, self._own = ray, own

    def cores(self) -> list[int]:
        """Return the cores of each machine that has any for work."""
        nodes = [node for node in self.ray.nodes() if node["Alive"]]
        return [int(node["Resources"]["CPU"]) for node in nodes if node["Resources"].get("CPU", 0) >= 1]

    def close(self) -> None:
        """End the connection; a cluster that was started for it ends too."""
        if self._own:
            self._own = False
            with _own_signals():
                self.ray.shutdown()


def open_session(config: TrainConfig) -> Session:
    """Join the cluster that the settings name, or start one; one that this program has joined already stays.

    Raises
    ------
    MissingDependencyError
        Ray is not installed.
    ClusterError
        The cluster does not answer, or is of another version of Ray or Python.
    """
    ray = _import_ray()
    if ray.is_initialized():
        return Session(ray, own=False)
    address = config.address or ("auto" if "RAY_ADDRESS" in os.environ else None)
    options: dict[str, Any] = {"logging_level": "error", "log_to_driver": False}
    if address is None:
        cores = max(available_cores(), (config.workers or 1) * (config.threads_per_worker or 1))
        options |= {"address": "local", "num_cpus": cores, "include_dashboard": False}
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing goes out that nobody asked for
    else:
        _check_answers(address)
        options["address"] = address
    try:
        with _own_signals():
            ray.init(**options)
    except (ConnectionError, RuntimeError, ValueError, OSError, ray.exceptions.RayError) as error:
        where = "on this machine" if address is None else f"at address={quoted(address)}"
        raise ClusterError(f"no Ray cluster {where}: {_reason(error)}") from error
    return Session(ray, own=True)


def _import_ray() -> Any:
    with _own_signals():
        return import_extra("ray", "clusters", "train on this machine, without backend='ray'")


def _check_answers(address: str) -> None:
    """Look whether somebody listens at host:port: Ray itself would try for minutes."""
    if "://" in address:
        raise ClusterError(
            f"address={quoted(address)} is of Ray's client, through which vectors would take a detour: run this on a "
            "machine of the cluster, with address='auto'"
        )
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdecimal():
        if address != "auto":
            raise ClusterError(f"address={quoted(address)} is not host:port, as in 10.0.0.1:6379, nor 'auto'")
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), _ANSWERS_WITHIN).close()
    except (OSError, OverflowError) as error:
        raise ClusterError(
            f"nothing answers at address={quoted(address)} ({error}): start Ray there, ray start --head, and check "
            "host and port"
        ) from error


def _reason(error: Exception) -> str:
    text = one_line(str(error))
    if "mismatch" in text.lower():
        return f"{text}: install the same versions of Ray and Python on all machines"
    if "failed to connect" in text.lower():
        return f"{text}: {_REFUSED}"
    return f"{text}; ray start --head starts one, ray start --address HOST:PORT joins it"


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keep the handlers of signals: Ray puts its own in their place."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        with suppress(ValueError):  # not in the main thread, where Ray does not do it either
            for number, handler in handlers.items():
                signal.signal(number, handler)
