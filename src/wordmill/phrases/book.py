"""PhraseBook: phrases that were found, joined in lists of tokens, and saved."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from wordmill.errors import ParameterError, counted
from wordmill.foreign import quoted
from wordmill.hints import HelpfulNames
from wordmill.other_names import PHRASES
from wordmill.phrases.rules import PhraseRules
from wordmill.phrases.tokens import cut

if TYPE_CHECKING:  # a parameter may be such a book, and the help of a command is not to wait for NumPy
    import numpy as np
    from numpy.typing import NDArray

    from wordmill.phrases.table import PhraseTable

__all__ = ["PhraseBook"]


@dataclass(frozen=True, eq=False)
class PhraseBook(HelpfulNames):
    """Phrases, and how they are joined: all that reading a text needs. Immutable.

    Attributes
    ----------
    tables : tuple of PhraseTable
        The phrases of each pass, by falling score.
    rules : PhraseRules
        What they were found by.
    """

    HINTS = PHRASES

    tables: tuple[PhraseTable, ...]
    rules: PhraseRules

    @classmethod
    def of(cls, book: PhraseBook) -> Self:
        """Return what another one holds as one of this class."""
        return cls(book.tables, book.rules)

    @cached_property
    def keys(self) -> list[str]:
        """The phrases, joined, pass by pass and by falling score."""
        return [self.rules.delimiter.join(parts) for table in self.tables for parts in table.parts]

    @property
    def scores(self) -> NDArray[np.float64]:
        """Score of each, (P,)."""
        import numpy as np  # noqa: PLC0415

        return np.concatenate([np.zeros(0), *(table.scores for table in self.tables)])

    @property
    def counts(self) -> NDArray[np.int64]:
        """How often the words of each stand side by side, (P,)."""
        import numpy as np  # noqa: PLC0415

        return np.concatenate([np.zeros(0, np.int64), *(table.counts for table in self.tables)])

    def join_tokens(self, tokens: Sequence[str]) -> list[str]:
        """Return the tokens of one text with phrases in the place of their words."""
        if isinstance(tokens, str):
            raise ParameterError(f"the tokens are one text, {quoted(tokens)}: pass a list of them, text.split()")
        joined = [*tokens]
        for score_of in self._score_of:
            pieces = cut(joined, score_of.get, self._connectors, best=self.rules.choose == "best")
            joined = [self.rules.delimiter.join(parts) for parts, _ in pieces]
        return joined

    @cached_property
    def _connectors(self) -> frozenset[str]:
        return frozenset(self.rules.connectors)

    @cached_property
    def _score_of(self) -> list[dict[tuple[str, ...], float]]:
        return [dict(zip(table.parts, table.scores.tolist(), strict=True)) for table in self.tables]

    def joins_like(self, other: PhraseBook) -> bool:
        """Whether both make the same of every text, by the same phrases with the same scores."""
        return self._joining == other._joining and self._score_of == other._score_of

    @property
    def _joining(self) -> tuple[frozenset[str], str, str]:
        return self._connectors, self.rules.choose, self.rules.delimiter

    def then(self, other: PhraseBook) -> Self:
        """Return one that joins these phrases first, and then the others.

        Raises
        ------
        ParameterError
            They are joined by other rules.
        """
        if self._joining != other._joining:
            raise ParameterError(
                "the phrases are joined by other connectors, choose or delimiter than those that the corpus has: find "
                "both by the same"
            )
        return type(self)(self.tables + other.tables, other.rules)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write them to one file; an existing one is replaced when the new one is whole and on disk.

        Raises
        ------
        OutputError
            The file cannot be written; the message says what is there.
        """
        from wordmill.phrases.saved import write_phrases  # noqa: PLC0415

        write_phrases(path, self.tables, self.rules)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        FormatError
            No saved phrases, or a file that is cut short or corrupt.
        """
        from wordmill.phrases.saved import read_phrases  # noqa: PLC0415

        return cls(*read_phrases(path))

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({counted(len(self), 'phrase')}, passes={len(self.tables)})"
