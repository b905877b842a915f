"""Articles of Wikipedia with a subject each, which the first sentence gives away and is therefore left out.

The text is one paragraph a line, an article's title on a line of its own before its first paragraph. "X is a genus of
plants": the nouns of such a definition decide the subject, and articles of none or of several are passed over. So
labels are made by a program, right for nearly all articles, and what is learned of them are topics.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import zstandard
from numpy.typing import NDArray

from wordmill.text import tokenize

__all__ = ["SUBJECTS", "Article", "hold_out", "read_articles", "write_documents"]

SUBJECTS = {
    "biology": "species genus plant plants animal animals bird birds fish mammal tree insect dinosaur fruit breed",
    "chemistry": "element compound mineral chemical metal acid alloy gas molecule enzyme drug protein",
    "computing": "software computer protocol programming processor algorithm format microprocessor",
    "film and stage": "film actor actress filmmaker sitcom comedian screenwriter",
    "literature": "writer author novelist poet novel playwright essayist",
    "mathematics": "mathematician theorem mathematics mathematical",
    "music": "band singer musician composer album song guitarist singer-songwriter rapper subgenre instrument pianist",
    "physics and astronomy": "physicist constellation star planet astronomer asteroid galaxy moon particle physics",
    "place": "city town village municipality county river island lake province country mountain capital",
    "politics": "politician statesman president senator minister governor",
    "religion and philosophy": "philosopher theologian bishop saint pope philosophy religious religion theology",
    "ruler": "king emperor queen sultan pharaoh duke prince",
    "sport": "player footballer team sport league boxer cricketer wrestler baseball football game",
    "war": "battle war weapon aircraft tank ship general rifle missile submarine bomber",
}
FEWEST_WORDS = 50  # of a document

_SUBJECT_OF = {noun: subject for subject, nouns in SUBJECTS.items() for noun in nouns.split()}
_DEFINITION = re.compile(r"\b(?:is|was|are|were) (?:an?|the|one of the) ([^.;]{3,200})")
_WHAT_FOLLOWS = re.compile(
    r"\b(?:of|in|by|that|which|who|from|on|for|with|at|to|located|situated|used)\b|\(", re.IGNORECASE
)
_END_OF_SENTENCE = re.compile(r"(?<=[a-z)])\. ")


@dataclass(frozen=True)
class Article:
    """A document with its label."""

    title: str
    subject: str
    words: list[str]  # in lower case


def read_articles(path: Path, most_words: int) -> list[Article]:
    """Return the articles of a text, perhaps compressed, whose subject is told, each up to so many words."""
    data = path.read_bytes()
    if path.suffix == ".zst":
        data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    lines = data.decode().split("\n")
    edges = [*(place for place in range(len(lines) - 1) if _is_title(lines[place], lines[place + 1])), len(lines)]
    found = (_article(lines[begin], lines[begin + 1 : end], most_words) for begin, end in pairwise(edges))
    return [article for article in found if article is not None]


def hold_out(articles: Sequence[Article], share: float) -> NDArray[np.bool_]:
    """Return which articles are held out: of each subject this share, at random but always the same."""
    random = np.random.default_rng(1)
    subjects = np.array([article.subject for article in articles])
    held_out = np.zeros(len(articles), np.bool_)
    for subject in SUBJECTS:
        (places,) = np.nonzero(subjects == subject)
        held_out[random.permutation(places)[: round(share * len(places))]] = True
    return held_out


def write_documents(documents: Sequence[Sequence[str]], target: Path) -> None:
    """Write documents, one a line."""
    target.write_text("".join(" ".join(words) + "\n" for words in documents), encoding="utf-8", newline="\n")


def _is_title(line: str, following: str) -> bool:
    """Whether a line is short and no sentence, and the next one begins with a definition of it."""
    if not line.strip() or len(line) > 60 or line[-1] in ".!?:;," or len(following) <= 60:
        return False
    named = line.partition(" (")[0] in following[:200] or line.rsplit(maxsplit=1)[-1] in following[:200]
    return named and _DEFINITION.search(following[:400]) is not None


def _article(title: str, paragraphs: Sequence[str], most_words: int) -> Article | None:
    body = " ".join(paragraphs)
    subjects = set(_subjects(body[:500]))
    sentences = _END_OF_SENTENCE.split(body, maxsplit=1)
    words = tokenize(sentences[-1], "words", lowercase=True)[:most_words] if len(sentences) == 2 else []
    if len(subjects) != 1 or len(words) < FEWEST_WORDS:
        return None
    return Article(title, subjects.pop(), words)


def _subjects(beginning: str) -> Iterator[str]:
    definition = _DEFINITION.search(beginning)
    if definition is not None:
        what = _WHAT_FOLLOWS.split(definition[1])[0].lower()
        yield from (_SUBJECT_OF[noun] for noun in re.findall(r"[\w-]+", what) if noun in _SUBJECT_OF)
