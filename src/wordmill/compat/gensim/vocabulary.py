"""gensim's ways to a vocabulary: a trim rule, and counts without a corpus."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Any

import numpy as np

from wordmill.compat.gensim.utils import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP
from wordmill.config import TrainConfig
from wordmill.corpus import EncodedCorpus, Vocab, read_corpus
from wordmill.corpus.recode import recode
from wordmill.corpus.resources import Resources
from wordmill.corpus.vocab import effective_min_count

__all__ = ["TrimRule", "corpus_of_counts", "corpus_of_vocab", "keep_known", "raw_counts", "read"]

TrimRule = Callable[[Any, int, int], int]  # word, count, min_count -> RULE_KEEP, RULE_DISCARD or RULE_DEFAULT


def keep_known(known: Container[Any], rule: TrimRule | None) -> TrimRule:
    """Return a rule that keeps known words, so that their counts add up, and leaves the others to a rule if any."""

    def decide(word: Any, count: int, min_count: int) -> int:
        if word in known:
            return RULE_KEEP
        return RULE_DEFAULT if rule is None else rule(word, count, min_count)

    return decide


def read(source: Any, trim_rule: TrimRule | None, config: TrainConfig, max_vocab_size: int | None) -> EncodedCorpus:
    """Read a corpus whose words `min_count` and `max_final_vocab` decide on, or a rule."""
    corpus = read_corpus(
        source,
        min_count=config.min_count if trim_rule is None else 1,
        max_final_vocab=config.max_final_vocab if trim_rule is None else None,
        resources=Resources(max_vocab_size=max_vocab_size) if max_vocab_size else None,
    )
    return corpus if trim_rule is None else recode(corpus, _trimmed(corpus.vocab, trim_rule, config))


def raw_counts(source: Any, max_vocab_size: int | None) -> tuple[dict[Any, int], EncodedCorpus]:
    """Count all words of a corpus."""
    corpus = read_corpus(
        source, min_count=1, resources=Resources(max_vocab_size=max_vocab_size) if max_vocab_size else None
    )
    return dict(zip(corpus.vocab, corpus.vocab.counts.tolist(), strict=True)), corpus


def corpus_of_counts(counts: Mapping[Any, int], trim_rule: TrimRule | None, config: TrainConfig) -> EncodedCorpus:
    """Return a corpus without tokens whose vocabulary has these counts."""
    keys: Any = list(counts)
    if keys and not isinstance(keys[0], str):
        keys = np.array(keys, np.int64)
    values = np.fromiter(counts.values(), np.int64)
    if trim_rule is None:
        vocab = Vocab.from_counts(keys, values, min_count=config.min_count, max_final_vocab=config.max_final_vocab)
    else:
        vocab = _trimmed(Vocab.from_counts(keys, values), trim_rule, config)
    return corpus_of_vocab(vocab)


def corpus_of_vocab(vocab: Vocab) -> EncodedCorpus:
    """Return a corpus without tokens."""
    return EncodedCorpus(vocab, np.zeros(0, np.int32), np.zeros(1, np.int64), tokens_read=0)


def _trimmed(vocab: Vocab, rule: TrimRule, config: TrainConfig) -> Vocab:
    """Keep the keys that the rule keeps, or leaves to `min_count`."""
    min_count = config.min_count
    if config.max_final_vocab is not None:
        min_count = effective_min_count(vocab.counts, min_count, config.max_final_vocab)
    verdicts = [rule(key, count, min_count) for key, count in zip(vocab, vocab.counts.tolist(), strict=True)]
    kept = [
        row
        for row, (verdict, count) in enumerate(zip(verdicts, vocab.counts.tolist(), strict=True))
        if verdict == RULE_KEEP or (verdict != RULE_DISCARD and count >= min_count)
    ]
    keys: Any = [vocab.keys[row] for row in kept] if isinstance(vocab.keys, list) else vocab.keys[kept]
    return Vocab(keys, vocab.counts[kept])
