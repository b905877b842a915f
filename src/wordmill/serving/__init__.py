"""Vectors over HTTP: questions in JSON, answered in batches, for this machine and no other site's pages."""

# ruff: noqa: E402 (what is not installed is said before it is missed)

from __future__ import annotations

from wordmill.extras import check_extra

check_extra("starlette", "servers")

from wordmill.serving.app import create_app
from wordmill.serving.limits import Limits
from wordmill.serving.protection import Hosts, is_loopback
from wordmill.serving.responses import endpoint, json_response
from wordmill.serving.running import Background, address_of, listen, serve

__all__ = [
    "Background",
    "Hosts",
    "Limits",
    "address_of",
    "create_app",
    "endpoint",
    "is_loopback",
    "json_response",
    "listen",
    "serve",
]
