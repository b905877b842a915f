"""From text to training examples, and what compares the vectors: the chapter's small functions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wordmill.errors import ParameterError
from wordmill.layers.arrays import Floats, Ids, check_ids
from wordmill.text import lower, split_whitespace

__all__ = ["convert_one_hot", "cos_similarity", "create_contexts_target", "preprocess"]


def preprocess(text: str) -> tuple[Ids, dict[str, int], dict[int, str]]:
    """Split a text at whitespace, in lower case and with full stops as words of their own; number words as they come.

    Returns
    -------
    corpus : (N,) ids
    word_to_id, id_to_word : dict
    """
    words = split_whitespace(lower(text).replace(".", " ."))
    word_to_id = {word: i for i, word in enumerate(dict.fromkeys(words))}
    corpus = np.array([word_to_id[word] for word in words], dtype=np.int64)
    return corpus, word_to_id, {i: word for word, i in word_to_id.items()}


def create_contexts_target(corpus: ArrayLike, window_size: int = 1) -> tuple[Ids, Ids]:
    """Every word of a corpus (N,) that has `window_size` words on both sides, and these.

    Returns
    -------
    contexts : (N - 2W, 2W) ids, in the order of the text
    target : (N - 2W,) ids
    """
    corpus = check_ids(corpus)
    W = window_size
    if W < 1 or len(corpus) <= 2 * W:
        raise ParameterError(f"window_size must be 1 or more and fit into the corpus of {len(corpus)} ids, not {W}")
    windows = np.lib.stride_tricks.sliding_window_view(corpus, 2 * W + 1)
    return np.delete(windows, W, axis=1), windows[:, W].copy()


def convert_one_hot(corpus: ArrayLike, vocab_size: int) -> NDArray[np.int32]:
    """Ids (...) to one-hot vectors (..., V)."""
    ids = check_ids(corpus, vocab_size)
    one_hot = np.zeros((*ids.shape, vocab_size), dtype=np.int32)
    np.put_along_axis(one_hot, ids[..., None], 1, axis=-1)
    return one_hot


def cos_similarity(x: Floats, y: Floats, eps: float = 1e-8) -> float:
    """Cosine of the angle between two vectors (D,); 0 if one of them is zero, `eps` being the least norm divided by."""
    return float(np.dot(x, y)) / (max(float(np.linalg.norm(x)), eps) * max(float(np.linalg.norm(y)), eps))
