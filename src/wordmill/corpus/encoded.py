"""EncodedCorpus: ids and sequence offsets, in memory or memory-mapped from disk.

A saved corpus is one safetensors file. Opening it maps the ids into memory instead of reading them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Self, TypeGuard

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus.arrays import read_only
from wordmill.corpus.packing import pack_keys, pack_phrases, pack_tags, unpack_keys, unpack_phrases, unpack_tags
from wordmill.corpus.tags import Tags
from wordmill.corpus.vocab import Vocab
from wordmill.errors import CorpusError, FormatError, counted, misfit
from wordmill.foreign import quoted
from wordmill.mapped import MappedFile
from wordmill.paths import checked_path
from wordmill.phrases.book import PhraseBook
from wordmill.phrases.saved import pack_rules
from wordmill.safetensors import checksums, has_format, read_metadata, read_safetensors, write_safetensors
from wordmill.saving import atomic_file

_FORMAT = "wordmill.corpus"
_DTYPES = {"ids": "<i4", "offsets": "<i8", "counts": "<i8"}
_SPAN = 1 << 20  # ids that are checked at once: they stay in the cache between two looks
_SPANS = 1024  # a fingerprint looks at so many spans of so many ids


@dataclass(frozen=True)
class Samples:
    """What a fingerprint looks at of a stretch of a corpus."""

    spans: list[NDArray[np.int32]]  #: of each place that is looked at, what lies in the stretch
    offsets: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        ids: NDArray[np.int32],
        offsets: NDArray[np.int64],
        first: int,
        first_offset: int,
        tokens: int,
        all_offsets: int,
    ) -> Samples:
        """Return samples of a stretch; `first` and `first_offset` are its places among tokens and offsets of all."""
        begins = np.linspace(0, max(tokens - _SPANS, 0), _SPANS, dtype=np.int64) - first
        spans = [ids[max(begin, 0) : max(begin + _SPANS, 0)] for begin in begins.tolist()]
        step = all_offsets // _SPANS**2 + 1
        return cls(spans, offsets[-first_offset % step :: step] + first)


def fingerprint_of(shape: list[Any], vocab: Vocab, tags: Tags | None, stretches: Sequence[Samples]) -> str:
    """Return a short name of a corpus, from its vocabulary and samples of its stretches, one behind the other."""
    digest = hashlib.blake2b(json.dumps(shape).encode(), digest_size=16)
    for array in (*pack_keys(vocab.keys).values(), vocab.counts, *pack_tags(tags).values()):
        digest.update(array.tobytes())
    for parts in zip(*(stretch.spans for stretch in stretches), strict=True):
        for part in parts:
            digest.update(part.tobytes())
    for stretch in stretches:
        digest.update(stretch.offsets.tobytes())
    return digest.hexdigest()


@dataclass(frozen=True, eq=False)
class EncodedCorpus:
    """Sequences of vocabulary ids. Immutable.

    Attributes
    ----------
    vocab : Vocab
    ids : (N,) int32
        Tokens in the vocabulary, in the order of the source; a memory map when loaded or larger than memory.
    offsets : (S + 1,) int64
        Sequence s is `ids[offsets[s]:offsets[s + 1]]`; it may be empty. A line of a file, a document and a token list
        are each a sequence.
    tokens_read : int
        Tokens of the source, out-of-vocabulary ones included.
    tokenizer : str, optional
        Name of the tokenizer that cut the source ("whitespace", "words"); None for token lists, integers and callables.
    lowercase : bool
        Whether the text was put in lower case.
    count_error : int
        0: counts are exact. Otherwise rare words were forgotten to stay within memory (`Resources.max_vocab_size`), and
        a count may be short by at most this many.
    phrases : PhraseBook, optional
        The phrases that were joined in it.
    tags : Tags, optional
        What its sequences are known by, where they are documents.
    file : MappedFile, optional
        The file that the arrays are mapped from.

    Raises
    ------
    CorpusError
        An id has no key, the offsets do not cut the ids into sequences, or the tags are of another number of them.
    """

    vocab: Vocab
    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]
    tokens_read: int
    tokenizer: str | None = None
    lowercase: bool = False
    count_error: int = 0
    phrases: PhraseBook | None = field(default=None, kw_only=True)
    tags: Tags | None = field(default=None, kw_only=True)
    file: MappedFile | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        """Check the arrays, and hold views of them that are read-only.

        Raises
        ------
        CorpusError
            An id has no key, or the offsets do not cut the ids into sequences.
        """
        if not isinstance(self.vocab, Vocab):
            raise CorpusError(f"vocab is of type {type(self.vocab).__name__}: a Vocab is needed")
        for name, dtype in (("ids", np.int32), ("offsets", np.int64)):
            object.__setattr__(self, name, read_only(name, getattr(self, name), dtype))
        _check_offsets(self.offsets, len(self.ids))
        _check_ids(self.ids, len(self.vocab))
        if self.tokens_read < len(self.ids):
            raise CorpusError(f"tokens_read is {self.tokens_read}, less than the number of ids, {len(self.ids)}")
        if self.tags is not None and len(self.tags.offsets) != len(self.offsets):
            tagged = len(self.tags.offsets) - 1
            raise CorpusError(f"there are tags for {counted(tagged, 'document')}, and {len(self):,} documents")

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the arrays themselves, no longer tied to a file."""
        return {**self.__dict__, "file": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the state of a pickled or copied corpus; NumPy forgets there that arrays were read-only."""
        self.__dict__.update(state)
        self.__post_init__()

    def check_file(self) -> None:
        """Refuse a loaded corpus whose file has visibly been written to since.

        Raises
        ------
        FormatError
            Its size or modification time has changed.
        """
        if self.file is not None:
            self.file.check()

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, sequence: int) -> NDArray[np.int32]:
        self.check_file()
        if not -len(self) <= sequence < len(self):
            raise IndexError(f"sequence {sequence} of a corpus of {len(self):,}")
        sequence %= len(self)
        return self.ids[self.offsets[sequence] : self.offsets[sequence + 1]]

    def __iter__(self) -> Iterator[NDArray[np.int32]]:
        self.check_file()
        for begin, end in pairwise(self.offsets.tolist()):
            yield self.ids[begin:end]

    def sequences(self, rows: NDArray[np.int64]) -> EncodedCorpus:
        """Return some of the sequences, with the vocabulary and the counts of all."""
        self.check_file()
        lengths = self.offsets[rows + 1] - self.offsets[rows]
        ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.arange(ends[-1]) + np.repeat(self.offsets[rows] - ends[:-1], lengths)
        return EncodedCorpus(
            self.vocab,
            self.ids[places],
            ends,
            tokens_read=len(places),
            tokenizer=self.tokenizer,
            lowercase=self.lowercase,
            count_error=self.count_error,
            phrases=self.phrases,
        )

    def __repr__(self) -> str:
        keys, sequences = counted(len(self.vocab), "key"), counted(len(self), "sequence")
        return f"EncodedCorpus({counted(len(self.ids), 'token')} in {sequences}, {keys})"

    @cached_property
    def _fingerprint(self) -> str:
        shape = [len(self.ids), len(self.offsets), self.tokens_read, self.vocab.kind]
        samples = Samples.of(self.ids, self.offsets, 0, 0, len(self.ids), len(self.offsets))
        return fingerprint_of(shape, self.vocab, self.tags, [samples])

    def fingerprint(self) -> str:
        """Return a short name of the content: all keys and counts, but of the ids only a sample of at most 4 MiB."""
        self.check_file()
        return self._fingerprint

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the corpus to one file; an existing one is replaced when the new one is whole and on disk.

        Raises
        ------
        OutputError
            The file cannot be written; the message says what is there.
        """
        self.check_file()
        arrays, facts = self._saved()
        with atomic_file(checked_path(path)) as staging:
            write_safetensors(staging, arrays, {"format": _FORMAT, **facts, **checksums(arrays, facts)})

    def _saved(self) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
        """Return the arrays and the facts that a file holds; a subclass adds its own."""
        arrays: dict[str, NDArray[Any]] = {
            "ids": self.ids,
            "offsets": self.offsets,
            "counts": self.vocab.counts,
            **pack_keys(self.vocab.keys),
            **pack_tags(self.tags),
            **pack_phrases(self.phrases),
        }
        facts = {
            "tokens_read": str(self.tokens_read),
            "tokenizer": self.tokenizer or "",
            "lowercase": str(self.lowercase),
            "count_error": str(self.count_error),
        }
        if self.phrases is not None:
            facts["phrases"] = pack_rules(self.phrases.rules)
        return arrays, facts

    @classmethod
    def _of_saved(cls, arrays: dict[str, NDArray[Any]], facts: dict[str, str]) -> dict[str, Any]:  # noqa: ARG003
        """Return what a subclass holds besides, from the arrays and facts of its file."""
        return {}

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Open a saved corpus; its ids are mapped into memory, its checksums verified.

        Raises
        ------
        FormatError
            Not a saved corpus, or one that is cut short or corrupt.
        """
        path = checked_path(path)
        if not is_saved_corpus(path):
            raise FormatError(f"{path} is not a saved corpus: EncodedCorpus.save (wordmill encode) makes one")
        file = MappedFile.now(path)
        arrays, facts = _read_checked(path)
        try:
            corpus = cls(
                Vocab(unpack_keys(arrays), arrays["counts"]),
                arrays["ids"],
                arrays["offsets"],
                tokens_read=int(facts["tokens_read"]),
                tokenizer=facts["tokenizer"] or None,
                lowercase=facts["lowercase"] == "True",
                count_error=int(facts["count_error"]),
                phrases=unpack_phrases(arrays, facts.get("phrases")),
                tags=unpack_tags(arrays),
                file=file,
                **cls._of_saved(arrays, facts),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise FormatError(
                f"{path}: its parts do not fit together, {misfit(error)}: encode the corpus again"
            ) from error
        if corpus.vocab.counts.min(initial=1) <= 0:
            raise FormatError(f"{path}: a key has no count: encode the corpus again")
        return corpus


def _check_offsets(offsets: NDArray[np.int64], tokens: int) -> None:
    if not len(offsets) or offsets[0] != 0 or offsets[-1] != tokens:
        ends = f"from {offsets[0]} to {offsets[-1]}" if len(offsets) else "to nothing"
        raise CorpusError(f"offsets run {ends}: they must run from 0 to the number of ids, {tokens}")
    falls = np.flatnonzero(offsets[1:] < offsets[:-1])
    if len(falls):
        at = int(falls[0])
        raise CorpusError(f"offsets fall from {offsets[at]} to {offsets[at + 1]} at sequence {at}: they must rise")


def _check_ids(ids: NDArray[np.int32], keys: int) -> None:
    """Check that every id has a key; in parts, so that a corpus larger than memory is read once."""
    for begin in range(0, len(ids), _SPAN):
        span = ids[begin : begin + _SPAN].view(np.uint32)  # a negative one becomes a large one
        if span.max() >= keys:
            at = begin + int(np.argmax(span >= keys))
            raise CorpusError(f"token {at:,} has id {ids[at]}, but the vocabulary has {counted(keys, 'key')}, from 0")


def is_saved_corpus(path: Path | None) -> TypeGuard[Path]:
    """Whether this is a file that `EncodedCorpus.save` wrote."""
    return has_format(path, _FORMAT)


def _read_checked(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Read the arrays and facts of a saved corpus, and verify their checksums."""
    arrays, metadata = read_safetensors(path), read_metadata(path)
    facts = {name: value for name, value in metadata.items() if name != "format" and not name.startswith("crc32")}
    for name, dtype in _DTYPES.items():
        if name not in arrays or arrays[name].dtype != dtype or arrays[name].ndim != 1:
            raise FormatError(f"{path}: {quoted(name)} is missing or has a wrong type: encode the corpus again")
    expected = {name: value for name, value in metadata.items() if name.startswith("crc32")}
    if checksums(arrays, facts) != expected:
        raise FormatError(f"{path}: a checksum is wrong, the file is corrupt: encode the corpus again")
    return arrays, facts
