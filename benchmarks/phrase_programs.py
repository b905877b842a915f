"""Phrases by each program, in a process of its own, on one thread.

python benchmarks/phrase_programs.py NAME TEXT RUN.json
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clock import Clock
from programs import peak_bytes

__all__ = ["PROGRAMS"]

MIN_COUNT, THRESHOLD = 5, 10.0


def wordmill(text: Path) -> dict[str, Any]:
    """Read, find and join by the core."""
    from wordmill import find_phrases, read_corpus
    from wordmill.corpus import Resources

    clock, resources = Clock(), Resources(threads=1)
    corpus = read_corpus(text, min_count=1, resources=resources)
    read = clock.lap()
    found = find_phrases(corpus, min_count=MIN_COUNT, threshold=THRESHOLD, resources=resources)
    learn = clock.lap()
    joined = found.join(corpus, resources=resources)
    apply = clock.lap()
    tokens = {"tokens": len(corpus.ids), "joined_tokens": len(joined.ids)}
    return {"read_seconds": read, "learn_seconds": learn, "apply_seconds": apply, "phrases": len(found), **tokens}


def gensim(text: Path) -> dict[str, Any]:
    """Learn from lines as they are read, freeze, and join lines as they are read; their splitting counts as reading."""
    warnings.simplefilter("ignore")
    from gensim.models.phrases import Phrases
    from gensim.models.word2vec import LineSentence

    lines = LineSentence(str(text), max_sentence_length=2**40)
    clock = Clock()
    tokens = sum(map(len, lines))
    read = clock.lap()
    found = Phrases(lines, min_count=MIN_COUNT, threshold=THRESHOLD)
    learn = clock.lap() - read
    frozen = found.freeze()
    joined = sum(map(len, frozen[lines]))
    apply = clock.lap() - read
    return {
        "read_seconds": read,
        "learn_seconds": learn,
        "apply_seconds": apply,
        "phrases": len(frozen.phrasegrams),
        "tokens": tokens,
        "joined_tokens": joined,
    }


PROGRAMS: dict[str, Callable[[Path], dict[str, Any]]] = {"wordmill": wordmill, "gensim": gensim}

if __name__ == "__main__":
    run = PROGRAMS[sys.argv[1]](Path(sys.argv[2]))
    Path(sys.argv[3]).write_text(json.dumps({**run, "peak_bytes": peak_bytes()}), encoding="utf-8")
