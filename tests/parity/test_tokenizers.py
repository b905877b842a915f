"""Parity (6): the core, Python and a tokenizer.json split texts the same, in all scripts."""

from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from wordmill.corpus import read_corpus
from wordmill.text import TokenizerName, tokenize
from wordmill.vectors.formats.tokenizer_json import write_tokenizer

#: Characters that this Python's Unicode knows: tokenizers may know newer ones.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cn", "Co"], exclude_characters="\0") | st.sampled_from(" \n.-'ΣİA")
)
SCRIPTS = [
    "Σίσυφος ΟΔΟΣ İIıi ǅ ﬀ ẞß",  # noqa: RUF001
    "한국어 위키백과, 우리 모두의 백과사전.",
    "עברית־שפה العربيّة ۱۲۳ ܣܘܪܝܝܐ ગુજરાતી ᏣᎳᎩ",
    "日本語　全角\u3000空白　ﾊﾝｶｸ 中文，標點。",  # noqa: RUF001
    "e\u0301 ก็ क्षि 👩‍👩‍👧 x²½№ⅷⓐ ‿_ \u200b\ufeff\u180e\x1c\x85\u2028.",
]


@pytest.mark.parametrize("lowercase", [False, True])
@pytest.mark.parametrize("tokenizer", get_args(TokenizerName))
@given(text=TEXTS)
@example(text=" ".join(SCRIPTS))
@settings(max_examples=200)
def test_three_ways_to_split(
    tmp_path_factory: pytest.TempPathFactory, tokenizer: TokenizerName, lowercase: bool, text: str
) -> None:
    folder = tmp_path_factory.mktemp("split")
    python = tokenize(text, tokenizer, lowercase=lowercase)
    keys = sorted({*python, "two", "words"})

    corpus = read_corpus([text, "two words"], min_count=1, tokenizer=tokenizer, lowercase=lowercase)
    assert sorted(map(str, corpus.vocab.keys)) == keys
    assert [corpus.vocab.keys[i] for i in corpus[0]] == python

    write_tokenizer(folder / "tokenizer.json", keys, tokenizer, lowercase=lowercase)
    assert split_by_json(folder / "tokenizer.json", text) == python


def split_by_json(path: Path, text: str) -> list[str]:
    """Keys that a tokenizer.json finds in a text, without the mark U+2581 before each."""
    encoding: Any = Tokenizer.from_file(str(path)).encode(text, add_special_tokens=False)
    return [token.removeprefix("\u2581") for token in encoding.tokens]
