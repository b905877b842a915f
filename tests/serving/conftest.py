"""Passes the fixtures of this folder on."""

from serving_fixtures import client, items, words

__all__ = ["client", "items", "words"]
