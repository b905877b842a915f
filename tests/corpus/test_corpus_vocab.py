"""Vocab: order, thresholds, keep probabilities."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordmill.corpus import Vocab
from wordmill.errors import MissingKeyError, ParameterError, VocabularyError

COUNTS = Counter({"b": 3, "a": 3, "ß": 3, "c": 7, "d": 1, "😀": 1, "\uffff": 1})


def vocab(counts: dict[str, int], **thresholds: int) -> Vocab:
    return Vocab.from_counts(list(counts), np.array(list(counts.values())), **thresholds)


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 4), min_size=2))
def test_order_is_falling_count_then_bytes(counts: dict[str, int]) -> None:
    expected = sorted(counts, key=lambda key: (-counts[key], key.encode("utf-8", "surrogatepass")))
    made = vocab(counts)
    assert made.keys == expected
    assert made.counts.tolist() == [counts[key] for key in expected]
    assert [made[key] for key in expected] == list(range(len(expected)))


@given(st.dictionaries(st.integers(-(2**63), 2**63 - 1), st.integers(1, 4), min_size=2))
def test_order_of_integers_is_falling_count_then_value(counts: dict[int, int]) -> None:
    made = Vocab.from_counts(np.array(list(counts), dtype=np.int64), np.array(list(counts.values())))
    assert made.kind == "int"
    assert list(made) == sorted(counts, key=lambda key: (-counts[key], key))


@given(
    st.dictionaries(st.text(max_size=2), st.integers(1, 6), min_size=2),
    st.integers(1, 7),
    st.none() | st.integers(2, 9),
)
def test_thresholds_keep_what_they_promise(counts: dict[str, int], min_count: int, most: int | None) -> None:
    """Never more than `max_final_vocab`, and equal counts stay or go together."""
    try:
        made = vocab(counts, min_count=min_count, max_final_vocab=most)  # type: ignore[arg-type]
    except VocabularyError:
        frequent = sorted((count for count in counts.values() if count >= min_count), reverse=True)
        assert len(frequent) < 2 or (most is not None and frequent[1:2] == frequent[most : most + 1])
        return
    threshold = int(made.counts[-1])
    assert threshold >= min_count
    assert set(made.keys) == {key for key, count in counts.items() if count >= threshold}
    assert most is None or len(made) <= most
    larger = [count for count in counts.values() if min_count <= count < threshold]
    if larger:  # what was left out would have been too much
        assert most is not None
        assert sum(count >= max(larger) for count in counts.values()) > most


def test_what_a_vocab_is() -> None:
    made = vocab(COUNTS)
    assert made.keys == ["c", "a", "b", "ß", "d", "\uffff", "😀"]
    assert (len(made), made.total, made.kind) == (7, 19, "str")
    assert "a" in made
    assert "x" not in made
    assert 7 not in made
    assert made.key_to_index["c"] == 0
    assert made == vocab(COUNTS)
    assert made != vocab(COUNTS, min_count=2)
    assert made != "a vocab"
    assert repr(made) == "Vocab(7 str keys, 19 tokens)"
    with pytest.raises(MissingKeyError, match="'x' is not among the 7 keys"):
        made["x"]
    with pytest.raises(TypeError):
        made.key_to_index["x"] = 9


@pytest.mark.parametrize(
    ("thresholds", "message"),
    [
        ({"min_count": 4}, "min_count=4 leaves 1 key: 19 tokens, 7 distinct, .* 7 times; min_count=3 would keep 4"),
        ({"min_count": 99}, "min_count=99 leaves 0 keys"),
        ({"max_final_vocab": 3}, "max_final_vocab=3 leaves 1 key: 4 keys .* max_final_vocab=4 would work"),
    ],
)
def test_too_few_keys(thresholds: dict[str, int], message: str) -> None:
    with pytest.raises(VocabularyError, match=message):
        vocab(COUNTS, **thresholds)


def test_the_advice_works() -> None:
    assert len(vocab(COUNTS, min_count=3)) == 4
    assert len(vocab(COUNTS, max_final_vocab=4)) == 4


def test_one_key_is_no_vocabulary() -> None:
    with pytest.raises(VocabularyError, match="1 distinct key in 9 tokens: training needs at least 2"):
        vocab({"only": 9})


def test_bounds() -> None:
    for thresholds in ({"min_count": 0}, {"max_final_vocab": 1}):
        with pytest.raises(ParameterError, match="at least"):
            vocab(COUNTS, **thresholds)


def test_constructor_checks() -> None:
    with pytest.raises(VocabularyError, match="counts rise"):
        Vocab(["a", "b"], np.array([1, 2]))
    with pytest.raises(VocabularyError, match="2 keys but counts of shape"):
        Vocab(["a", "b"], np.array([1]))
    with pytest.raises(VocabularyError, match="type float64"):
        Vocab(np.array([1.5, 2.5]), np.array([1, 1]))


def test_keep_probabilities() -> None:
    made = vocab({"a": 900, "b": 90, "c": 10})
    share = made.counts / 1000
    expected = np.minimum(1, np.sqrt(0.01 / share) + 0.01 / share)
    np.testing.assert_allclose(made.keep_probabilities(0.01), expected, rtol=1e-15)
    assert expected[0] < expected[1] < expected[2] == 1
    assert made.keep_probabilities(0).tolist() == [1, 1, 1]
    for sample in (-1, float("nan"), float("inf")):
        with pytest.raises(ParameterError, match="sample="):
            made.keep_probabilities(sample)
