"""Vectors of documents by each program, in a process of its own, on one thread.

python benchmarks/document_programs.py NAME JOB.json RUN.json VECTORS.npz
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from clock import Clock
from programs import peak_bytes

__all__ = ["PROGRAMS", "DocumentJob"]


@dataclass(frozen=True)
class DocumentJob:
    """What to train, and what to infer then; `alpha=None` is the program's own default."""

    documents: str  # a file, one a line
    others: str | None  # documents to infer that training does not see
    mode: Literal["dbow", "dm"]
    train_words: bool
    vector_size: int
    epochs: int
    seed: int
    alpha: float | None = None
    window: int = 5
    negative: int = 5
    sample: float = 1e-3
    min_count: int = 2

    def read(self) -> tuple[list[list[str]], list[list[str]]]:
        """Return the documents of both files as words."""
        return _lines(self.documents), [] if self.others is None else _lines(self.others)

    @property
    def settings(self) -> dict[str, Any]:
        """What all programs call alike."""
        names = ("vector_size", "window", "negative", "sample", "min_count", "epochs", "seed")
        return {name: getattr(self, name) for name in names} | ({} if self.alpha is None else {"alpha": self.alpha})


@dataclass
class Vectors:
    """Of the documents as they were trained; of the same and of the others as they are inferred, (n, D) each."""

    trained: NDArray[np.floating[Any]]
    inferred: NDArray[np.floating[Any]]
    others: NDArray[np.floating[Any]]
    train_seconds: float
    infer_seconds: float


def wordmill(job: DocumentJob) -> Vectors:
    """Infer all documents in one call."""
    from wordmill import Doc2Vec

    documents, others = job.read()
    model, clock = Doc2Vec(mode=job.mode, train_words=job.train_words, workers=1, **job.settings), Clock()
    model.fit(documents)
    train = clock.lap()
    inferred, more = model.infer(documents), model.infer(others)
    return Vectors(model.dv.vectors, inferred, more, train, clock.lap())


def word_means(job: DocumentJob) -> Vectors:
    """Take the mean of the vectors of a document's words, by skip-gram."""
    from wordmill import Word2Vec

    documents, others = job.read()
    model, clock = Word2Vec(workers=1, **job.settings), Clock()
    model.fit(documents)
    train = clock.lap()
    inferred, more = model.transform(documents), model.transform(others)
    return Vectors(inferred, inferred, more, train, clock.lap())


def gensim(job: DocumentJob) -> Vectors:
    """Infer a document a call, as gensim has it."""
    warnings.simplefilter("ignore")
    from gensim.models.doc2vec import Doc2Vec, TaggedDocument

    documents, others = job.read()
    tagged = [TaggedDocument(words, [number]) for number, words in enumerate(documents)]
    mode = {"dm": int(job.mode == "dm"), "dbow_words": int(job.train_words)}
    clock = Clock()
    model = Doc2Vec(tagged, hs=0, workers=1, **mode, **job.settings)
    train = clock.lap()
    inferred = np.array([model.infer_vector(words) for words in documents])
    more = np.array([model.infer_vector(words) for words in others]).reshape(-1, job.vector_size)
    return Vectors(model.dv.vectors, inferred, more, train, clock.lap())


def _lines(path: str) -> list[list[str]]:
    return [line.split() for line in Path(path).read_text(encoding="utf-8").splitlines()]


PROGRAMS: dict[str, Callable[[DocumentJob], Vectors]] = {
    "wordmill": wordmill,
    "word means": word_means,
    "gensim": gensim,
}

if __name__ == "__main__":
    asked = DocumentJob(**json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))
    made = PROGRAMS[sys.argv[1]](asked)
    np.savez(sys.argv[4], trained=made.trained, inferred=made.inferred, others=made.others)
    facts = {"train_seconds": made.train_seconds, "infer_seconds": made.infer_seconds, "peak_bytes": peak_bytes()}
    Path(sys.argv[3]).write_text(json.dumps(facts), encoding="utf-8")
