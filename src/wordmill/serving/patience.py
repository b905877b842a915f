"""How long a connection may take to ask: uvicorn closes those at rest, and waits for ever for what has begun."""

from __future__ import annotations

import asyncio
from typing import Any

__all__ = ["impatient"]


def impatient(protocol: Any, seconds: float) -> Any:
    """Make a protocol of uvicorn's close connections on which no request begins in time.

    Parameters
    ----------
    protocol
        The class; it has the request under way, or the last one, as `cycle`.
    seconds
        From the connection, or from the first byte of a later request, until its headers are here. The application
        counts the time of what follows.
    """

    class Impatient(protocol):  # type: ignore[misc]
        _timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def connection_lost(self, error: Exception | None) -> None:
            self._stop()
            super().connection_lost(error)

        def _watch(self) -> None:
            if self.cycle is not None and not self.cycle.response_complete:
                self._stop()
            elif self._timer is None and not self.transport.is_closing():
                self._timer = asyncio.get_running_loop().call_later(seconds, self.transport.close)

        def _stop(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    return Impatient
