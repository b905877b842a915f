"""From tickets to ids: ranks the words that were read, and maps the ticket of each to its id or ids.

Lower case and the splitting of words happen here, once for each distinct word: the vocabulary is rewritten and read
as a text of its own, a word a line, and what a line gives is what the word becomes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.corpus.feeding import Kind
from wordmill.corpus.vocab import Vocab, effective_min_count
from wordmill.text import lower, separate_words

_LINES_AT_ONCE = 1 << 20
_NONE = -1  # as in native/renumber.hpp


@dataclass(frozen=True)
class IdMap:
    """What becomes of each ticket: an id; nothing (-1); where it is x < -1, list -2 - x (see native/renumber.hpp)."""

    ids: NDArray[np.int32]
    list_offsets: NDArray[np.int64]
    list_ids: NDArray[np.int32]


@dataclass(frozen=True)
class Rewritten:
    """The words that words become: word w becomes those of `indexes[ends[w - 1]:ends[w]]`."""

    encoder: core.Encoder
    indexes: NDArray[np.int32]
    ends: NDArray[np.int64]

    def counts(self, counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Occurrences of the new words, given those of the old."""
        totals = np.zeros_like(self.encoder.counts())
        np.add.at(totals, self.indexes, np.repeat(counts, np.diff(self.ends, prepend=0)))
        return totals

    def id_map(self, id_of: NDArray[np.int32]) -> IdMap:
        """Ids of the old words, given those of the new (-1: none)."""
        ids = id_of[self.indexes]
        list_offsets = np.concatenate([[0], np.cumsum(ids != _NONE)])[np.concatenate([[0], self.ends])]
        list_ids = ids[ids != _NONE]
        lengths = np.diff(list_offsets)
        of_word = _NONE - 1 - np.arange(len(lengths), dtype=np.int32)
        of_word[lengths == 0] = _NONE
        of_word[lengths == 1] = list_ids[list_offsets[:-1][lengths == 1]]
        return IdMap(of_word, list_offsets, list_ids)


def rewrite(encoder: core.Encoder, kind: Kind, tokenizer: object, *, lowercase: bool) -> Rewritten | None:
    """Put words in lower case and split them, as far as asked for and not done before; None: nothing to do."""
    split = kind == "text" and tokenizer == "words"
    lowercase = lowercase and kind in {"text", "tokens"}
    if not (split or lowercase):
        return None
    size = len(encoder.counts())
    words = core.Encoder(threads=1, replace_bad=False, max_words=2**31 - 1, piece_bytes=1 << 20)
    for begin in range(0, size, _LINES_AT_ONCE):
        end = min(begin + _LINES_AT_ONCE, size)
        if kind == "tokens":  # which may hold white space
            for word in encoder.words(np.arange(begin, end, dtype=np.int32)):
                words.add_words([lower(word)])
            continue
        text = encoder.lines(begin, end).decode()
        text = lower(text) if lowercase else text
        text = separate_words(text) if split else text
        words.begin_file(drop_byte_order_mark=False)
        words.read(np.frombuffer(text.encode(), np.uint8))
        words.end_file()
    indexes, ends = words.take()  # here a ticket is an index, for nothing was forgotten
    return Rewritten(words, indexes, ends)


@dataclass(frozen=True)
class Ranking:
    """The vocabulary, the ids of the tickets, and how many tokens were counted."""

    vocab: Vocab
    id_map: IdMap
    tokens_counted: int


def rank(
    encoder: core.Encoder,
    kind: Kind,
    rewritten: Rewritten | None,
    *,
    min_count: int,
    max_final_vocab: int | None,
    cure: str | None = None,
) -> Ranking:
    """Give the words numbers by falling count, as far as they pass the thresholds; `cure` is told where too few do."""
    counts = _counts(encoder, rewritten)
    return _numbered(encoder, kind, rewritten, effective_min_count(counts, min_count, max_final_vocab, cure=cure))


def rank_all(encoder: core.Encoder, kind: Kind, rewritten: Rewritten | None) -> Ranking:
    """Give all words numbers by falling count, however few they are: they are of a part of a corpus."""
    return _numbered(encoder, kind, rewritten, 1)


def _counts(encoder: core.Encoder, rewritten: Rewritten | None) -> NDArray[np.int64]:
    return encoder.counts() if rewritten is None else rewritten.counts(encoder.counts())


def _numbered(encoder: core.Encoder, kind: Kind, rewritten: Rewritten | None, least: int) -> Ranking:
    final, counts = encoder if rewritten is None else rewritten.encoder, _counts(encoder, rewritten)
    order = final.ranked(counts, least)
    vocab = Vocab(final.integers(order) if kind == "integers" else final.words(order), counts[order])

    id_of = np.full(len(counts), _NONE, np.int32)
    id_of[order] = np.arange(len(order), dtype=np.int32)
    if rewritten is None:
        of_word = IdMap(id_of, np.zeros(1, np.int64), np.zeros(0, np.int32))
    else:
        of_word = rewritten.id_map(id_of)
    of_ticket = np.full(encoder.tickets_issued, _NONE, np.int32)
    of_ticket[encoder.tickets()] = of_word.ids
    return Ranking(vocab, IdMap(of_ticket, of_word.list_offsets, of_word.list_ids), int(counts.sum()))
