"""Reading a corpus as plainly as Python can, to compare with."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from wordmill.corpus import EncodedCorpus

WHITE_SPACE = "".join(
    map(
        chr,
        [*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000],
    )
)
NEARLY_WHITE_SPACE = "\x1c\x1f\u180e\u200b\u2060\ufeff"

#: Text in which words, ends of lines and odd white space are all frequent.
TEXTS = st.text(
    st.one_of(
        st.sampled_from(" \n\r" + WHITE_SPACE + NEARLY_WHITE_SPACE),
        st.sampled_from("aabcDÉß̈中文한ΣςİK😀"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=60,
)


def lines_of(text: str) -> list[list[str]]:
    """The words of each line of a file's text."""
    lines = text.removesuffix("\n").split("\n") if text else []
    return [re.findall(f"[^{WHITE_SPACE}]+", line) for line in lines]


def encode_plainly(
    sequences: Iterable[Sequence[Any]], min_count: int = 1
) -> tuple[list[Any], list[int], list[list[int]]]:
    """Keys, counts, and sequences of ids."""
    sequences = list(sequences)
    counts = Counter(token for sequence in sequences for token in sequence)
    order = sorted(counts, key=lambda key: (-counts[key], key.encode() if isinstance(key, str) else key))
    keys = [key for key in order if counts[key] >= min_count]
    index = {key: i for i, key in enumerate(keys)}
    return keys, [counts[key] for key in keys], [[index[t] for t in sequence if t in index] for sequence in sequences]


def content(corpus: EncodedCorpus) -> tuple[list[Any], list[int], list[list[int]]]:
    """What `encode_plainly` gives, of an encoded corpus."""
    assert corpus.offsets[0] == 0
    assert corpus.offsets[-1] == len(corpus.ids) == corpus.vocab.total
    assert np.array_equal(np.bincount(corpus.ids, minlength=len(corpus.vocab)), corpus.vocab.counts)
    return list(corpus.vocab.keys), corpus.vocab.counts.tolist(), [sequence.tolist() for sequence in corpus]
