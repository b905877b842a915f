"""What stands between the network and the answers: who may ask, how much, and what browsers may do with the answer.

A server on 127.0.0.1 is open to every page that a browser here shows. Such a page is turned away by what its browser
says of it: `Host` is another's name where a name was made to point here (DNS rebinding), `Origin` and `Sec-Fetch-Site`
tell of pages of other sites.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wordmill.foreign import quoted
from wordmill.serving.limits import Limits
from wordmill.serving.responses import error_response

__all__ = ["Hosts", "Protection", "is_loopback"]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: On every answer; an endpoint may have set another of its own.
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?")
_PASSED_OVER = 16  # times the largest body
_NOT_ELSEWHERE = frozenset({"same-origin", "none"})  # Sec-Fetch-Site of our own pages, and of what a person typed


def is_loopback(host: str) -> bool:
    """Whether a host is this machine alone."""
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


@dataclass(frozen=True)
class Hosts:
    """Names by which the server may be called.

    Attributes
    ----------
    bound
        The address that it listens on. On the loopback it is called by that; elsewhere by any address, which, unlike
        a name, nobody can make point here.
    names
        More names, such as that of a proxy.
    """

    bound: str = "127.0.0.1"
    names: Sequence[str] = ()

    def allow(self, host: str) -> bool:
        """Whether a `Host` header names this server."""
        match = _HOST.fullmatch(host.lower())
        if match is None:
            return False
        name = match[1].strip("[]").rstrip(".")
        if is_loopback(name) or name in {self.bound.lower(), *(given.lower() for given in self.names)}:
            return True
        return not is_loopback(self.bound) and _address(name) is not None


class Protection:
    """Wraps an application: checks before it, headers after it, limits of size, number and time around it."""

    def __init__(self, app: ASGIApp, hosts: Hosts, limits: Limits) -> None:
        self._app, self._hosts, self._limits, self._under_way = app, hosts, limits, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._answer(scope, receive, _with_headers(send))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = self._problem(scope["method"], Headers(scope=scope))
        self._under_way += 1
        try:
            async with asyncio.timeout(self._limits.seconds) as time:
                body = await self._read(receive, keep=problem is None)
                if body is None:
                    problem = problem or (413, f"the request is larger than {self._limits.body:,} bytes: ask in parts")
                if problem is None:
                    await self._app(scope, _replayed(body, receive), _without_limit(send, time))
        except TimeoutError:
            if time.when() is None:  # it has begun to answer, and this is another one's
                raise
            problem = 503, f"no answer within {self._limits.seconds:g} seconds: ask for less, or again later"
        finally:
            self._under_way -= 1
        if problem is not None:
            status, message = problem
            await error_response(status, message, headers={"Connection": "close"})(scope, receive, send)

    def _problem(self, method: str, headers: Headers) -> tuple[int, str] | None:
        """Why a request is turned away, if it is: the status and the message."""
        hosts, limits = headers.getlist("host"), self._limits
        if len(hosts) != 1 or not self._hosts.allow(hosts[0]):
            host = quoted(hosts[0]) if hosts else "no name"
            return 421, f"this server is not called {host}: ask it by its address, or start it with --allow-host"
        if _is_elsewhere(method, headers, hosts[0]):
            return 403, "pages of other sites may not ask this server"
        if self._under_way >= limits.requests:
            return 503, f"more than {limits.requests:,} requests at the same time: ask again later"
        return None

    async def _read(self, receive: Receive, *, keep: bool) -> bytes | None:
        """Read a body; None where it is larger than the limit.

        Of what is turned away a good deal is read too: a client hears an answer only when it has sent all.
        """
        parts: list[bytes] = []
        size, more = 0, True
        while more and size <= _PASSED_OVER * self._limits.body:
            message = await receive()
            part = message.get("body", b"")
            more, size = message.get("more_body", False), size + len(part)
            if keep and size <= self._limits.body:
                parts.append(part)
        return b"".join(parts) if size <= self._limits.body else None


def _is_elsewhere(method: str, headers: Headers, host: str) -> bool:
    """Whether a page of another site asks. That it links here is good: its reader opens the link."""
    origin = headers.get("origin")
    if origin is not None and origin.lower().partition("://")[2] != host.lower():
        return True
    if headers.get("sec-fetch-site", "none") in _NOT_ELSEWHERE:
        return False
    opened = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) == ("navigate", "document")
    return not (opened and method in ("GET", "HEAD"))


def _replayed(body: bytes | None, receive: Receive) -> Receive:
    """Hand a body that has been read to an application."""
    waiting = [body or b""]

    async def replayed() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replayed


def _without_limit(send: Send, time: asyncio.Timeout) -> Send:
    """Let an answer that has begun take its time: who reads it may be far away."""

    async def without_limit(message: Message) -> None:
        time.reschedule(None)
        await send(message)

    return without_limit


def _with_headers(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return with_headers


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
