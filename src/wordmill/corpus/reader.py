"""read_corpus: any source -> EncodedCorpus."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from wordmill.corpus.encoded import EncodedCorpus
from wordmill.corpus.vocab import Vocab
from wordmill.errors import CorpusError
from wordmill.text import TokenizerName, tokenize


def read_corpus(
    source: Any,
    *,
    min_count: int = 5,
    max_final_vocab: int | None = None,
    tokenizer: TokenizerName = "whitespace",
    lowercase: bool = False,
    errors: str = "strict",
) -> EncodedCorpus:
    """Count and encode a source."""
    if isinstance(source, EncodedCorpus):
        return source
    sequences: list[Sequence[Any]]
    if isinstance(source, str | os.PathLike):
        try:
            text = Path(source).read_bytes().decode("utf-8-sig", errors)
        except OSError as error:
            raise CorpusError(f"{source} cannot be read: {error.strerror}") from error
        sequences = [tokenize(line, tokenizer, lowercase=lowercase) for line in text.removesuffix("\n").split("\n")]
    else:
        items: Iterable[Any] = source() if callable(source) else source
        sequences = [tokenize(s, tokenizer, lowercase=lowercase) if isinstance(s, str) else list(s) for s in items]
    counts = Counter(key for sequence in sequences for key in sequence)
    keys: Any = list(counts)
    if keys and not isinstance(keys[0], str):
        keys = np.array(keys, dtype=np.int64)
    vocab = Vocab.from_counts(
        keys, np.array(list(counts.values()), dtype=np.int64), min_count=min_count, max_final_vocab=max_final_vocab
    )
    index = vocab.key_to_index
    encoded = [[index[key] for key in sequence if key in index] for sequence in sequences]
    return EncodedCorpus(
        vocab,
        np.array([i for sequence in encoded for i in sequence], dtype=np.int32),
        np.cumsum([0, *map(len, encoded)], dtype=np.int64),
        tokens_read=counts.total(),
    )
