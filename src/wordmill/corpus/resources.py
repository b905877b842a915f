"""Resources: what reading a corpus may use."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from wordmill.config import available_cores
from wordmill.errors import ParameterError
from wordmill.foreign import quoted

BYTES_A_WORD = (
    80  #: what a distinct word takes at most while words are counted; one of more than 15 bytes, its length too
)
_BOUNDS = {  # least and most
    "threads": (1, 1_024),
    "max_vocab_size": (2, 2**40),
    "memory_bytes": (0, 2**62),
    "chunk_bytes": (1, 2**40),
    "piece_bytes": (1, 2**40),
}
_MOST_THREADS = 8  # they encode faster than most disks and every decompressor deliver


@dataclass(frozen=True, kw_only=True)
class Resources:
    """The resources that reading a corpus may use. The result depends on `max_vocab_size` alone.

    Attributes
    ----------
    threads : int
        Threads that count and encode; every core of this process, up to 8.
    max_vocab_size : int
        Distinct words to hold while they are counted, at most 80 bytes each, and of those longer than 15 bytes their
        length. When there are more, the rarer half is forgotten, with a warning, and the corpus says by how much a
        count may be short (`EncodedCorpus.count_error`).
    memory_bytes : int
        Ids (and offsets) beyond so many bytes go to a temporary file.
    spill_directory : path, optional
        Where that file lies; the system's directory for temporary files if left out.
    chunk_bytes : int
        Bytes that are read at once.
    piece_bytes : int
        Bytes of a chunk that one thread takes at once.
    """

    threads: int = field(default_factory=lambda: min(available_cores(), _MOST_THREADS))
    max_vocab_size: int = 2**25
    memory_bytes: int = 2**30
    spill_directory: str | os.PathLike[str] | None = None
    chunk_bytes: int = 2**23
    piece_bytes: int = 2**20

    def __post_init__(self) -> None:
        """Check the bounds."""
        for name, (least, most) in _BOUNDS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
                raise ParameterError(f"{name}={quoted(value)}: at least {least} and at most {most:,} is needed")
