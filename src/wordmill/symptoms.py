"""What was read, looked at once: signs that it was cut in the wrong place, each with its cure. One at most is told.

Each bound lies between what real data of the two kinds measured (whitespace tokens; the first 50,000 distinct ones, and
the 50,000 most frequent keys of min_count 5):

    sign                          bound   where all is well                        where it is not
    tokens hold a `,` `;` or `|`  20 %    1.2 % (Markdown), 5 % (titles of films)  53 % (baskets), 51 to 100 % (tables)
    tokens end in one of these    40 %    17 % (Python), 13 % (Cherokee Bible)     54 to 100 % (baskets)
    keys that are another one     2 %     0.4 % (Penn Treebank), 0.1 % (Tanaka),   3.3 to 30 % (raw Wikipedia, 50 kB to
    with a final mark                     0 (text8, Syriac, items, walks)          20 MB), 5 % (Korean), 16 % (Cherokee)
    letters of a piece in a       6       1.3 (Tanaka, segmented), 2.7 (names      14 (Tanaka, its spaces removed)
    script without spaces                 in English text)
    tokens alone in a sequence    50 %    3 % (Belgian baskets)                    100 % (words given as documents)
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Literal
from unicodedata import category

import numpy as np
from numpy.typing import NDArray

from wordmill.foreign import quoted

__all__ = ["WORDS", "Form", "cells_uncut", "dirty_keys", "lonely", "not_prose", "without_spaces"]

WORDS = 50_000  # looked at: some tens of milliseconds
HELD, ENDING, DIRTY, PIECE, ALONE = 0.2, 0.4, 0.02, 6, 0.5
_FEWEST_DIRTY = 3
_REGULAR = 0.98  # of them have so many cells
_DELIMITERS = ",;|"
_NO_FINAL_MARKS = "#%&*/@\\"  # punctuation that belongs to what stands before it
#: Letters of scripts that are written without spaces: Thai, Lao, Tibetan, Myanmar, Khmer, kana, Han.
_SPACELESS = re.compile(
    "[\u0e01-\u0e2e\u0e81-\u0eae\u0f40-\u0f6c\u1000-\u102a\u1780-\u17b3\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_MARKUP = re.compile(r"\s*<(\?xml|!doctype|html|mediawiki|doc\b|tei)", re.IGNORECASE)

Form = Literal["lines", "documents", "lists"]


def not_prose(beginning: Sequence[str], *, cut: bool) -> str | None:
    """Recognise JSON, markup and, where no delimiter cut the lines, cells between tabs by their first lines."""
    lines = [line for line in beginning if line.strip()]
    if not lines:
        return None
    if all(map(_is_object, lines[:5])):
        return "its lines are JSON: pass a function that yields the text of each, such as json.loads(line)['text']"
    if _MARKUP.match(lines[0]):
        return "it is HTML or XML: extract its text first"
    tabs = sum(line.strip().count("\t") for line in lines)
    spaces = sum(cell.strip().count(" ") for line in lines for cell in line.split("\t"))
    if not cut and spaces and tabs > HELD * (spaces + tabs) and sum("\t" in line for line in lines) > len(lines) / 2:
        return "its lines are cells between tabs, and some hold spaces: " + _cut_at("\t")
    return None


def without_spaces(words: Sequence[str], counts: NDArray[np.int64]) -> str | None:
    """Recognise text without spaces between its words, by the pieces (n,) between white space and their counts."""
    letters = np.array([len(_SPACELESS.findall(word)) for word in words])
    pieces = int(counts[letters > 0].sum())
    if not pieces or pieces < HELD * counts.sum() or (letters * counts).sum() < PIECE * pieces:
        return None
    return (
        "it has no spaces between words, and so whole phrases became keys: give tokenizer= a function that segments "
        "it; the page 'Languages' of the guide has some"
    )


def cells_uncut(
    words: Sequence[str], counts: NDArray[np.int64], length: float, delimiter: str | None = None
) -> str | None:
    """Recognise cells between delimiters, by the pieces between white space.

    Parameters
    ----------
    words, counts
        Distinct pieces, (n,) how often each occurs.
    length
        Tokens of a line, document or list, in the mean.
    delimiter
        At what the lines were cut already.
    """
    total = max(1, int(counts.sum()))
    inner = max(1 - 1 / length, 0.25) * total  # tokens that another follows
    for mark in _DELIMITERS.replace(delimiter or " ", ""):
        held = [(word, int(count)) for word, count in zip(words, counts.tolist(), strict=True) if mark in word[1:-1]]
        share = sum(count for _, count in held) / total
        if share >= HELD:
            return _cells(held, share, mark, alone=length < 2)
        ending = sum(int(count) for word, count in zip(words, counts.tolist(), strict=True) if word[1:].endswith(mark))
        if ending >= ENDING * inner:
            return f"{ending / total:.0%} of its tokens end in {quoted(mark)}: {_cut_at(mark)}"
    return None


def lonely(alone: int, tokens: int, form: Form) -> str | None:
    """Recognise sequences that are mostly of one token, which has no context."""
    if alone < ALONE * tokens:
        return None
    what = {
        "lines": "lines of one token, and a line is a sequence: put what belongs together on one line",
        "documents": "strings of one word, and each string of a list is a document: pass words as one list, [words]",
        "lists": "lists of one key: put what belongs together into one list",
    }
    return f"{alone / tokens:.0%} of its tokens are alone, without a context, in {what[form]}"


def dirty_keys(keys: Iterable[object], *, lowercase: bool) -> str | None:
    """Recognise text whose punctuation is still on its words: keys that are another key with a final mark.

    Parameters
    ----------
    keys
        The most frequent first.
    lowercase
        Whether they were put in lower case.
    """
    looked_at = [key for key in islice(keys, WORDS) if isinstance(key, str)]
    known = set(looked_at)
    dirty = [key for key in looked_at if (bare := _bare(key)) != key and bare in known]
    if len(dirty) < max(_FEWEST_DIRTY, DIRTY * len(looked_at)):
        return None
    capital = sum(key != key.lower() and key.lower() in known for key in looked_at)
    cure = "tokenizer='words'" + ("" if lowercase or capital < DIRTY / 2 * len(looked_at) else " lowercase=True")
    share, examples = len(dirty) / len(looked_at), ", ".join(map(quoted, dirty[:2]))
    return f"{share:.0%} of its keys are another key with a final mark ({examples}): {cure} takes words alone"


def _cells(held: Sequence[tuple[str, int]], share: float, mark: str, *, alone: bool) -> str | None:
    """Recognise baskets, not a table, whose rows have one number of cells, nor keys of several parts (`dog|NN`)."""
    sizes = Counter(word.count(mark) + 1 for word, _ in held)
    cells, rows = sizes.most_common(1)[0]
    example = quoted(max(held, key=lambda pair: pair[1])[0])
    if rows >= _REGULAR * len(held) and not alone:
        return None
    if rows >= _REGULAR * len(held) and cells > 2:
        return (
            f"its lines are rows of {cells} cells between {quoted(mark)}, such as {example}: of a table pass the "
            f"column of items, grouped into lists; where a row is a basket, {_cut_at(mark)}"
        )
    return f"{share:.0%} of its tokens hold {quoted(mark)}, such as {example}: {_cut_at(mark)}"


def _cut_at(mark: str) -> str:
    return f"delimiter={quoted(mark)} takes what lies between"


def _bare(key: str) -> str:
    """Take final marks off a key, but for the last character that is left."""
    end = len(key)
    while end > 1 and category(key[end - 1]) in {"Po", "Pe", "Pf"} and key[end - 1] not in _NO_FINAL_MARKS:
        end -= 1
    return key[:end]


def _is_object(line: str) -> bool:
    try:
        return line.lstrip().startswith("{") and isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
