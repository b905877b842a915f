"""Any source -> EncodedCorpus, in one read."""

from __future__ import annotations

import logging
import os
import time
from typing import Any, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.corpus.encoded import EncodedCorpus, is_saved_corpus
from wordmill.corpus.event_corpus import EventCorpus, load_corpus
from wordmill.corpus.feeding import Feeder, Tokenizer
from wordmill.corpus.ranking import IdMap, Ranking, rank, rank_all, rewrite
from wordmill.corpus.resources import Resources
from wordmill.corpus.spool import Spool
from wordmill.corpus.vocab import check_thresholds
from wordmill.errors import CorpusError, ParameterError
from wordmill.foreign import printable, quoted
from wordmill.sources.opening import Files, Source, open_source
from wordmill.sources.stretches import Stretches
from wordmill.sources.table_column import open_column_of, open_tables
from wordmill.symptoms import WORDS, cells_uncut, dirty_keys, lonely, not_prose, without_spaces
from wordmill.text import Cells, TokenizerName

log = logging.getLogger(__name__)


def read_source(source: Any, **settings: Any) -> EncodedCorpus:
    """Do what `read_and_look` does, and warn."""
    corpus, symptom = read_and_look(source, **settings)
    if symptom is not None:
        log.warning("%s: %s", _name_of(source), symptom)
    return corpus


def read_and_look(
    source: Any,
    *,
    min_count: int,
    max_final_vocab: int | None = None,
    tokenizer: Tokenizer = "whitespace",
    delimiter: str | None = None,
    lowercase: bool = False,
    errors: Literal["strict", "replace"] = "strict",
    resources: Resources | None = None,
) -> tuple[EncodedCorpus, str | None]:
    """Do what `read_corpus` does without phrases, and return what it would warn of."""
    check_thresholds(min_count, max_final_vocab)
    if errors not in {"strict", "replace"}:
        raise ParameterError(f"errors={quoted(errors)}: 'strict' or 'replace'")
    tokenizer = _cutter(tokenizer, delimiter)
    resources = resources or Resources()

    opened = open_saved(source)
    if isinstance(opened, EventCorpus):
        return opened.thinned(min_count, max_final_vocab), None
    if isinstance(opened, EncodedCorpus):
        opened.check_file()
        loaded = opened is not source
        return opened, dirty_keys(opened.vocab.keys, lowercase=opened.lowercase) if loaded else None

    start = time.perf_counter()
    feeder = Feeder(tokenizer, errors, resources, lowercase=lowercase)
    feeder.feed(opened)
    if len(feeder.tickets) == 0:
        raise CorpusError(f"{_name_of(source)} holds no tokens: check that it is what you meant")
    symptom = _symptom(feeder, tokenizer)
    rewritten = rewrite(feeder.encoder, feeder.kind, tokenizer, lowercase=lowercase)
    ranking = rank(
        feeder.encoder, feeder.kind, rewritten, min_count=min_count, max_final_vocab=max_final_vocab, cure=symptom
    )
    corpus = _encoded(feeder, ranking, resources, tokenizer, lowercase=lowercase)
    log.info("read %s tokens in %.1f s: %r", f"{corpus.tokens_read:,}", time.perf_counter() - start, corpus)
    if symptom is None and delimiter is None:
        symptom = _dirt(feeder, corpus)
    return corpus, symptom


class PartReader:
    """Reads a part of a corpus, bit by bit: all of its keys, however few."""

    def __init__(
        self,
        *,
        tokenizer: Tokenizer,
        delimiter: str | None,
        lowercase: bool,
        errors: Literal["strict", "replace"],
        resources: Resources,
    ) -> None:
        self._tokenizer, self._lowercase, self._resources = _cutter(tokenizer, delimiter), lowercase, resources
        self._feeder = Feeder(self._tokenizer, errors, resources, lowercase=lowercase)

    def feed(self, source: Source | Stretches) -> None:
        """Read on."""
        tables = isinstance(source, Stretches) and source.column is not None
        self._feeder.feed(open_column_of(source) if tables else source)  # type: ignore[arg-type]

    def result(self) -> tuple[EncodedCorpus, str | None]:
        """Return what was read, and what one would warn of; once."""
        feeder, tokenizer = self._feeder, self._tokenizer
        symptom = _symptom(feeder, tokenizer) if len(feeder.tickets) else None
        rewritten = rewrite(feeder.encoder, feeder.kind, tokenizer, lowercase=self._lowercase)
        ranking = rank_all(feeder.encoder, feeder.kind, rewritten)
        return _encoded(feeder, ranking, self._resources, tokenizer, lowercase=self._lowercase), symptom


def _cutter(tokenizer: Tokenizer, delimiter: str | None) -> Tokenizer:
    """Check what cuts text."""
    if not callable(tokenizer) and tokenizer not in get_args(TokenizerName):
        raise ParameterError(
            f"tokenizer={quoted(tokenizer)}: 'whitespace', 'words', or a function from str to list of str"
        )
    if delimiter is None:
        return tokenizer
    if tokenizer != "whitespace":
        raise ParameterError(f"delimiter={quoted(delimiter)} and a tokenizer cut a line in two ways: give one")
    return Cells(delimiter)


def _name_of(source: Any) -> str:
    return printable(str(source)) if isinstance(source, str | os.PathLike) else "the corpus"


def _symptom(feeder: Feeder, tokenizer: Tokenizer) -> str | None:
    """Look at what was read, and how it was cut."""
    delimiter = tokenizer.delimiter if isinstance(tokenizer, Cells) else None
    counts = feeder.encoder.counts()[:WORDS]
    words = [] if feeder.kind == "integers" else feeder.encoder.words(np.arange(len(counts), dtype=np.int32))
    found = None
    if delimiter is not None or not callable(tokenizer):  # a function of the user's may read JSON
        found = not_prose(feeder.beginning, cut=delimiter is not None)
    if words and delimiter is None:
        found = found or without_spaces(words, counts)
    if words and tokenizer != "words":
        found = found or cells_uncut(words, counts, len(feeder.tickets) / len(feeder.ends), delimiter)
    return found or lonely(feeder.alone, len(feeder.tickets), feeder.form)


def _dirt(feeder: Feeder, corpus: EncodedCorpus) -> str | None:
    """Look at the keys that were left."""
    found = dirty_keys(corpus.vocab.keys, lowercase=corpus.lowercase)
    return f"{found}, of documents: lists are taken as they are" if found and feeder.kind == "tokens" else found


def _encoded(
    feeder: Feeder, ranking: Ranking, resources: Resources, tokenizer: Tokenizer, *, lowercase: bool
) -> EncodedCorpus:
    """Put the corpus together, and tell where counts are inexact."""
    encoder = feeder.encoder
    if encoder.count_error:
        log.warning(
            "more than %s distinct words: the rarest were forgotten on the way and counts may be short by up to %s; "
            "for exact ones raise max_vocab_size (of Resources for read_corpus, or of wordmill encode)",
            f"{resources.max_vocab_size:,}",
            f"{encoder.count_error:,}",
        )
    ids, offsets = _exchange(feeder, ranking.id_map, resources)
    return EncodedCorpus(
        ranking.vocab,
        ids,
        offsets,
        tokens_read=ranking.tokens_counted + len(feeder.tickets) - int(encoder.counts().sum()),
        tokenizer=cast("str", tokenizer) if feeder.kind == "text" else None,
        lowercase=lowercase,
        count_error=encoder.count_error,
    )


def open_saved(source: Any, *, once: bool = False) -> Source:
    """Find out what a source is, as `open_source`; a saved corpus is loaded, and tables are opened."""
    opened = open_source(source, once=once)
    if isinstance(opened, Files) and len(opened.paths) == 1 and is_saved_corpus(opened.paths[0]):
        return load_corpus(opened.paths[0])
    return open_tables(opened)


def _exchange(feeder: Feeder, id_map: IdMap, resources: Resources) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Exchange tickets for ids, block by block."""
    ids, offsets = Spool(np.int32, resources), Spool(np.int64, resources)
    offsets.append(np.zeros(1, np.int64))
    tickets_before = 0
    for tickets, ends in zip(feeder.tickets.blocks(), feeder.ends.blocks(), strict=True):
        new_ids, new_ends = core.renumber(
            tickets, ends - tickets_before, id_map.ids, id_map.list_offsets, id_map.list_ids, resources.threads
        )
        offsets.append(new_ends + len(ids))
        ids.append(new_ids)
        tickets_before += len(tickets)
    return ids.whole(), offsets.whole()
