"""Phrases, scores and joined texts are gensim's."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pytest

import wordmill as wm

pytestmark = pytest.mark.filterwarnings("default")
theirs = pytest.importorskip("gensim.models.phrases", reason="gensim is not installed: make test-interop")

Scoring = Literal["default", "npmi"]


def texts(seed: int) -> list[list[str]]:
    """Texts in which some words like each other's company."""
    random = np.random.default_rng(seed)
    words = [f"w{number}" for number in range(400)] + ["the", "of", "and"] * 20
    made: list[list[str]] = []
    for length in random.integers(0, 40, 500).tolist():
        text: list[str] = []
        while len(text) < length:
            word = int(random.zipf(1.2)) % 400
            text.append(f"w{word}")
            if random.random() < 0.3:
                text += [*random.choice(["of", "the"], int(random.integers(0, 3))), f"w{(word * 7 + 1) % 400}"]
            if random.random() < 0.2:
                text.append(str(random.choice(words)))
        made.append(text)
    return made


@pytest.mark.parametrize("connectors", [frozenset(), theirs.ENGLISH_CONNECTOR_WORDS], ids=["plain", "connectors"])
@pytest.mark.parametrize(("scoring", "threshold"), [("default", 0.5), ("default", 10.0), ("npmi", 0.1), ("npmi", 0.5)])
@pytest.mark.parametrize("min_count", [1, 4])
def test_phrases_scores_and_joined_texts_are_gensims(
    scoring: Scoring, threshold: float, min_count: int, connectors: frozenset[str]
) -> None:
    sentences = texts(min_count)
    options: dict[str, Any] = {"min_count": min_count, "threshold": threshold, "scoring": scoring}
    theirs_found = theirs.Phrases(sentences, connector_words=connectors, **options)
    found = wm.find_phrases(sentences, connectors=connectors, **options)
    assert dict(zip(found.keys, found.scores.tolist(), strict=True)) == theirs_found.export_phrases()
    corpus = found.join(sentences)
    joined = [[corpus.vocab.keys[token] for token in sequence] for sequence in corpus]
    assert joined == [theirs_found[sentence] for sentence in sentences]
    again = wm.find_phrases(corpus, connectors=connectors, **options)
    longer = theirs.Phrases(joined, connector_words=connectors, **options)
    assert {
        key: longer.score_candidate(parts[0], parts[-1], [*parts[1:-1]])[1] for key, parts in _parts(again)
    } == dict(zip(again.keys, again.scores.tolist(), strict=True))


def _parts(found: wm.Phrases) -> list[tuple[str, tuple[str, ...]]]:
    return [*zip(found.keys, found.tables[0].parts, strict=True)]


def test_connector_words_are_gensims() -> None:
    assert wm.corpus.phrases.ENGLISH_CONNECTORS == theirs.ENGLISH_CONNECTOR_WORDS
