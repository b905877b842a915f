"""Feeder: hands a source to the core, which encodes it as tickets (see native/text.hpp)."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.corpus.files import is_compressed, name_of, read_chunks
from wordmill.corpus.resources import Resources
from wordmill.corpus.sources import Files, IntegerBatches, Source, int64
from wordmill.corpus.spool import Spool
from wordmill.errors import CorpusError, ParameterError
from wordmill.text import TokenizerName, lower

Kind = Literal["text", "words", "tokens", "integers"]
Tokenizer = TokenizerName | Callable[[str], list[str]]

_FLUSH_TOKENS = 1 << 22
_BATCH_TOKENS = 1 << 20
_SURROGATES = re.compile("[\ud800-\udfff]")


class Feeder:
    """Encodes a source as tickets.

    Attributes
    ----------
    encoder : core.Encoder
        The words of the source and their counts.
    kind : "text", "words", "tokens" or "integers"
        What the encoder's words are: what lies between white space; the tokens of a tokenizer in Python; those of
        token lists; integers.
    tickets, ends : Spool
        The corpus: a ticket a token, and the number of tokens at the end of each sequence.
    """

    def __init__(
        self, tokenizer: Tokenizer, errors: Literal["strict", "replace"], resources: Resources, *, lowercase: bool
    ) -> None:
        self.encoder = core.Encoder(
            threads=resources.threads,
            replace_bad=errors == "replace",
            max_words=resources.max_vocab_size,
            piece_bytes=resources.piece_bytes,
        )
        self.kind: Kind = "words" if callable(tokenizer) else "text"
        self.tickets = Spool(np.int32, resources)
        self.ends = Spool(np.int64, resources)
        self._tokenizer = tokenizer
        self._lowercase = lowercase
        self._errors = errors
        self._chunk_bytes = resources.chunk_bytes

    def feed(self, source: Source) -> None:
        """Read a source to its end."""
        if isinstance(source, Files):
            for path in source.paths:
                self._file(path)
        elif isinstance(source, IntegerBatches):
            self._integers(source.batches)
        else:
            self._sequences(iter(source.items))
        self._flush(0)

    def _flush(self, least: int = _FLUSH_TOKENS) -> None:
        if self.encoder.pending >= least:
            tickets, ends = self.encoder.take()
            self.tickets.append(tickets)
            self.ends.append(ends)

    def _file(self, path: Path | None) -> None:
        chunks = read_chunks(path, self._chunk_bytes)
        if callable(self._tokenizer):
            self._tokenize(decoded_lines(chunks, path, self._errors), self._tokenizer)
            return
        try:
            self.encoder.begin_file(drop_byte_order_mark=True)
            for chunk in chunks:
                self.encoder.read(chunk)
                self._flush()
            self.encoder.end_file()
        except core.NotTextError as error:
            raise CorpusError(_not_text(path, *error.args)) from None

    def _documents(self, documents: Iterable[Any]) -> None:
        """Read documents as the lines of a file; a line feed inside one is white space like any other."""
        texts = (_checked_document(index, text) for index, text in enumerate(documents))
        if callable(self._tokenizer):
            self._tokenize(texts, self._tokenizer)
            return
        before = 0
        for batch in _batches(texts, self._chunk_bytes):
            lines = "".join(text.replace("\n", " ") + "\n" for text in batch).encode("utf-8", "surrogatepass")
            try:
                self.encoder.begin_file(drop_byte_order_mark=False)
                self.encoder.read(np.frombuffer(lines, np.uint8))
                self.encoder.end_file()
            except core.NotTextError as error:
                index = before + lines.count(b"\n", 0, error.args[0])
                raise CorpusError(
                    f"document {index:,} holds a NUL or half a surrogate pair: mend it, or pass errors='replace'"
                ) from None
            before += len(batch)
            self._flush()

    def _tokenize(self, texts: Iterable[str], tokenizer: Callable[[str], list[str]]) -> None:
        """Encode what a user's tokenizer makes of lines or documents."""
        for index, text in enumerate(texts):
            tokens = tokenizer(lower(text) if self._lowercase else text)
            self._words(index, _as_sequence(index, tokens, "tokenizer's result"))

    def _sequences(self, items: Iterator[Any]) -> None:
        """Find out from the first item that is not empty what the items are."""
        empty: list[Any] = []
        for item in items:
            if isinstance(item, str):
                self._documents(chain(empty, [item], items))
                return
            tokens = _as_sequence(len(empty), item)
            if len(tokens):
                sequences = (_as_sequence(index, each) for index, each in enumerate(chain(empty, [tokens], items)))
                if isinstance(tokens, np.ndarray):
                    self._integers(_gather_arrays(sequences))
                elif isinstance(tokens[0], str):
                    self._token_lists(sequences)
                else:
                    self._integer_lists(sequences)
                return
            empty.append(tokens)

    def _token_lists(self, sequences: Iterable[Any]) -> None:
        self.kind = "tokens"
        for index, tokens in enumerate(sequences):
            self._words(index, tokens)

    def _words(self, index: int, tokens: Any) -> None:
        """Encode the tokens of a sequence."""
        try:
            try:
                self.encoder.add_words(tokens)
            except UnicodeEncodeError:
                if self._errors == "strict":
                    raise
                self.encoder.add_words(
                    [token.encode("utf-8", "surrogatepass").decode("utf-8", "replace") for token in tokens]
                )
        except (TypeError, ValueError):
            raise CorpusError(_bad_token(index, tokens)) from None
        self._flush()

    def _integer_lists(self, sequences: Iterable[Any]) -> None:
        self._expect_integers()
        for index, tokens in enumerate(sequences):
            try:
                self.encoder.add_integer_list(tokens)
            except (TypeError, OverflowError):  # integers of NumPy, or a mistake
                self.encoder.add_integers(_integer_array(index, tokens), np.array([len(tokens)], np.int64))
            self._flush()

    def _integers(self, batches: Iterable[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> None:
        self._expect_integers()
        for values, ends in batches:
            self.encoder.add_integers(values, ends)
            self._flush()

    def _expect_integers(self) -> None:
        self.kind = "integers"
        if self._lowercase:
            raise ParameterError("lowercase=True, but the corpus holds integers: leave it out")


def _not_text(path: Path | None, offset: int, byte: int) -> str:
    """Say which byte of a file is wrong."""
    where = f"{name_of(path)}: at offset {offset:,}" + (" of the decompressed text" if is_compressed(path) else "")
    if byte == 0:
        return (
            f"{where} there is a NUL: the file is binary or UTF-16, not text (errors='replace' reads it all the same)"
        )
    return (
        f"{where} byte 0x{byte:02X} is not UTF-8: convert the file (if it is Latin-1: iconv -f latin1 -t utf-8), or "
        "pass errors='replace'"
    )


def decoded_lines(chunks: Iterable[NDArray[np.uint8]], path: Path | None, errors: str) -> Iterator[str]:
    """Decode a file for a tokenizer in Python; what is a line, and what is text, is as in native/scan.hpp."""
    offset = 0
    for line in _split_lines(chunks):
        try:
            text = line.decode("utf-8", errors)
        except UnicodeDecodeError as error:
            raise CorpusError(_not_text(path, offset + error.start, line[error.start])) from None
        if "\0" in text and errors == "strict":
            raise CorpusError(_not_text(path, offset + line.index(b"\0"), 0))
        yield text.removeprefix("" if offset else "\ufeff").removesuffix("\r").replace("\0", "\ufffd")
        offset += len(line) + 1


def _split_lines(chunks: Iterable[NDArray[np.uint8]]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk.tobytes()).split(b"\n")
        yield from lines
    if rest:
        yield rest


def _checked_document(index: int, text: Any) -> str:
    if isinstance(text, str):
        return text
    raise CorpusError(
        f"item {index:,} is of type {type(text).__name__}, but those before it are documents (str): pass documents "
        "alone, or lists of tokens alone"
    )


def _batches(texts: Iterable[str], characters: int) -> Iterator[list[str]]:
    """Gather texts until there are so many characters."""
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text) + 1
        if size >= characters:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _as_sequence(index: int, item: Any, what: str = "item") -> list[Any] | NDArray[Any]:
    """Return a sequence of tokens as a list, or as the array of integers that it is."""
    if isinstance(item, list):
        return item
    if isinstance(item, np.ndarray):
        if item.ndim != 1:
            raise CorpusError(f"{what} {index:,} is an array of {item.ndim} dimensions: a sequence has one")
        return item if item.dtype.kind in "iu" else list(item.tolist())
    if isinstance(item, str):
        raise CorpusError(
            f"{what} {index:,} is the string {reprlib.repr(item)} where a list of tokens is needed: put it into a "
            "list, or pass documents (str) alone"
        )
    if isinstance(item, bytes | bytearray | memoryview | Mapping | Set) or not isinstance(item, Iterable):
        raise CorpusError(
            f"{what} {index:,} is of type {type(item).__name__}, not a sequence of tokens: pass a list of lists, or of "
            "documents (str)"
        )
    return list(item)


def _bad_token(index: int, tokens: Any) -> str:
    """Say which token of a sequence of words is wrong."""
    for place, token in enumerate(tokens):
        where = f"sequence {index:,}, token {place:,}"
        if not isinstance(token, str):
            return (
                f"{where} is of type {type(token).__name__} ({reprlib.repr(token)}): keys are all str, or all integers"
            )
        if not token:
            return f"{where} is empty: leave such tokens out"
        if not token.isprintable() and _SURROGATES.search(token):
            return f"{where}, {token!r}, holds half a surrogate pair: mend it, or pass errors='replace'"
    return f"sequence {index:,} is no list of tokens"


def _gather_arrays(sequences: Iterable[Any]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Gather arrays of integers into large ones, and where each ends."""
    arrays: list[NDArray[np.int64]] = []
    size = 0
    for index, tokens in enumerate(sequences):
        arrays.append(_integer_array(index, tokens))
        size += len(arrays[-1]) + 1
        if size > _BATCH_TOKENS:
            yield np.concatenate(arrays), np.cumsum([len(array) for array in arrays], dtype=np.int64)
            arrays, size = [], 0
    if arrays:
        yield np.concatenate(arrays), np.cumsum([len(array) for array in arrays], dtype=np.int64)


def _integer_array(index: int, tokens: Any) -> NDArray[np.int64]:
    """Return a sequence of integers as an array, or explain why it is none."""
    if isinstance(tokens, np.ndarray) and tokens.dtype == np.int64:
        return tokens
    if len(tokens) == 0:
        return np.zeros(0, np.int64)
    try:
        array = np.asarray(tokens)
    except (ValueError, OverflowError):  # of different lengths, beyond 64 bits
        array = np.asarray(tokens, dtype=object)
    if array.ndim == 1 and array.dtype.kind in "iu":
        return int64(array, f"sequence {index:,}")
    for place, token in enumerate(tokens):
        if not isinstance(token, int | np.integer) or isinstance(token, bool):
            raise CorpusError(
                f"sequence {index:,}, token {place:,} is of type {type(token).__name__} ({reprlib.repr(token)}): keys "
                "are all str, or all integers"
            )
    raise CorpusError(f"sequence {index:,} holds integers beyond 64 bits")
