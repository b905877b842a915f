"""A corpus in the ids of another vocabulary."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wordmill.corpus.encoded import EncodedCorpus
from wordmill.corpus.vocab import Vocab
from wordmill.errors import CorpusError

__all__ = ["recode"]


def recode(corpus: EncodedCorpus, vocab: Vocab) -> EncodedCorpus:
    """Return the corpus with the ids of `vocab`; tokens that it lacks are left out.

    Raises
    ------
    CorpusError
        One has words, the other integers, or none of the tokens is left.
    """
    corpus.check_file()
    if corpus.vocab.kind != vocab.kind:
        raise CorpusError(f"the keys of the corpus are {corpus.vocab.kind}, those of the vocabulary {vocab.kind}")
    new_id = np.array([vocab.key_to_index.get(key, -1) for key in corpus.vocab], np.int32)
    ids = new_id[corpus.ids]
    known = ids >= 0
    if len(ids) and not known.any():
        raise CorpusError(f"none of the {len(ids):,} tokens is in the vocabulary of {len(vocab):,}")
    before = np.concatenate([[0], np.cumsum(known)])  # known tokens before each position
    return replace(corpus, vocab=vocab, ids=ids[known], offsets=before[corpus.offsets], file=None)
