"""FastText: Word2Vec with subwords and fastText's defaults."""

from __future__ import annotations

from typing import Any, Never

from wordmill.training.word2vec import Word2Vec

__all__ = ["FastText"]


class FastText(Word2Vec):
    """Vectors of words made of their character n-grams, also of words never seen; with fastText's defaults.

    All parameters are those of `Word2Vec`. Training is ours: a window asks all its contexts the same noise words, and a
    word within reach is composed once (`docs/maths.md`).

    Source: Bojanowski et al., "Enriching word vectors with subword information" (2017).
    """

    def __init__(
        self,
        *unnamed: Never,
        subwords: tuple[int, int] | None = (3, 6),
        alpha: float | None = 0.05,
        sample: float = 1e-4,
        ns_exponent: float = 0.5,
        **rest: Any,
    ) -> None:
        super().__init__(*unnamed, subwords=subwords, alpha=alpha, sample=sample, ns_exponent=ns_exponent, **rest)
