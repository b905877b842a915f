"""EncodedCorpus: ids and sequence offsets, in memory or memory-mapped from disk.

A saved corpus is one safetensors file: a length, a JSON header, then the arrays. Opening it maps the ids into memory.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus.vocab import Vocab
from wordmill.errors import FormatError, OutputError

FORMAT = "wordmill.corpus"
VERSION = 1
_DTYPES: dict[str, np.dtype[Any]] = {"I64": np.dtype("<i8"), "I32": np.dtype("<i4"), "U8": np.dtype("u1")}
_SPANS = 1024  # a fingerprint looks at so many spans of so many ids

log = logging.getLogger(__name__)


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
        Name of the tokenizer that cut the source ("whitespace", "words"); None for token lists, integers and
        callables.
    lowercase : bool
        Whether the text was put in lower case.
    count_error : int
        0: counts are exact. Otherwise rare words were forgotten to stay within memory (`max_vocab_size`), and a
        count may be short by at most this many.
    """

    vocab: Vocab
    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]
    tokens_read: int
    tokenizer: str | None = None
    lowercase: bool = False
    count_error: int = 0

    def __post_init__(self) -> None:
        for array in (self.ids, self.offsets):
            array.flags.writeable = False

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, sequence: int) -> NDArray[np.int32]:
        if not -len(self) <= sequence < len(self):
            raise IndexError(f"sequence {sequence} of a corpus of {len(self):,}")
        sequence %= len(self)
        return self.ids[self.offsets[sequence] : self.offsets[sequence + 1]]

    def __repr__(self) -> str:
        return f"EncodedCorpus({len(self.ids):,} tokens in {len(self):,} sequences, {len(self.vocab):,} keys)"

    @cached_property
    def _fingerprint(self) -> str:
        shape = [len(self.ids), len(self.offsets), self.tokens_read, self.vocab.kind]
        digest = hashlib.blake2b(json.dumps(shape).encode(), digest_size=16)
        for array in (*_pack_keys(self.vocab).values(), self.vocab.counts):
            digest.update(array.tobytes())
        for begin in np.linspace(0, max(len(self.ids) - _SPANS, 0), _SPANS, dtype=np.int64).tolist():
            digest.update(self.ids[begin : begin + _SPANS].tobytes())
        digest.update(self.offsets[:: len(self.offsets) // _SPANS**2 + 1].tobytes())
        return digest.hexdigest()

    def fingerprint(self) -> str:
        """Return a short name of the content: all keys and counts, but of the ids only a sample of at most 4 MiB."""
        return self._fingerprint

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the corpus to one safetensors file; an existing file is replaced once the new one is complete.

        Raises
        ------
        OutputError
            The file cannot be written; what was there before is untouched.
        """
        arrays = {"offsets": self.offsets, "counts": self.vocab.counts, **_pack_keys(self.vocab), "ids": self.ids}
        arrays = dict(sorted(arrays.items(), key=lambda item: -item[1].itemsize))  # keeps every array aligned
        metadata = {
            "format": FORMAT,
            "version": str(VERSION),
            "tokens_read": str(self.tokens_read),
            "tokenizer": self.tokenizer or "",
            "lowercase": str(int(self.lowercase)),
            "count_error": str(self.count_error),
            **{f"crc32.{name}": f"{_crc32(array):08x}" for name, array in arrays.items()},
        }
        header: dict[str, Any] = {"__metadata__": metadata}
        end = 0
        for name, array in arrays.items():
            begin, end = end, end + array.nbytes
            code = next(code for code, dtype in _DTYPES.items() if dtype == array.dtype)
            header[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [begin, end]}
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with _replacing(Path(path)) as file:
            file.write(len(text).to_bytes(8, "little") + text)
            for array in arrays.values():
                for span in _spans(array):
                    file.write(span)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> EncodedCorpus:
        """Open a saved corpus; its ids are mapped into memory, its checksums verified.

        Raises
        ------
        FormatError
            Not a saved corpus, or one that is cut short or corrupt.
        """
        path = Path(path)
        header, data_begin = _read_header(path)
        metadata = header.pop("__metadata__")
        size = data_begin + max(entry["data_offsets"][1] for entry in header.values())
        if path.stat().st_size != size:
            raise FormatError(f"{path}: {path.stat().st_size:,} bytes instead of {size:,}: encode the corpus again")
        arrays: dict[str, NDArray[Any]] = {}
        for name, entry in header.items():
            array = _map(path, _DTYPES[entry["dtype"]], data_begin + entry["data_offsets"][0], tuple(entry["shape"]))
            if f"{_crc32(array):08x}" != metadata[f"crc32.{name}"]:
                raise FormatError(
                    f"{path}: the checksum of {name!r} is wrong: the file is corrupt, encode the corpus again"
                )
            arrays[name] = array
        return cls(
            Vocab(_unpack_keys(arrays), arrays["counts"]),
            arrays["ids"],
            np.array(arrays["offsets"]),
            tokens_read=int(metadata["tokens_read"]),
            tokenizer=metadata["tokenizer"] or None,
            lowercase=metadata["lowercase"] == "1",
            count_error=int(metadata["count_error"]),
        )


def is_saved_corpus(path: Path) -> bool:
    """Whether this is a file that `EncodedCorpus.save` wrote."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(8 + len(_SIGNATURE))
    return start[8:] == _SIGNATURE


_SIGNATURE = json.dumps({"__metadata__": {"format": FORMAT}}).encode().rstrip(b"}")


def _pack_keys(vocab: Vocab) -> dict[str, NDArray[Any]]:
    """Keys as arrays: integers as they are, words as UTF-8 end to end with their offsets."""
    if not isinstance(vocab.keys, list):
        return {"keys": vocab.keys}
    encoded = [key.encode() for key in vocab.keys]
    offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    return {"keys": np.frombuffer(b"".join(encoded), np.uint8), "key_offsets": offsets}


def _unpack_keys(arrays: dict[str, NDArray[Any]]) -> list[str] | NDArray[np.int64]:
    if "key_offsets" not in arrays:
        return arrays["keys"]
    text = arrays["keys"].tobytes()
    offsets = arrays["key_offsets"].tolist()
    return [text[begin:end].decode() for begin, end in pairwise(offsets)]


def _read_header(path: Path) -> tuple[dict[str, Any], int]:
    """Parse the header of a saved corpus; also the byte at which its data begin."""
    try:
        if not is_saved_corpus(path):
            raise FormatError(f"{path} is not a saved corpus: `EncodedCorpus.save` writes one")
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            return json.loads(file.read(min(length, path.stat().st_size))), 8 + length
    except OSError as error:
        raise FormatError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{path}: its header is cut short or corrupt: encode the corpus again") from error


def _map(path: Path, dtype: np.dtype[Any], offset: int, shape: tuple[int, ...]) -> NDArray[Any]:
    if shape == (0,):  # nothing to map
        return np.zeros(0, dtype)
    return np.memmap(path, dtype, mode="r", offset=offset, shape=shape)


def _crc32(array: NDArray[Any]) -> int:
    crc = 0
    for span in _spans(array):
        crc = zlib.crc32(span, crc)
    return crc


def _spans(array: NDArray[Any], length: int = 1 << 22) -> Iterator[bytes]:
    """Cut the bytes of an array into pieces that fit into memory."""
    for begin in range(0, len(array), length):
        yield array[begin : begin + length].tobytes()


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """Write a file beside `path` and put it in its place when it is complete and on disk."""
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}; free space or choose another place"
        ) from error
