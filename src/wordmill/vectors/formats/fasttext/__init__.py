"""fastText's models: `.bin`, read and written whole, and `.ftz`, their quantised form, read.

A module for each part of a file, in their order: `settings`, `dictionary`, `matrices` and `quantised`; `model` is all
of them, and `vectors` what `KeyedVectors` takes and gives.
Source: Bojanowski et al., "Enriching word vectors with subword information", 2017; fastText's `fasttext.cc`.
"""

from wordmill.vectors.formats.fasttext.model import FastTextModel, read_fasttext_model, write_fasttext_model
from wordmill.vectors.formats.fasttext.settings import Architecture, FastTextSettings, Loss, looks_like_fasttext
from wordmill.vectors.formats.fasttext.vectors import read_fasttext, write_fasttext

__all__ = [
    "Architecture",
    "FastTextModel",
    "FastTextSettings",
    "Loss",
    "looks_like_fasttext",
    "read_fasttext",
    "read_fasttext_model",
    "write_fasttext",
    "write_fasttext_model",
]
