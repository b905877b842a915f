"""Vectors of documents beside gensim's and beside means of words: what they tell, how alike the inferred ones are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from articles import Article, hold_out, read_articles, write_documents
from document_programs import DocumentJob
from harness import Measurement, Record, Setting
from markdown import table
from processes import ENVIRONMENT
from programs import program_build
from studies.cbow_sessions import SURE, difference

TITLE = "Documents"
SCRIPT = Path(__file__).parents[1] / "document_programs.py"
MOST_WORDS = 300
HELD_OUT = 0.3
Mode = Literal["dbow", "dm"]
Points = NDArray[np.float64]


@dataclass(frozen=True)
class Choice:
    """A program with a mode; of the word means there is one."""

    program: str
    mode: Mode = "dbow"
    train_words: bool = False
    alpha: float | None = None  # None: the program's own

    @property
    def name(self) -> str:
        """How it is called in tables."""
        if self.program == "word means":
            return "mean of words"
        return "dm" if self.mode == "dm" else "dbow with words" if self.train_words else "dbow"


OURS = [Choice("wordmill"), Choice("wordmill", train_words=True), Choice("wordmill", "dm"), Choice("word means")]
THEIRS = [
    Choice("gensim"),
    Choice("gensim", train_words=True),
    Choice("gensim", "dm"),
    Choice("gensim", "dm", alpha=0.05),
]
REFERENCE = THEIRS[1]


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each text: all programs on the same documents, for differences are of each document."""
    choices = [choice for choice in [*THEIRS, *OURS] if _is_installed(choice)]
    about = {"seeds": setting.turns, "builds": {name: program_build(name) for name in _programs(choices)}}
    if setting.articles is not None:
        articles = read_articles(setting.articles, 80 if setting.smoke else MOST_WORDS)
        articles = articles[:: len(articles) // 100 + 1] if setting.smoke else articles
        sizes = {"documents": len(articles), "tokens": sum(len(article.words) for article in articles)}
        key = {**_settings(setting, vector_size=100, epochs=20), **about, **sizes, "corpus": setting.articles.name}
        yield Measurement(key, partial(_classify, setting, articles, choices, key))
    if setting.documents is not None:
        words = [line.split() for line in setting.documents.read_text(encoding="utf-8").lower().splitlines()]
        sizes = {"documents": len(words), "tokens": sum(map(len, words))}
        key = {**_settings(setting, vector_size=50, epochs=40), **about, **sizes, "corpus": setting.documents.name}
        yield Measurement(key, partial(_find_again, setting, words, choices, key))


def _settings(setting: Setting, vector_size: int, epochs: int) -> Record:
    return {"D": 8 if setting.smoke else vector_size, "epochs": 2 if setting.smoke else epochs}


def _is_installed(choice: Choice) -> bool:
    try:
        return bool(_programs([choice]) and program_build(*_programs([choice])))
    except PackageNotFoundError:
        return False


def _programs(choices: Sequence[Choice]) -> list[str]:
    """Return the packages behind choices."""
    return [*dict.fromkeys("wordmill" if choice.program == "word means" else choice.program for choice in choices)]


def _classify(setting: Setting, articles: list[Article], choices: list[Choice], key: Record) -> Record:
    """Train on some articles, and tell by their vectors the subjects of the others."""
    subjects = np.array([article.subject for article in articles])
    runs: dict[Choice, list[Record]] = {choice: [] for choice in choices}
    words, others = [article.words for article in articles], hold_out(articles, HELD_OUT)
    parts = [[words[place] for place in np.flatnonzero(part)] for part in (~others, others)]
    for seed in range(1, setting.turns + 1):
        for choice in choices:
            vectors, facts = _run(setting, choice, seed, key, *parts)
            labels = subjects[~others], subjects[others]
            errors = {
                "error": _errors(vectors["trained"], vectors["others"], *labels),
                "error, all inferred": _errors(vectors["inferred"], vectors["others"], *labels),
            }
            runs[choice].append({**facts, **_likeness(vectors), "errors": errors})
    return {"rows": [_summary(choice, runs) for choice in choices]}


def _find_again(setting: Setting, words: list[list[str]], choices: list[Choice], key: Record) -> Record:
    """Train, and look how near each document is to its own inferred vector."""
    runs: dict[Choice, list[Record]] = {choice: [] for choice in choices if choice.program != "word means"}
    for seed in range(1, setting.turns + 1):
        for choice, done in runs.items():
            vectors, facts = _run(setting, choice, seed, key, words, None)
            done.append({**facts, **_likeness(vectors), "errors": {}})
    return {"rows": [_summary(choice, runs) for choice in runs]}


def _run(
    setting: Setting, choice: Choice, seed: int, key: Record, words: list[list[str]], others: list[list[str]] | None
) -> tuple[dict[str, NDArray[Any]], Record]:
    names = ("documents.txt", "others.txt", "job.json", "run.json", "vectors.npz")
    documents, more, *files = (setting.scratch / name for name in names)
    write_documents(words, documents)
    write_documents(others or [], more)
    job = DocumentJob(
        documents=str(documents),
        others=None if others is None else str(more),
        mode=choice.mode,
        train_words=choice.train_words,
        vector_size=key["D"],
        epochs=key["epochs"],
        seed=seed,
        alpha=choice.alpha,
    )
    files[0].write_text(json.dumps(asdict(job)), encoding="utf-8")
    command = [sys.executable, str(SCRIPT), choice.program, *map(str, files)]
    subprocess.run(command, env={**os.environ, **ENVIRONMENT, "PYTHONHASHSEED": "0"}, check=True)
    facts: Record = json.loads(files[1].read_text(encoding="utf-8"))
    inferred = len(words) + len(others or [])
    tokens = sum(map(len, words)) * job.epochs
    speeds = {"train": tokens / facts["train_seconds"] / 1e6, "infer": inferred / facts["infer_seconds"]}
    with np.load(files[2]) as arrays:
        return dict(arrays), speeds


def _errors(known: Points, others: Points, labels: NDArray[Any], right: NDArray[Any]) -> Points:
    """Return 100 for each of the others that a linear classifier, of the known ones, gets wrong; else 0."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2_000))
    return np.where(classifier.fit(known, labels).predict(others) == right, 0.0, 100.0)


def _likeness(vectors: dict[str, NDArray[Any]]) -> Record:
    """How near the trained vector of a document is to the inferred one."""
    trained, inferred = (_units(vectors[name]) for name in ("trained", "inferred"))
    similarities = inferred @ trained.T
    own = np.diagonal(similarities)
    return {
        "found": float(100 * np.mean(similarities.argmax(axis=1) == np.arange(len(own)))),
        "cosine": float(np.median(own)),
    }


def _units(vectors: NDArray[Any]) -> NDArray[Any]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1))


def _summary(choice: Choice, runs: dict[Choice, list[Record]]) -> Record:
    """Return means over the seeds; of errors also how far from gensim's, with the standard error."""
    own = runs[choice]
    row: Record = {"program": choice.program, "name": choice.name, "alpha": choice.alpha}
    row |= {name: float(np.mean([run[name] for run in own])) for name in ("train", "infer", "found", "cosine")}
    row["errors"] = {}
    for name in own[0]["errors"]:
        errors = np.stack([run["errors"][name] for run in own])
        row["errors"][name] = {"points": float(errors.mean())}
        if REFERENCE in runs:
            theirs = np.stack([run["errors"][name] for run in runs[REFERENCE]])
            row["errors"][name]["above_gensim"] = difference(errors, theirs)
    return row


def report(records: list[Record]) -> list[str]:
    """Errors, likeness and speeds: a table for each text."""
    lines: list[str] = []
    for record in records:
        sizes = f"{record['documents']:,} documents, {record['tokens']:,} tokens, {record['epochs']} epochs"
        errors = [*record["rows"][0]["errors"]]
        heading = ["", "alpha", *errors, "finds itself", "cosine", "M tokens/s", "documents/s inferred"]
        rows = [[*_name(row), *(_error(row, name) for name in errors), *_rest(row)] for row in record["rows"]]
        lines += [f"{record['corpus']}: {sizes}, D={record['D']}, {record['seeds']} seeds:", ""]
        lines += [*table(heading, rows, left=2), ""]
    return [
        *lines,
        "Error: per cent of held-out articles whose subject, one of 14, a linear classifier gets wrong that was",
        "trained on the trained vectors of the others (or on inferred ones); in brackets, how far above gensim's dbow",
        "with words, ± the 95 % interval. Finds itself: documents whose own trained vector is nearest to the inferred",
        "one; cosine: of both, the median. Speeds: of one thread's processor time.",
    ]


def _name(row: Record) -> list[str]:
    program = "wordmill" if row["program"] == "word means" else row["program"]
    return [f"{program}, {row['name']}", "its own" if row["alpha"] is None else f"{row['alpha']:g}"]


def _error(row: Record, name: str) -> str:
    error = row["errors"][name]
    if "above_gensim" not in error or (row["program"], row["name"]) == (REFERENCE.program, REFERENCE.name):
        return f"{error['points']:.1f}"
    above = error["above_gensim"]
    return f"{error['points']:.1f} ({above['mean']:+.1f} ± {SURE * above['standard_error']:.1f})"


def _rest(row: Record) -> list[str]:
    means = row["program"] == "word means"
    likeness = ["", ""] if means else [f"{row['found']:.1f} %", f"{row['cosine']:.2f}"]
    return [*likeness, f"{row['train']:.2f}", f"{row['infer']:,.0f}"]
