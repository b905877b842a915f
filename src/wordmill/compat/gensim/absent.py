"""What gensim has and this face has not: asking for it is an error that says so and names the cure."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["KEYED_VECTORS", "WORD2VEC", "no_attribute"]

_INNER = "it is a part of gensim's inside"

#: Public names of gensim's `Word2Vec`, and why they are not here or what to use.
WORD2VEC = {
    "add_lifecycle_event": _INNER + "; keep a log with wordmill.LogFile",
    "add_null_word": "there is no null word",
    "create_binary_tree": "hierarchical softmax is not there yet",
    "estimate_memory": "wordmill train --dry-run estimates memory",
    "init_sims": "norms are computed when they are needed",
    "init_weights": _INNER + "; build_vocab draws the first vectors",
    "make_cum_table": _INNER + "; noise is drawn from an alias table",
    "prepare_vocab": _INNER + "; call build_vocab",
    "prepare_weights": _INNER + "; call build_vocab",
    "reset_from": "copy.deepcopy copies a model",
    "scan_vocab": _INNER + "; call build_vocab",
    "score": "it needs hierarchical softmax, which is not there yet; wordmill.Word2Vec.score gives the held-out loss",
    "seeded_vector": _INNER,
    "update_weights": _INNER + "; call build_vocab(..., update=True)",
}

#: The same of its `KeyedVectors`.
KEYED_VECTORS = {
    "add_lifecycle_event": _INNER,
    "allocate_vecattrs": "the only attribute of a key is its count",
    "index2entity": "gensim 4 calls it index_to_key",
    "index2word": "gensim 4 calls it index_to_key",
    "log_accuracy": _INNER,
    "log_evaluate_word_pairs": _INNER,
    "resize_vectors": "vectors have the size of their keys; add_vectors adds more",
    "similarity_unseen_docs": "gensim has removed it",
    "sort_by_descending_frequency": "keys are sorted already",
    "vectors_norm": "gensim 4 calls it get_normed_vectors()",
    "vocab": "gensim 4 calls it key_to_index; counts are get_vecattr(key, 'count')",
    "wmdistance": "Word Mover's Distance is not there yet: give the vectors to the package POT",
}


def no_attribute(kind: str, name: str, absent: dict[str, str]) -> NoReturn:
    """Raise the error for an attribute that is not there."""
    if name in absent:
        raise AttributeError(f"gensim's {kind}.{name} is not in wordmill.compat.gensim: {absent[name]}")
    raise AttributeError(f"{kind} has no attribute {name!r}")
