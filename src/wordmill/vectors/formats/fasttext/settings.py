"""The begin of a file: magic number, version, and fastText's arguments."""

from __future__ import annotations

import struct
from dataclasses import astuple, dataclass, replace
from enum import IntEnum

from wordmill.errors import FormatError
from wordmill.foreign import quoted
from wordmill.vectors.formats.fasttext.cursor import Cursor
from wordmill.vectors.formats.rows import MOST_DIMENSIONS

__all__ = ["VERSION", "Architecture", "FastTextSettings", "Loss", "looks_like_fasttext", "pack_head", "read_head"]

MAGIC = 793_712_314
LONGEST_NGRAM = 64  # characters: the n-grams of a file are so many times its bytes at most
VERSION = 12  # which is written
_VERSIONS = (11, VERSION)
_LAYOUT = "<12id"


class Loss(IntEnum):
    """What a model was trained with, as fastText numbers it."""

    HIERARCHICAL_SOFTMAX = 1
    NEGATIVE_SAMPLING = 2
    SOFTMAX = 3
    ONE_VS_ALL = 4


class Architecture(IntEnum):
    """What a model is, as fastText numbers it."""

    CBOW = 1
    SKIPGRAM = 2
    SUPERVISED = 3


@dataclass(frozen=True)
class FastTextSettings:
    """fastText's arguments, under its names and in the order of the file."""

    dim: int
    ws: int
    epoch: int
    min_count: int
    neg: int
    word_ngrams: int
    loss: int
    model: int
    bucket: int
    minn: int
    maxn: int
    lr_update_rate: int
    t: float

    def are_believable(self) -> bool:
        """Whether these can be the settings of a model."""
        return (
            0 < self.dim <= MOST_DIMENSIONS
            and self.loss in set(Loss)
            and self.model in set(Architecture)
            and self.bucket >= 0
            and 0 <= self.minn <= LONGEST_NGRAM
            and 0 <= self.maxn <= LONGEST_NGRAM
            and min(self.ws, self.epoch, self.min_count, self.neg, self.word_ngrams) >= 0
        )


def looks_like_fasttext(head: bytes) -> bool:
    """Whether a file begins as a fastText model does, with the magic number or without (before version 11)."""
    if len(head) < 56:
        return False
    if struct.unpack_from("<i", head)[0] == MAGIC:
        return True
    size, words, labels = struct.unpack_from("<3i", head, 56) if len(head) >= 68 else (0, 0, 0)
    return FastTextSettings(*struct.unpack_from(_LAYOUT, head)).are_believable() and 0 < size == words + labels


def read_head(cursor: Cursor) -> tuple[FastTextSettings, int]:
    """Read the settings, and the version: 0 if the file is from before there was one."""
    magic, version = cursor.take("<2i")
    if magic != MAGIC:
        version = cursor.position = 0
    elif version not in _VERSIONS:
        raise FormatError(f"{cursor.path}: version {version} of fastText's format is not known, only {_VERSIONS}")
    settings = FastTextSettings(*cursor.take(_LAYOUT))
    if not settings.are_believable():
        raise FormatError(f"{cursor.path} is not a fastText model: its settings are {quoted(astuple(settings))}")
    if settings.model == Architecture.SUPERVISED and version < VERSION:
        settings = replace(settings, maxn=0)  # classifiers had no n-grams of characters then, whatever is written
    return settings, version


def pack_head(settings: FastTextSettings) -> bytes:
    """Return what a file of the version that is written begins with."""
    return struct.pack("<2i", MAGIC, VERSION) + struct.pack(_LAYOUT, *astuple(settings))
