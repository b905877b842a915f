"""Feeder: hands a source to the core, which encodes it as tickets (see native/text.hpp)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.corpus.resources import Resources
from wordmill.corpus.spool import Spool
from wordmill.errors import CorpusError, ParameterError
from wordmill.sources.files import not_text, read_chunks, read_lines
from wordmill.sources.items import bad_document, bad_token, gathered, integer_array, mended, sorted_out, tokenized
from wordmill.sources.opening import Files, IntegerBatches, Sequences, Source
from wordmill.sources.stretches import Stretch, Stretches
from wordmill.symptoms import Form
from wordmill.text import TokenizerName

Kind = Literal["text", "words", "tokens", "integers"]
Tokenizer = TokenizerName | Callable[[str], list[str]]

_KINDS: dict[Kind, str] = {
    "text": "texts",
    "words": "texts",
    "tokens": "lists of text",
    "integers": "lists of integers",
}
_FLUSH_NUMBERS = 1 << 20  # a chunk's: blocks that need not grow
_BEGINNING, _LINES = 1 << 16, 100  # bytes and lines that are kept to look at


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
    alone : int
        How many tokens are a sequence by themselves.
    form : "lines", "documents" or "lists"
        What the sequences are in the source.
    beginning : list of str
        The first lines or documents, as far as they are text.
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
        self.alone = 0
        self.form: Form = "lists"
        self.beginning: list[str] = []
        self._tokenizer = tokenizer
        self._lowercase = lowercase
        self._errors = errors
        self._chunk_bytes = resources.chunk_bytes

    def feed(self, source: Source | Stretches) -> None:
        """Read a source to its end; what it was fed before must be of the same kind."""
        try:
            if isinstance(source, Files | Stretches):
                for part in source.parts if isinstance(source, Stretches) else map(Stretch, source.paths):
                    self._file(part)
            elif isinstance(source, IntegerBatches):
                self._integers(source.batches)
            elif isinstance(source, Sequences):
                self._sequences(source.items)
        except OverflowError as error:  # beyond what the core can count
            raise CorpusError(str(error)) from error
        self._flush(0)

    def _flush(self, least: int = _FLUSH_NUMBERS) -> None:
        if self.encoder.pending >= least:
            tickets, ends = self.encoder.take()
            self.alone += int(np.count_nonzero(np.diff(ends, prepend=len(self.tickets)) == 1))
            self.tickets.append(tickets)
            self.ends.append(ends)

    def _file(self, part: Stretch) -> None:
        self.form = "lines"
        path, begin, end = part.path, part.begin, part.end
        if callable(self._tokenizer):
            lines = read_lines(path, self._chunk_bytes, self._errors, begin=begin, end=end)
            self._tokenize(self._noted(lines), self._tokenizer)
            return
        self._expect("text")
        try:
            self.encoder.begin_file(drop_byte_order_mark=not begin)
            for chunk in read_chunks(path, self._chunk_bytes, begin, end):
                if not self.beginning:
                    self.beginning = chunk[:_BEGINNING].tobytes().decode("utf-8", "replace").split("\n")[:_LINES]
                self.encoder.read(chunk)
                self._flush()
            self.encoder.end_file()
        except core.NotTextError as error:
            offset, byte = error.args
            raise CorpusError(not_text(path, begin + offset, byte)) from None

    def _noted(self, texts: Iterable[str]) -> Iterator[str]:
        """Keep the first texts that pass by."""
        for text in texts:
            if len(self.beginning) < _LINES:
                self.beginning.append(text[:_BEGINNING])
            yield text

    def _documents(self, texts: Iterable[str]) -> None:
        """Read documents as the lines of a file; a line feed inside one is white space like any other."""
        self.form = "documents"
        texts = self._noted(texts)
        if callable(self._tokenizer):
            self._tokenize(texts, self._tokenizer)
            return
        self._expect("text")
        before = 0
        for batch in _text_batches(texts, self._chunk_bytes):
            lines = "".join(text.replace("\n", " ") + "\n" for text in batch).encode("utf-8", "surrogatepass")
            try:
                self.encoder.begin_file(drop_byte_order_mark=False)
                self.encoder.read(np.frombuffer(lines, np.uint8))
                self.encoder.end_file()
            except core.NotTextError as error:
                index = before + lines.count(b"\n", 0, error.args[0])
                raise CorpusError(bad_document(index)) from None
            before += len(batch)
            self._flush()

    def _tokenize(self, texts: Iterable[str], tokenizer: Callable[[str], list[str]]) -> None:
        """Encode what a user's tokenizer makes of lines or documents."""
        self._expect("words")
        for index, tokens in enumerate(tokenized(texts, tokenizer, lowercase=self._lowercase)):
            self._words(index, tokens)

    def _sequences(self, items: Iterable[Any]) -> None:
        kind, checked = sorted_out(items)
        if kind == "documents":
            self._documents(checked)
        elif kind == "words":
            self._token_lists(checked)
        elif kind == "integers":
            self._integer_lists(checked)
        else:
            self._integers(gathered(checked))

    def _token_lists(self, sequences: Iterable[Any]) -> None:
        self._expect("tokens")
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
                self.encoder.add_words([mended(token) for token in tokens])
        except (TypeError, ValueError):
            raise CorpusError(bad_token(index, tokens)) from None
        self._flush()

    def _integer_lists(self, sequences: Iterable[Any]) -> None:
        self._expect_integers()
        for index, tokens in enumerate(sequences):
            try:
                self.encoder.add_integer_list(tokens)
            except (TypeError, OverflowError):  # integers of NumPy, or a mistake
                self.encoder.add_integers(integer_array(index, tokens), np.array([len(tokens)], np.int64))
            self._flush()

    def _integers(self, batches: Iterable[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> None:
        self._expect_integers()
        for values, ends in batches:
            self.encoder.add_integers(values, ends)
            self._flush()

    def _expect_integers(self) -> None:
        self._expect("integers")
        if self._lowercase:
            raise ParameterError("lowercase=True, but the corpus holds integers: leave it out")

    def _expect(self, kind: Kind) -> None:
        """Say what the encoder's words are; once there are some, that stays."""
        if kind != self.kind and len(self.tickets) + self.encoder.pending:
            raise CorpusError(
                f"the corpus has {_KINDS[self.kind]} before and {_KINDS[kind]} now: all must be of a kind"
            )
        self.kind = kind


def _text_batches(texts: Iterable[str], characters: int) -> Iterator[list[str]]:
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
