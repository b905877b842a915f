"""Parameter names of other tools and what they are called here."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from typing import Any

from wordmill.foreign import quoted

__all__ = ["COMMANDS", "renamed", "unknown_parameter"]

#: Commands of fastText and others, and what does the same here.
COMMANDS = {
    "skipgram": "train CORPUS -o MODEL",
    "cbow": "train CORPUS -o MODEL --architecture cbow",
    "fit": "train CORPUS -o MODEL",
    "word2vec": "train CORPUS -o MODEL",
    "nn": "nearest MODEL WORD",
    "distance": "nearest MODEL WORD",
    "most-similar": "nearest MODEL WORD",
    "most_similar": "nearest MODEL WORD",
    "neighbors": "nearest MODEL WORD",
    "neighbours": "nearest MODEL WORD",
    "query": "nearest MODEL WORD",
    "analogies": "analogy MODEL A B C",
    "word-analogy": "analogy MODEL A B C",
    "compute-accuracy": "evaluate MODEL --analogies FILE",
    "eval": "evaluate MODEL",
    "test": "evaluate MODEL",
    "plot": "map MODEL -o map.png",
    "save": "export MODEL FILE",
    "dump": "export MODEL FILE",
    "print-word-vectors": "export MODEL FILE",
    "help": "--help",
    "version": "--version",
}

#: Same meaning and value, another name. Where it comes from: word2vec.c, gensim, fastText, scikit-learn, the book.
_SAME = {
    "size": "vector_size",
    "dim": "vector_size",
    "dimension": "vector_size",
    "dimensions": "vector_size",
    "embedding_dim": "vector_size",
    "embedding_size": "vector_size",
    "hidden_size": "vector_size",
    "n_components": "vector_size",
    "ws": "window",
    "window_size": "window",
    "context_size": "window",
    "neg": "negative",
    "negatives": "negative",
    "num_negatives": "negative",
    "sample_size": "negative",
    "iter": "epochs",
    "epoch": "epochs",
    "max_epoch": "epochs",
    "n_epochs": "epochs",
    "num_epochs": "epochs",
    "max_iter": "epochs",
    "lr": "alpha",
    "learning_rate": "alpha",
    "start_alpha": "alpha",
    "eta": "alpha",
    "end_alpha": "min_alpha",
    "min_lr": "min_alpha",
    "thread": "workers",
    "threads": "workers",
    "n_jobs": "workers",
    "num_workers": "workers",
    "num_threads": "workers",
    "minCount": "min_count",
    "mincount": "min_count",
    "min_freq": "min_count",
    "min_df": "min_count",
    "max_features": "max_final_vocab",
    "t": "sample",
    "subsample": "sample",
    "subsampling": "sample",
    "power": "ns_exponent",
    "random_state": "seed",
    "lower": "lowercase",
}

#: Another name, and a value that needs translating: value -> (our parameter, our value), or a sentence for any value.
_TRANSLATED: dict[str, Callable[[Any], str]] = {
    "sg": lambda value: _ours("architecture", "cbow" if str(value) == "0" else "skipgram"),
    "cbow": lambda value: _ours("architecture", "skipgram" if str(value) == "0" else "cbow"),
    "model": lambda value: _ours("architecture", "cbow" if value == "cbow" else "skipgram"),
    "hs": lambda _: "the only loss here is that of noise words; leave it out and set negative=5",
    "loss": lambda _: "the only loss here is that of noise words; leave it out and set negative=5",
    "cbow_mean": lambda _: (
        "contexts are averaged always; how their gradient is shared is cbow_update, gensim's is cbow_update='word2vec'"
    ),
    "max_vocab_size": lambda _: (
        "to keep the most frequent words set max_final_vocab; what counting may hold is a matter of read_corpus "
        "(Resources) and of wordmill encode"
    ),
    "compute_loss": lambda _: "the loss is computed always: see history after fit",
    "sorted_vocab": lambda _: "words are sorted by falling count always",
    "batch_words": lambda _: "texts of any length are trained whole; there is no batch to choose",
    "batch_size": lambda _: "each window is a step; there is no batch to choose",
    "sentences": lambda _: "the corpus is no parameter: give it to fit, or to the command as its argument",
    "corpus_file": lambda _: "the corpus is no parameter: give it to fit, or to the command as its argument",
    "input": lambda _: "the corpus is no parameter: give it to fit, or to the command as its argument",
    "corpus": lambda _: "the corpus is no parameter: give it to fit, or to the command as its argument",
    "callbacks": lambda _: "callbacks go to fit",
    "trim_rule": lambda _: "use min_count and max_final_vocab, or filter the corpus before fit",
    "hashfxn": lambda _: "vectors depend on seed alone",
    "minn": lambda _: "wordmill has no subword vectors",
    "maxn": lambda _: "wordmill has no subword vectors",
    "bucket": lambda _: "wordmill has no subword vectors",
    "wordNgrams": lambda _: "join phrases in the corpus before fit",
}


def _ours(name: str, value: str) -> str:
    return f"write {name}={quoted(value)}"


def renamed(name: str, value: object) -> str | None:
    """Say what another tool's parameter is called here; None for a name that no tool is known to use."""
    if name in _TRANSLATED:
        return _TRANSLATED[name](value)
    return f"here it is {_SAME[name]}" if name in _SAME else None


def unknown_parameter(name: str, value: object, ours: Sequence[str]) -> str:
    """Message for a parameter that does not exist: what it is called here, else near names, else all of them."""
    hint = renamed(name, value)
    if hint is None:
        near = difflib.get_close_matches(name, ours, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(ours)}"
    return f"unknown parameter {name}: {hint}"
