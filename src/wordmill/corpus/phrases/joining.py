"""A corpus with phrases in the place of their words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.corpus.encoded import EncodedCorpus
from wordmill.corpus.resources import Resources
from wordmill.corpus.spool import Spool
from wordmill.corpus.vocab import Vocab
from wordmill.errors import CorpusError
from wordmill.foreign import quoted
from wordmill.phrases.rules import PhraseRules
from wordmill.phrases.table import PhraseTable

__all__ = ["connector_flags", "join_table", "words_of"]

log = logging.getLogger(__name__)

_BLOCK = 1 << 24  # tokens that are joined at once, whole sequences
_NONE = -1
_NO_LISTS = np.zeros(1, np.int64), np.zeros(0, np.int32)


def words_of(corpus: EncodedCorpus) -> list[str]:
    """Return the keys of a corpus, which must be words."""
    if not isinstance(corpus.vocab.keys, list):
        raise CorpusError("the keys of the corpus are integers, and phrases are made of words: give the items as str")
    return corpus.vocab.keys


def connector_flags(words: list[str], connectors: Iterable[str]) -> NDArray[np.uint8]:
    """Return which words are connectors, (V,); empty where none is."""
    wanted = frozenset(connectors)
    flags = np.fromiter((word in wanted for word in words), np.uint8, len(words))
    return flags if flags.any() else flags[:0]


def join_table(
    corpus: EncodedCorpus,
    table: PhraseTable,
    rules: PhraseRules,
    resources: Resources,
    least: Callable[[NDArray[np.int64]], int] = lambda counts: 1,  # noqa: ARG005
) -> EncodedCorpus:
    """Join the phrases of one pass; what then occurs less often than `least` (of all counts) is left out."""
    corpus.check_file()
    words = words_of(corpus)
    phrases = _known(table, corpus.vocab)
    keys = [*words, *(rules.delimiter.join(parts) for parts in phrases.parts)]
    tickets, ends = Spool(np.int32, resources), Spool(np.int64, resources)
    counts = np.zeros(len(keys), np.int64)
    for block, block_ends in _joined(corpus, phrases, rules, resources):
        counts += core.count_ids(block, len(keys), 1)
        ends.append(block_ends)
        tickets.append(block)
    id_of_ticket, vocab = _ranked(keys, len(words), counts, least)
    ids, offsets = Spool(np.int32, resources), Spool(np.int64, resources)
    offsets.append(np.zeros(1, np.int64))
    for block, block_ends in zip(tickets.blocks(), ends.blocks(), strict=True):
        new_ids, new_ends = core.renumber(block, block_ends, id_of_ticket, *_NO_LISTS, resources.threads)
        offsets.append(new_ends + len(ids))
        ids.append(new_ids)
    read = corpus.tokens_read - len(corpus.ids) + int(counts.sum())
    return replace(corpus, vocab=vocab, ids=ids.whole(), offsets=offsets.whole(), tokens_read=read, file=None)


def _known(table: PhraseTable, vocab: Vocab) -> PhraseTable:
    """Return the phrases whose words are all in a vocabulary."""
    known = [row for row, parts in enumerate(table.parts) if all(part in vocab.key_to_index for part in parts)]
    if len(known) == len(table):
        return table
    return PhraseTable(tuple(table.parts[row] for row in known), table.scores[known], table.counts[known])


def _joined(
    corpus: EncodedCorpus, phrases: PhraseTable, rules: PhraseRules, resources: Resources
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int64]]]:
    """Yield tickets and the ends of sequences among them, block by block: a word's is its id, phrases follow."""
    words = words_of(corpus)
    flags = connector_flags(words, rules.connectors)
    index = corpus.vocab.key_to_index
    parts = np.array([index[part] for phrase in phrases.parts for part in phrase], np.int32)
    part_ends = np.cumsum([len(phrase) for phrase in phrases.parts], dtype=np.int64)
    first = 0
    while first < len(corpus):
        begin = corpus.offsets[first]
        last = max(first + 1, int(np.searchsorted(corpus.offsets, begin + _BLOCK, "right")) - 1)
        yield core.join_phrases(
            corpus.ids[begin : corpus.offsets[last]],
            corpus.offsets[first : last + 1] - begin,
            flags,
            parts,
            part_ends,
            phrases.scores,
            words=len(words),
            best=rules.choose == "best",
            threads=resources.threads,
        )
        first = last


def _ranked(
    keys: list[str], words: int, counts: NDArray[np.int64], least: Callable[[NDArray[np.int64]], int]
) -> tuple[NDArray[np.int32], Vocab]:
    """Order keys by falling count, those of one spelling as one; the first `words` are those of words, not phrases."""
    row_of = dict(zip(reversed(keys), range(len(keys) - 1, -1, -1), strict=True))  # the first one of each spelling
    rows, totals = np.arange(len(keys)), counts
    if len(row_of) < len(keys):
        rows = np.fromiter(map(row_of.__getitem__, keys), np.int64, len(keys))
        _tell_of_clashes(keys, words, rows, counts)
        totals = np.zeros_like(counts)
        np.add.at(totals, rows, counts)
    occurring = np.flatnonzero(totals)
    kept = np.flatnonzero(totals >= max(least(totals[occurring]), 1))
    order = _by_count(kept, totals, keys)
    id_of = np.full(len(keys), _NONE, np.int32)
    id_of[order] = np.arange(len(order), dtype=np.int32)
    vocab = Vocab([keys[row] for row in order.tolist()], totals[order])
    return id_of[rows], vocab


def _by_count(rows: NDArray[np.int64], counts: NDArray[np.int64], keys: list[str]) -> NDArray[np.int64]:
    """Sort rows by falling count; those of equal count, most of which are in order already, by their keys."""
    order = rows[np.argsort(-counts[rows], kind="stable")]
    begins = np.flatnonzero(np.diff(counts[order], prepend=-1))
    ends = np.append(begins[1:], len(order))
    several = ends - begins > 1
    for begin, end in zip(begins[several].tolist(), ends[several].tolist(), strict=True):
        order[begin:end] = sorted(order[begin:end].tolist(), key=keys.__getitem__)
    return order


def _tell_of_clashes(keys: list[str], words: int, rows: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
    """Warn where a phrase is spelled like a word of the text: from here on they are one."""
    clashing = words + np.flatnonzero((rows[words:] < words) & (counts[words:] > 0))
    clashing = clashing[counts[rows[clashing]] > 0]
    if len(clashing):
        log.warning(
            "%s phrases are spelled like words of the corpus, such as %s, and become one with them; another delimiter "
            "keeps them apart",
            f"{len(clashing):,}",
            quoted(keys[int(clashing[0])]),
        )
