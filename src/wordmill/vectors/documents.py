"""Document vectors: the mean of the vectors of a text's keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import CorpusError, ParameterError
from wordmill.foreign import quoted
from wordmill.sources.files import read_lines
from wordmill.sources.items import checked_text, checked_words, gathered, sorted_out, tokenized
from wordmill.sources.opening import Encoded, Files, IntegerBatches, open_source
from wordmill.sources.table_column import open_tables
from wordmill.text import lower, tokenize
from wordmill.vectors.matrix import Floats
from wordmill.vectors.table import VectorTable

__all__ = ["Document", "document_ids", "encode_documents", "sif_weights"]

Document = str | Sequence[str] | Sequence[int] | NDArray[np.integer[Any]]
Errors = Literal["strict", "replace"]
Tokenizer = Callable[[str], Any]
Rows = Iterator[NDArray[np.int64]]

_TOKENS = 1 << 14  # vectors gathered at once
_CHUNK_BYTES = 1 << 20


def encode_documents(
    table: VectorTable,
    documents: Any,
    *,
    weights: NDArray[np.float64] | None = None,
    errors: Errors = "strict",
    tokenizer: Tokenizer | None = None,
) -> Floats:
    """Mean vectors (N, D) of N documents, over the keys that have a vector; zeros for a document without any.

    Parameters
    ----------
    table
        The vectors; texts are split by its tokenizer.
    documents
        What training takes (`sources.opening`), and an iterator too: a document is what there is a sequence.
    weights
        (V,) a factor for the vector of each key; the sum is still divided by the number of keys found.
    errors
        What to do with what is no Unicode: "strict" or "replace".
    tokenizer
        A function that splits texts in place of the table's tokenizer.

    Raises
    ------
    CorpusError
        As in training; or the keys are of the other kind.
    ParameterError
        They are texts, and the table cannot split them.
    """
    reader = _Reader(table, errors, tokenizer)
    means = []
    for block in _blocks(reader.rows(documents)):
        means.append(_block_means(table, block, weights, reader.made))
        reader.forget_made()
    return np.concatenate([np.empty((0, table.vector_size), dtype=table.vectors.dtype), *means])


def document_ids(
    table: VectorTable, documents: Any, *, errors: Errors = "strict", tokenizer: Tokenizer | None = None
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Read documents as `encode_documents` does: as rows of the table, end to end, and their bounds (N + 1,).

    Keys that are none of the table's are left out.
    """
    found = [rows[rows < len(table)] for rows in _Reader(table, errors, tokenizer).rows(documents)]
    ids = np.concatenate([np.empty(0, np.int64), *found]).astype(np.int32)
    return ids, np.cumsum([0, *map(len, found)], dtype=np.int64)


def sif_weights(table: VectorTable, a: float = 1e-3) -> NDArray[np.float64]:
    """Smooth inverse frequency a / (a + p) of each key (V,), p its share of all counts.

    Source: Arora, Liang and Ma, "A simple but tough-to-beat baseline for sentence embeddings", 2017.
    """
    if table.counts is None:
        raise ParameterError("sif needs the counts of the keys: use a model that was trained here, or give counts")
    asked: object = a
    if isinstance(asked, bool) or not isinstance(asked, int | float | np.number) or not 0 < a < np.inf:
        raise ParameterError(f"sif must be a positive number such as 1e-3, not {quoted(a)}")
    return a / (a + table.counts / max(1, int(table.counts.sum())))


class _Reader:
    """Reads documents as training does, as rows of a table; keys without a vector are left out."""

    def __init__(self, table: VectorTable, errors: Errors, tokenizer: Tokenizer | None) -> None:
        self._table, self._keys, self._errors, self._tokenizer = table, table.key_table, errors, tokenizer
        self.made: list[Floats] = []  #: vectors of words that are no keys, from their n-grams; rows V, V + 1, ...
        self._row_of_made: dict[str, int] = {}
        self._ids_are_made = False  # of a corpus that is read: they stay

    def forget_made(self) -> None:
        """Forget the vectors of words that are no keys: those of another block are others."""
        if not self._ids_are_made:
            self.made.clear()
            self._row_of_made.clear()

    def rows(self, documents: Any) -> Rows:
        """Yield the rows of each document."""
        source = open_tables(open_source(documents, once=True))
        if isinstance(source, Files):
            lines = (line for path in source.paths for line in read_lines(path, _CHUNK_BYTES, self._errors))
            return self._of_texts(lines)
        if isinstance(source, IntegerBatches):
            return self._of_integers(source.batches)
        if isinstance(source, Encoded):
            return self._of_encoded(source)
        kind, items = sorted_out(source.items)
        if kind == "documents":
            return self._of_texts(items)
        if kind == "words":
            return self._of_words(items, lowercase=self._table.lowercase)
        return self._of_integers(gathered(items))

    def _of_texts(self, texts: Iterable[str]) -> Rows:
        table = self._table
        if self._tokenizer is not None:
            yield from self._of_words(tokenized(texts, self._tokenizer, lowercase=table.lowercase), lowercase=False)
            return
        for index, text in enumerate(texts):
            if table.kind == "int" or table.tokenizer is None:
                what = "integer keys" if table.kind == "int" else "no tokenizer"
                raise ParameterError(
                    f"the model has {what}, so a text cannot be split: give lists of keys, not {quoted(text[:20])}"
                )
            clean = checked_text(index, text, self._errors)
            yield self._found(tokenize(clean, table.tokenizer, lowercase=table.lowercase))

    def _of_words(self, sequences: Iterable[Any], *, lowercase: bool) -> Rows:
        for index, tokens in enumerate(sequences):
            words = checked_words(index, tokens, self._errors)
            if words:
                self._expect("str")
            yield self._found([lower(word) for word in words] if lowercase else words)

    def _of_integers(self, batches: Iterable[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> Rows:
        for values, ends in batches:
            if len(values):
                self._expect("int")
            yield from _cut(self._keys.find_many(values), ends)

    def _of_encoded(self, corpus: Encoded) -> Rows:
        """Rows of a corpus, whose ids are those of its own vocabulary."""
        corpus.check_file()
        self._expect(corpus.vocab.kind)
        if self._table.phrases is not None:
            keys, edges = corpus.vocab.keys, pairwise(corpus.offsets.tolist())
            yield from (self._found([keys[one] for one in corpus.ids[begin:end].tolist()]) for begin, end in edges)
            return
        row_of_id = self._keys.find_many(corpus.vocab.keys)
        if self._table.subwords is not None:
            self._ids_are_made = True
            for place in np.flatnonzero(row_of_id < 0).tolist():
                row_of_id[place] = self._made(corpus.vocab.keys[place])
        at = 0
        for end in corpus.offsets[1:].tolist():
            rows = row_of_id[corpus.ids[at:end]]
            yield rows[rows >= 0]
            at = end

    def _found(self, words: list[str]) -> NDArray[np.int64]:
        if self._table.phrases is not None:
            words = self._table.phrases.join_tokens(words)
        rows = self._keys.find_many(words)
        if self._table.subwords is not None:
            for place in np.flatnonzero(rows < 0).tolist():
                rows[place] = self._made(words[place])
        return rows[rows >= 0]

    def _made(self, word: str) -> int:
        """Return the row of a word that is no key; -1 where no n-gram of it has a vector."""
        row = self._row_of_made.get(word)
        if row is None:
            vector: Floats | None = self._table.get(word)
            row = self._row_of_made[word] = -1 if vector is None else len(self._table) + len(self.made)
            if vector is not None:
                self.made.append(vector)
        return row

    def _expect(self, kind: str) -> None:
        if kind != self._table.kind:
            raise CorpusError(f"the keys of the documents are {kind}, those of the model {self._table.kind}")


def _cut(rows: NDArray[np.int64], ends: NDArray[np.int64]) -> Rows:
    """Cut rows, -1 for a key without a vector, into documents."""
    at = 0
    for end in ends.tolist():
        yield rows[at:end][rows[at:end] >= 0]
        at = end


def _blocks(documents: Rows) -> Iterator[list[NDArray[np.int64]]]:
    """Gather the rows of some documents."""
    block: list[NDArray[np.int64]] = []
    held = 0
    for rows in documents:
        block.append(rows)
        held += len(rows)
        if held > _TOKENS or len(block) > _TOKENS:
            yield block
            block, held = [], 0
    yield block


def _block_means(
    table: VectorTable, block: list[NDArray[np.int64]], weights: NDArray[np.float64] | None, made: list[Floats]
) -> Floats:
    """Means (n, D) of some documents, summed in float64; rows beyond the table's are those that were made."""
    lengths = np.array([len(ids) for ids in block], dtype=np.int64)
    sums = np.zeros((len(block), table.vector_size))
    if lengths.sum():
        ids = np.concatenate(block)
        kept = ids < len(table)
        rows = table.vectors[np.where(kept, ids, 0)].astype(np.float64)
        if made:
            rows[~kept] = np.stack(made)[ids[~kept] - len(table)]
        if weights is not None:  # a word that is no key is as rare as can be
            rows *= np.where(kept, weights[np.where(kept, ids, 0)], 1.0)[:, None]
        filled = np.flatnonzero(lengths)
        sums[filled] = np.add.reduceat(rows, (np.cumsum(lengths) - lengths)[filled], axis=0)
    return (sums / np.maximum(lengths, 1)[:, None]).astype(table.vectors.dtype)
