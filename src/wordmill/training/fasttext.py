"""FastText: Word2Vec with subwords, as fastText trains by default."""

from __future__ import annotations

from typing import Any, Never

from wordmill.training.word2vec import Word2Vec

__all__ = ["FastText"]


class FastText(Word2Vec):
    """Vectors of words made of their character n-grams, also of words never seen.

    All parameters are those of `Word2Vec`. `subwords` and `sample` are fastText's by default, as `alpha` of skip-gram
    is with subwords; `ns_exponent`, and `alpha` of CBOW, are our own, which measure better. Training is ours: a window
    asks all its contexts the same noise words, and a word within reach is composed once (`docs/maths.md`).

    Source: Bojanowski et al., "Enriching word vectors with subword information" (2017).
    """

    def __init__(
        self,
        *unnamed: Never,
        subwords: tuple[int, int] | None = (3, 6),
        sample: float = 1e-4,
        **rest: Any,
    ) -> None:
        super().__init__(*unnamed, subwords=subwords, sample=sample, **rest)
