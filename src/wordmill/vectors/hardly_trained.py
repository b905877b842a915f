"""Is a model hardly trained? Seen by its vectors, which still lie together, or its loss, which has hardly moved.

Training first turns all vectors into one direction, then apart. The mean cosine of random pairs, measured on Wikipedia
(50 kB to 10 MB), Penn Treebank, Tanaka's sentences in English and Japanese, the Syriac Bible, the Lee corpus, Belgian
baskets and sessions of a shop, D=100, 1 to 50 epochs: 0.92 to 1.00 below 700 examples a key, 0.07 to 0.65 from 1,600 on
(cbow, whose examples are windows: 0.89 below 130, 0.25 from 330 on).

The loss falls from (1 + K) ln 2, of vectors that are all zero, to that of vectors that know nothing but that one in
1 + K is real, ln(1 + K) + K ln((1 + K) / K), and further with what they learn. Of the first way, sessions and text that
were seen for too short a time, or at a rate too low, had come 0 to 7 %, all others at least 37 %.

With hierarchical softmax vectors turn apart sooner, and the loss of a tree tells nothing: untrained, it is within 2 %
of that of vectors that know how often each word comes. Mean cosines of the same texts, D=50: 0.63 to 0.95 where they
were seen for too short a time, 0.00 to 0.23 where not (cbow 0.31 to 0.72, and 0.00 to 0.05).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from wordmill.config import TrainConfig
from wordmill.vectors.matrix import Floats

__all__ = ["hardly_trained", "mean_cosine"]

TOGETHER = {"negative_sampling": 0.9, "hierarchical_softmax": 0.5}  # mean cosine of random pairs, from here on
MOVED = 0.2  # share of the way to the loss of vectors that know nothing
FEWEST_KEYS = 20  # of fewer the mean says little
ENOUGH = {"skipgram": 2000, "cbow": 400}  # examples a key
_SAMPLE = 1000


def hardly_trained(vectors: Floats, history: Sequence[Mapping[str, Any]], config: TrainConfig) -> str | None:
    """Say why a model seems hardly trained, and what would help; None where it does not.

    Parameters
    ----------
    vectors : (V, D)
        A thousand of them are looked at.
    history
        An entry for each epoch.
    config
        The settings that it was trained by.
    """
    if not history or len(vectors) < FEWEST_KEYS or not any(entry["examples"] for entry in history):
        return None
    loss, untrained, clueless = history[-1]["loss"], *_losses(config.negative)
    of_pairs = config.objective == "negative_sampling"
    cosine = mean_cosine(vectors)
    if cosine >= TOGETHER[config.objective]:
        sign = f"random pairs of them have a cosine of {cosine:.2f} in the mean"
    elif of_pairs and loss is not None and untrained - loss < MOVED * (untrained - clueless):
        sign = f"the loss is {loss:.2f}, and {untrained:.2f} before training"
    else:
        return None
    return f"the vectors are hardly trained, {sign}: {'; '.join(_cures(len(vectors), history, config))}"


def mean_cosine(vectors: Floats) -> float:
    """Mean cosine of the pairs of a thousand rows (V, D), drawn always the same; NaN where fewer than two have one."""
    chosen = np.sort(np.random.default_rng(0).choice(len(vectors), min(_SAMPLE, len(vectors)), replace=False))
    rows = np.asarray(vectors[chosen], dtype=np.float64)
    lengths = np.linalg.norm(rows, axis=1)
    rows = rows[lengths > 0] / lengths[lengths > 0, None]
    if len(rows) < 2:
        return math.nan
    whole = rows.sum(axis=0)
    return float((whole @ whole - len(rows)) / (len(rows) * (len(rows) - 1)))


def _losses(negative: int) -> tuple[float, float]:
    """Losses per example of negative sampling, of vectors that are zero, and of those that know how many are real."""
    K = negative
    return (1 + K) * math.log(2), math.log(1 + K) + K * math.log((1 + K) / K)


def _cures(keys: int, history: Sequence[Mapping[str, Any]], config: TrainConfig) -> list[str]:
    cures = []
    if config.start_alpha < config.default_alpha / 4:
        cures.append(f"alpha={config.default_alpha:g} is usual")
    examples = max(entry["examples"] for entry in history)
    epochs = max(math.ceil(ENOUGH[config.architecture] * keys / examples), 2 * len(history))
    cures.append(f"epochs={epochs} would do" if epochs <= 1000 else "it takes more text")
    thinned = sum(entry["subsampled"] for entry in history) / max(1, sum(entry["tokens"] for entry in history))
    if thinned > 0.5 and config.sample:
        cures.append(f"sample=0 keeps the {thinned:.0%} of the tokens that were thinned out")
    if isinstance(config.window, int) and config.window < 5:
        cures.append("a wider window gives each key more to learn from")
    return cures
