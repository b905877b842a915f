"""Parameter names of other tools and what they are called here."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from typing import Any

from wordmill.foreign import quoted

__all__ = [
    "ABSENT_HERE",
    "ARGUMENTS",
    "COMMANDS",
    "LOAD_OPTIONS",
    "MODEL",
    "PACKAGE",
    "PHRASES",
    "VECTORS",
    "other_parameters",
    "renamed",
    "unknown_parameter",
]

#: Commands of fastText and others, and what does the same here.
COMMANDS = {
    "train-documents": "train CORPUS -o MODEL --documents dbow",
    "doc2vec": "train CORPUS -o MODEL --documents dbow",
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
    "word2phrase": "phrases CORPUS",
    "phraser": "phrases CORPUS",
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
    "bucket": "buckets",
    "subsample": "sample",
    "subsampling": "sample",
    "power": "ns_exponent",
    "random_state": "seed",
    "lower": "lowercase",
}

#: Another name, and a value that needs translating: value -> (our parameter, our value), or a sentence for any value.
_TRANSLATED: dict[str, Callable[[Any], str]] = {
    "sg": lambda value: _ours("architecture", "cbow" if str(value) == "0" else "skipgram"),
    "dm": lambda value: f"write Doc2Vec(mode={quoted('dbow' if str(value) == '0' else 'dm')})",
    "dbow_words": lambda value: f"write Doc2Vec(train_words={str(value) != '0'})",
    "documents": lambda value: f"write Doc2Vec(mode={quoted(value)})",
    "cbow": lambda value: _ours("architecture", "skipgram" if str(value) == "0" else "cbow"),
    "model": lambda value: _ours("architecture", "cbow" if value == "cbow" else "skipgram"),
    "hs": lambda value: _ours("objective", "negative_sampling" if str(value) == "0" else "hierarchical_softmax"),
    "loss": lambda value: _ours("objective", "hierarchical_softmax" if value == "hs" else "negative_sampling"),
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
    "minn": lambda _: "give the shortest and the longest n-grams together: subwords=(3, 6)",
    "maxn": lambda _: "give the shortest and the longest n-grams together: subwords=(3, 6)",
    "wordNgrams": lambda _: "phrases=2 joins phrases, of up to 4 words, in the corpus and in what the model reads",
}


#: What other tools' phrases have, and what does the same with ours.
PHRASES = {
    "phrasegrams": "the phrases are keys, their scores scores",
    "export_phrases": "the phrases are keys, their scores scores",
    "vocab": "the phrases are keys, their counts counts",
    "freeze": "they are as small as they get: save them",
    "join": "read_corpus(text, phrases=these) joins them, or wordmill.Phrases.of(these).join(corpus)",
    "add_vocab": "call find_phrases on all of the text",
    "find_phrases": "wordmill.find_phrases(corpus) finds them; join(corpus) joins them in another one",
    "analyze_sentence": "join_tokens(tokens) joins one text",
    "transform": "join(corpus) joins a corpus, join_tokens(tokens) one text",
    "encode": "join(corpus) joins a corpus, join_tokens(tokens) one text",
}

#: Attributes of other tools' vectors, and what does the same with ours, `wv`.
VECTORS = {
    "wv": "these are the vectors themselves",
    "vocab": "rows are key_to_index, counts are counts",
    "vocabulary": "rows are key_to_index, counts are counts",
    "words": "the keys are index_to_key",
    "get_words": "the keys are index_to_key",
    "index2word": "the keys are index_to_key",
    "index2entity": "the keys are index_to_key",
    "index_to_word": "the keys are index_to_key",
    "word_to_index": "rows are key_to_index",
    "word2index": "rows are key_to_index",
    "syn0": "the matrix is vectors",
    "matrix": "the matrix is vectors",
    "embeddings": "the matrix is vectors",
    "vectors_norm": "lengths are norms, and vectors of length 1 come from unit_vectors(range(len(wv)))",
    "syn0norm": "lengths are norms, and vectors of length 1 come from unit_vectors(range(len(wv)))",
    "get_normed_vectors": "vectors of length 1 come from unit_vectors(range(len(wv)))",
    "unit_normalize_all": "write wordmill.vectors.postprocess.to_unit_length(wv), which returns new vectors",
    "init_sims": "norms are computed already: leave it out",
    "fill_norms": "norms are computed already: leave it out",
    "word_vec": "write get_vector(key), or wv[key]",
    "get_word_vector": "write get_vector(key), or wv[key]",
    "get_sentence_vector": "write encode(text)",
    "dim": "it is vector_size",
    "get_dimension": "it is vector_size",
    "size": "it is vector_size, and len(wv) is how many keys there are",
    "shape": "write vectors.shape",
    "get_vecattr": "counts are counts[get_index(key)]",
    "set_vecattr": "vectors are immutable: replace and add_vectors return new ones",
    "add_vector": "write add_vectors([key], vector[None]), which returns new vectors",
    "similar_by_word": "write similar_by_key(key)",
    "get_nearest_neighbors": "write most_similar(key)",
    "get_analogies": "write analogy(a, b, c)",
    "words_closer_than": "write closer_than(key, other)",
    "vectors_for_all": "write subset(keys)",
    "wmdistance": "Word Mover's Distance is not there: give the vectors to the package POT",
    "evaluate_word_analogies": "write wordmill.evaluation.evaluate_analogies(wv, path)",
    "accuracy": "write wordmill.evaluation.evaluate_analogies(wv, path)",
    "evaluate_word_pairs": "write wordmill.evaluation.evaluate_pairs(wv, path)",
    "load_word2vec_format": "write KeyedVectors.load(path), which knows the format by its content",
    "load_facebook_vectors": "write KeyedVectors.load(path), which knows the format by its content",
    "intersect_word2vec_format": "vectors to begin with go to Word2Vec.fit(corpus, init_from=path)",
    "save_word2vec_format": "write save('vectors.bin') or save('vectors.txt'): the ending decides the format",
    "fit": "vectors do not learn: wordmill.Word2Vec does",
    "train": "vectors do not learn: wordmill.Word2Vec does",
    "plot": "write wordmill.plots.plot_map(wv, words, 'map.png')",
}

#: The same of models, beside what their vectors have.
MODEL = {
    "train": "write fit(corpus), or partial_fit(corpus) to go on",
    "save_facebook_model": "write save_fasttext('model.bin')",
    "load_facebook_model": "write load('model.bin')",
    "load_fasttext_format": "write load('model.bin')",
    "update": "write partial_fit(corpus)",
    "build_vocab": "fit builds the vocabulary; partial_fit(corpus, extend_vocab=True) adds to it",
    "infer_vector": "write infer(text) of a Doc2Vec, or transform([text])[0]",
    "docvecs": "write dv, of a Doc2Vec",
    "dv": "documents have vectors in a Doc2Vec",
    "infer": "documents are inferred by a Doc2Vec; transform([text]) gives means of words",
    "get_sentence_vector": "write transform([text])[0]",
    "encode": "write transform(texts)",
    "predict": "write transform(texts) for vectors of texts, wv.most_similar(word) for neighbors",
    "predict_output_word": "write predict_words(context), of a model with objective='hierarchical_softmax'",
    "embeddings_": "the matrix is wv.vectors",
    "coef_": "the matrix is wv.vectors",
    "vocabulary_": "rows are wv.key_to_index",
    "syn1neg": "it is output_vectors",
    "syn1": "it is output_vectors",
    "get_latest_training_loss": "losses are in history: history[-1]['loss']",
    "running_training_loss": "losses are in history: history[-1]['loss']",
    "loss_": "losses are in history: history[-1]['loss']",
    "losses": "losses are in history: history[-1]['loss']",
    "corpus_count": "counts of words are wv.counts, and history counts tokens",
    "load_word2vec_format": "write KeyedVectors.load(path): vectors alone are no model",
    "save_word2vec_format": "write wv.save('vectors.bin') or wv.save('vectors.txt')",
    "save_model": "write save(path), or save_fasttext('model.bin') for fastText's format",
    "load_model": "write Word2Vec.load(path)",
    "delete_temporary_training_data": "a model holds nothing temporary; to have the vectors alone save wv",
    "estimate_memory": "wordmill train --dry-run estimates memory",
    "add_callback": "callbacks go to fit",
}

#: Options of other tools' ways to load vectors.
LOAD_OPTIONS = {
    "binary": "the format is known by the content: leave it out, or give format='word2vec-binary'",
    "no_header": "the format is known by the content: leave it out, or give format='glove'",
    "unicode_errors": "here it is errors",
    "datatype": "here it is dtype",
    "fvocab": "wordmill.compat.gensim reads a file of counts beside vectors",
    "mmap": "model directories are always mapped: leave it out",
    "nrows": "here it is limit",
    "max_vectors": "here it is limit",
}

_HOW_MANY = ("topn", "k")
_ONE_KEY = ("key", "a", "key_or_vector")
_SEVERAL_KEYS = ("keys", "queries", "other_keys", "positive")

#: Arguments of other tools' queries, and what they may be called in ours.
ARGUMENTS = {
    "topn": _HOW_MANY,
    "top_n": _HOW_MANY,
    "top_k": _HOW_MANY,
    "topk": _HOW_MANY,
    "k": _HOW_MANY,
    "n": _HOW_MANY,
    "num": _HOW_MANY,
    "n_neighbors": _HOW_MANY,
    "n_results": _HOW_MANY,
    "limit": _HOW_MANY,
    "word": (*_ONE_KEY, *_SEVERAL_KEYS),
    "entity": (*_ONE_KEY, *_SEVERAL_KEYS),
    "key": _SEVERAL_KEYS,
    "words": (*_SEVERAL_KEYS, "context"),
    "entities": _SEVERAL_KEYS,
    "keys": _SEVERAL_KEYS,
    "context_words_list": ("context",),
    "connector_words": ("connectors",),
    "common_terms": ("connectors",),
    "word_or_vector": ("key_or_vector",),
    "other_words": ("other_keys",),
    "entities_list": ("keys",),
    "word1": ("a", "key"),
    "word2": ("b", "other"),
    "key1": ("a", "key"),
    "key2": ("b", "other"),
    "w1": ("a", "key"),
    "w2": ("b", "other"),
    "entity1": ("a", "key"),
    "entity2": ("b", "other"),
    "ws1": ("keys_a",),
    "ws2": ("keys_b",),
    "use_norm": ("norm",),
    "n_jobs": ("threads", "workers"),
    "workers": ("threads",),
    "num_threads": ("threads",),
    "sentence": ("documents", "X"),
    "sentences": ("documents", "X"),
    "texts": ("documents", "X"),
    "text": ("documents", "X"),
    "corpus": ("X", "documents"),
    "dummy4unknown": ("unknown",),
    "case_insensitive": ("case",),
    "analogies": ("path",),
    "pairs": ("path",),
    "file": ("path",),
    "fname": ("path",),
    "filename": ("path",),
    "wordvectors": ("vectors",),
    "model": ("vectors",),
    "wv": ("vectors",),
}

#: Names that people ask of the package.
PACKAGE = {
    "load": "write wordmill.KeyedVectors.load(path), or wordmill.Word2Vec.load(path) to train on",
    "load_model": "write wordmill.KeyedVectors.load(path), or wordmill.Word2Vec.load(path) to train on",
    "from_pretrained": "write wordmill.KeyedVectors.from_pretrained(name)",
    "train": "write wordmill.Word2Vec().fit(corpus)",
    "fit": "write wordmill.Word2Vec().fit(corpus)",
    "train_unsupervised": "write wordmill.FastText().fit(corpus)",
    "load_facebook_model": "write wordmill.FastText.load(path), or wordmill.KeyedVectors.load(path) for vectors alone",
    "models": "gensim's names are in wordmill.compat.gensim",
    "encode": "write wordmill.KeyedVectors.load(path).encode(texts)",
    "Vocabulary": "it is wordmill.Vocab",
    "plot_map": "write from wordmill.plots import plot_map",
    "plot_loss": "write from wordmill.plots import plot_loss",
    "evaluate": "write from wordmill.evaluation import evaluate_analogies, evaluate_pairs",
    "evaluate_analogies": "write from wordmill.evaluation import evaluate_analogies",
    "evaluate_pairs": "write from wordmill.evaluation import evaluate_pairs",
    "evaluate_categories": "write from wordmill.evaluation import evaluate_categories",
    "evaluate_outliers": "write from wordmill.evaluation import evaluate_outliers",
    "ParameterError": "write from wordmill.errors import ParameterError",
    "WordmillError": "write from wordmill.errors import WordmillError",
}

#: Models of other tools that are not here.
ABSENT_HERE = dict.fromkeys(("GloVe", "Glove"), "it is not there: wordmill.Word2Vec trains, and "
                            "wordmill.KeyedVectors reads the vectors of other tools")  # fmt: skip


def _ours(name: str, value: str) -> str:
    return f"write {name}={quoted(value)}"


def other_parameters() -> dict[str, str]:
    """Parameters of other tools whose value is the same here, and what to write."""
    return {name: f"here it is {ours}" for name, ours in _SAME.items()}


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
