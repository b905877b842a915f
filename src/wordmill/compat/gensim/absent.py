"""What gensim has and this face has not: asking for it is an error that says so and names the cure."""

from __future__ import annotations

import inspect
from typing import NoReturn

from wordmill.foreign import quoted

__all__ = [
    "DOC2VEC",
    "KEYED_VECTORS",
    "MODELS",
    "MODULES",
    "PARTS",
    "PHRASES",
    "UTILS",
    "WORD2VEC",
    "absent_module",
    "no_attribute",
    "no_name",
    "raise_own_error",
]

_INNER = "it is a part of gensim's inside"
_OTHER_MODEL = "only gensim's vectors of words and documents are here"

#: Public names of gensim's `Word2Vec`, and why they are not here or what to use.
WORD2VEC = {
    "add_lifecycle_event": _INNER + "; keep a log with wordmill.LogFile",
    "add_null_word": "there is no null word",
    "cum_table": _INNER + "; noise is drawn from an alias table",
    "effective_min_count": "it is the least count that is left, that of model.wv.index_to_key[-1]",
    "iter": "gensim 4 calls it epochs",
    "lifecycle_events": _INNER + "; keep a log with wordmill.LogFile",
    "min_alpha_yet_reached": _INNER,
    "random": _INNER + "; all draws depend on seed",
    "seeded_vector": _INNER,
    "size": "gensim 4 calls it vector_size",
    "vocabulary": "gensim 4 has it no more; counts are model.wv.get_vecattr(key, 'count')",
}

#: The same of its `KeyedVectors`.
KEYED_VECTORS = {
    "add_lifecycle_event": _INNER,
    "allocate_vecattrs": "the only attribute of a key is its count",
    "index2entity": "gensim 4 calls it index_to_key",
    "index2word": "gensim 4 calls it index_to_key",
    "log_accuracy": _INNER,
    "log_evaluate_word_pairs": _INNER,
    "mapfile_path": _INNER,
    "next_index": "keys have their rows at once; len(kv) is how many there are",
    "resize_vectors": "vectors have the size of their keys; add_vectors adds more",
    "similarity_unseen_docs": "Doc2Vec has it",
    "vectors_norm": "gensim 4 calls it get_normed_vectors()",
    "vocab": "gensim 4 calls it key_to_index; counts are get_vecattr(key, 'count')",
    "wmdistance": "Word Mover's Distance is not there yet: give the vectors to the package POT",
}

#: The same of its `FastText`, and of its vectors.
FASTTEXT = WORD2VEC | {
    "load_binary_data": _INNER + "; call load_facebook_model",
    "load_fasttext_format": "gensim 4 calls it load_facebook_model",
}
FASTTEXT_VECTORS = KEYED_VECTORS | {
    "buckets_word": "the command wordmill subwords shows the n-grams of a word, and their buckets",
    "compatible_hash": "n-grams always hash as fastText's do",
    "init_post_load": _INNER + "; call load_facebook_vectors",
}

#: The same of its `Doc2Vec`.
DOC2VEC = WORD2VEC | {
    "infer": "gensim calls it infer_vector; wordmill.Doc2Vec infers many documents at once",
    "vectors_docs": "gensim 4 calls it dv.vectors",
}

#: The same of its `Phrases` and `FrozenPhrases`, and of their module.
PHRASES = {
    "add_lifecycle_event": _INNER,
    "lifecycle_events": _INNER,
    "common_terms": "gensim 4 calls it connector_words",
    "phrasegrams": "freeze() returns FrozenPhrases, which has them; export_phrases() the same",
    "learn_vocab": "gensim 4 has it no more; call add_vocab",
    "pseudocorpus": "gensim 4 has it no more",
}

#: The same of its `models`, of gensim itself, and of its `utils`.
MODELS = dict.fromkeys(
    ["AuthorTopicModel", "CoherenceModel", "HdpModel", "LdaModel", "LdaMulticore", "LsiModel", "Nmf",
     "RpModel", "TfidfModel", "ldamodel", "tfidfmodel"],
    _OTHER_MODEL,
)  # fmt: skip
PARTS = {
    "corpora": _OTHER_MODEL,
    "downloader": "nothing is downloaded here: give the path of a file to KeyedVectors.load",
    "interfaces": _OTHER_MODEL,
    "matutils": _OTHER_MODEL,
    "parsing": "read_corpus(tokenizer=, lowercase=) cuts texts; utils.simple_preprocess is here",
    "similarities": "for an approximate index use model.wv.wrapped.build_index()",
    "test": "its texts are gensim's own",
    "topic_coherence": _OTHER_MODEL,
}
UTILS = dict.fromkeys(
    ["any2unicode", "any2utf8", "save_as_line_sentence", "simple_tokenize", "to_unicode", "to_utf8", "tokenize"],
    "here are simple_preprocess and deaccent; texts are Python's str",
)


#: Of its modules `models.word2vec`, `models.keyedvectors` and `models.fasttext`: what they have beside the classes.
MODULES = {
    "BaseKeyedVectors": "gensim 4 has KeyedVectors alone",
    "CT_VOCAB_SIZE": _INNER,
    "CORPUSFILE_VERSION": _INNER,
    "Doc2VecKeyedVectors": "gensim 4 has KeyedVectors alone",
    "Doc2VecTrainables": "gensim 4 has it no more: its attributes are those of the model",
    "Doc2VecVocab": "gensim 4 has it no more: its attributes are those of the model",
    "Doctag": "gensim 4 has it no more; rows of tags are model.dv.get_index(tag)",
    "LabeledSentence": "gensim 4 calls it TaggedDocument",
    "TaggedBrownCorpus": "give Doc2Vec a list of TaggedDocument",
    "EuclideanKeyedVectors": "gensim 4 has KeyedVectors alone",
    "Vocab": "gensim 4 has it no more; counts are model.wv.get_vecattr(key, 'count')",
    "Word2VecTrainables": "gensim 4 has it no more: its attributes are those of the model",
    "Word2VecVocab": "gensim 4 has it no more: its attributes are those of the model",
    "Callback": _OTHER_MODEL,
    "CoherenceMetric": _OTHER_MODEL,
    "ConvergenceMetric": _OTHER_MODEL,
    "DiffMetric": _OTHER_MODEL,
    "Metric": _OTHER_MODEL,
    "PerplexityMetric": _OTHER_MODEL,
    "BrownCorpus": "give wordmill a list of lists of words",
    "FastTextTrainables": "gensim 4 has it no more: its attributes are those of the model",
    "FastTextVocab": "gensim 4 has it no more: its attributes are those of the model",
    "Heapitem": _INNER,
    "compute_ngrams": _INNER + "; the command wordmill subwords shows them",
    "compute_ngrams_bytes": _INNER + "; the command wordmill subwords shows them",
    "ft_hash_bytes": _INNER,
    "ft_ngram_hashes": _INNER + "; the command wordmill subwords shows them",
    "load_word2vec_format": "it is a method: KeyedVectors.load_word2vec_format",
    "prep_vectors": _INNER,
    "pseudorandom_weak_vector": _INNER,
    "score_cbow_pair": _INNER,
    "score_sg_pair": _INNER,
    "train_batch_cbow": _INNER,
    "train_batch_sg": _INNER,
    "train_cbow_pair": _INNER,
    "train_sg_pair": _INNER,
}


def absent_module(name: str) -> str:
    """Message for a module of gensim, by its name inside gensim, that is not here."""
    place, _, last = name.rpartition(".")
    reasons = MODELS if place == "models" else PARTS
    why = reasons.get(last) or reasons.get(name.partition(".")[0]) or _OTHER_MODEL
    return f"gensim's module {quoted(name)} is not in wordmill.compat.gensim: {why}"


def no_name(module: str, name: str, absent: dict[str, str]) -> NoReturn:
    """Raise the error for a name that a module of gensim has and ours has not: so `from ... import` says why, too."""
    if name in absent:
        raise ImportError(f"gensim's {name} is not in wordmill.{module}: {absent[name]}")
    raise AttributeError(f"module 'wordmill.{module}' has no attribute {quoted(name)}")


def raise_own_error(model: object, name: str) -> None:
    """Raise the `AttributeError` of what a class has again: Python forgets it, and asks `__getattr__`."""
    found = inspect.getattr_static(type(model), name, None)
    if hasattr(found, "__get__"):
        found.__get__(model, type(model))


def no_attribute(kind: str, name: str, absent: dict[str, str]) -> NoReturn:
    """Raise the error for an attribute that is not there."""
    if name in absent:
        raise AttributeError(f"gensim's {kind}.{name} is not in wordmill.compat.gensim: {absent[name]}")
    raise AttributeError(f"{kind} has no attribute {quoted(name)}")
