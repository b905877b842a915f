"""Documents that come with their tags, parted from them while they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from wordmill.errors import CorpusError

__all__ = ["TaggedItems"]


class TaggedItems:
    """The documents of `items`, whose tags are handed to `take` on the way.

    An item is a document; a pair (a tuple) of its tag, or a list of its tags, and the document; or an object with
    `words` and `tags`. The first one decides whether items have tags.

    Attributes
    ----------
    tagged : bool
        Whether the items have tags, known when the first has been read.
    """

    def __init__(self, items: Iterable[Any], take: Callable[[Any], object]) -> None:
        self._items = items
        self._take = take
        self.tagged = False

    def __iter__(self) -> Iterator[Any]:
        """Yield the documents alone."""
        for index, item in enumerate(self._items):
            pair = _as_pair(item)
            if index == 0:
                self.tagged = pair is not None
            if (pair is not None) != self.tagged:
                here, others = ("no tag", "have one") if pair is None else ("a tag", "have none")
                raise CorpusError(
                    f"document {index:,} comes with {here}, and others {others}: give a tag to all or none"
                )
            if pair is None:
                yield item
            else:
                self._take(pair[0])
                yield pair[1]


def _as_pair(item: Any) -> tuple[Any, Any] | None:
    """Return tags and document; None where this is a document alone."""
    if hasattr(item, "words") and hasattr(item, "tags"):
        return item.tags, item.words
    return item if isinstance(item, tuple) and len(item) == 2 else None
