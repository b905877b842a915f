from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill.explorer.search import KeySearch, by_frequency
from wordmill.vectors.keys import IntegerKeys, TextKeys

letters = st.text(st.sampled_from("aAbBßİé漢\0\n "), max_size=5)


@settings(max_examples=100)
@given(st.lists(letters, min_size=1, max_size=12, unique=True), letters, st.integers(1, 6), st.randoms())
def test_finds_what_a_walk_over_all_keys_finds(keys: list[str], text: str, most: int, random: object) -> None:
    counts = np.random.default_rng(len(text)).integers(0, 5, len(keys))
    order = by_frequency(counts)
    rows = range(len(keys)) if order is None else order.tolist()
    folded = {row: keys[row].casefold() for row in rows}
    begin = [row for row in rows if folded[row].startswith(text.casefold())]
    inside = [row for row in rows if text.casefold() in folded[row] and row not in begin]
    found = KeySearch(TextKeys(keys), order).find(text, most)
    assert len(found) == len(set(found)) == min(most, len(begin + inside))
    same = [row for row in found if folded[row] == text.casefold()]
    rest = [row for row in found if row not in same]
    assert found == same + rest  # the very text first
    assert rest == [row for row in begin + inside if row not in same][: len(rest)]


def test_integer_keys_are_found_by_their_digits() -> None:
    search = KeySearch(IntegerKeys(np.array([7, 70, -7, 171], np.int64)))
    assert search.find("7", 10) == [0, 1, 2, 3]
    assert search.find("-7", 10) == [2]
    assert search.find("9", 10) == []
    later = KeySearch(IntegerKeys(np.array([70, 71, 7], np.int64)))
    assert later.find("7", 2) == [2, 0]  # the very number first


def test_half_a_surrogate_pair_is_found_nowhere() -> None:
    assert KeySearch(TextKeys(["a", "\ufffd"])).find("\udcff", 5) == []
