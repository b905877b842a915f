"""The programs compared: each trains once, in a process of its own, and says what it did.

    python benchmarks/programs.py NAME JOB.json RUN.json VECTORS.npz

Read, train and save are timed apart where the program allows it; imports are outside every clock.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["PROGRAMS", "Job", "Run", "program_version"]


@dataclass(frozen=True)
class Job:
    """What to train: the same for every program. `alpha=None` is the program's own default."""

    corpus: str
    architecture: Literal["skipgram", "cbow"]
    vector_size: int
    threads: int
    epochs: int
    seed: int
    alpha: float | None
    window: int = 5
    negative: int = 5
    sample: float = 1e-3
    min_count: int = 5


@dataclass
class Run:
    """What came out.

    Attributes
    ----------
    read_seconds : counting words and, where the program does so, encoding the corpus; None: not separable from training
    train_seconds : all epochs; with reading where `read_seconds` is None
    save_seconds : writing the vectors in the program's own format
    tokens : tokens of the corpus that are in the vocabulary, times epochs
    trained : of these, the ones left after subsampling, as the program counts them; None: it does not say
    vocabulary : words with a vector
    peak_bytes : largest resident memory of the process; None where the system does not tell
    """

    read_seconds: float | None
    train_seconds: float
    save_seconds: float
    tokens: int | None
    trained: int | None
    vocabulary: int
    peak_bytes: int | None = None

    @property
    def job_seconds(self) -> float:
        """From text file to saved vectors."""
        return (self.read_seconds or 0.0) + self.train_seconds + self.save_seconds


Trained = tuple[Run, list[str], NDArray[np.float32]]


def train_wordmill(job: Job) -> Trained:
    """Train wordmill by its public estimator, on an encoded corpus."""
    from wordmill import Word2Vec
    from wordmill.corpus import read_corpus

    clock = Clock()
    corpus = read_corpus(Path(job.corpus), min_count=job.min_count)
    read = clock.lap()
    model = Word2Vec(
        architecture=job.architecture,
        vector_size=job.vector_size,
        workers=job.threads,
        epochs=job.epochs,
        seed=job.seed,
        alpha=job.alpha,
        window=job.window,
        negative=job.negative,
        sample=job.sample,
        min_count=job.min_count,
    )
    model.fit(corpus)
    train = clock.lap()
    with tempfile.TemporaryDirectory() as directory:
        model.save(Path(directory) / "model")
        save = clock.lap()
    trained = sum(epoch["centres"] + epoch["without_context"] for epoch in model.history)
    run = Run(read, train, save, sum(epoch["tokens"] for epoch in model.history), trained, len(model.wv.keys))
    return run, list(model.wv.keys), model.wv.vectors


def train_gensim(job: Job) -> Trained:
    """Train gensim on `corpus_file`, its fastest input."""
    from gensim.models import Word2Vec

    clock = Clock()
    model = Word2Vec(
        sg=int(job.architecture == "skipgram"),
        vector_size=job.vector_size,
        workers=job.threads,
        epochs=job.epochs,
        seed=job.seed,
        window=job.window,
        negative=job.negative,
        sample=job.sample,
        min_count=job.min_count,
        **({} if job.alpha is None else {"alpha": job.alpha}),
    )
    model.build_vocab(corpus_file=job.corpus)
    read = clock.lap()
    trained, raw = model.train(
        corpus_file=job.corpus, total_words=model.corpus_total_words, epochs=job.epochs, report_delay=1e9
    )
    train = clock.lap()
    with tempfile.TemporaryDirectory() as directory:
        model.wv.save(str(Path(directory) / "model.kv"))
        save = clock.lap()
    in_vocabulary = sum(model.wv.get_vecattr(key, "count") for key in model.wv.index_to_key) * job.epochs
    if raw != model.corpus_total_words * job.epochs:
        print(f"gensim trained on {raw:,} words of {model.corpus_total_words * job.epochs:,}", file=sys.stderr)
    return (
        Run(read, train, save, int(in_vocabulary), int(trained), len(model.wv)),
        model.wv.index_to_key,
        model.wv.vectors,
    )


def train_fasttext(job: Job) -> Trained:
    """Train fastText without subwords: its word2vec. One call reads and trains, and its seed is fixed."""
    import fasttext

    clock = Clock()
    model = fasttext.train_unsupervised(
        job.corpus,
        model="skipgram" if job.architecture == "skipgram" else "cbow",
        dim=job.vector_size,
        thread=job.threads,
        epoch=job.epochs,
        ws=job.window,
        neg=job.negative,
        t=job.sample,
        minCount=job.min_count,
        minn=0,
        maxn=0,
        loss="ns",
        verbose=0,
        **({} if job.alpha is None else {"lr": job.alpha}),
    )
    train = clock.lap()
    with tempfile.TemporaryDirectory() as directory:
        model.save_model(str(Path(directory) / "model.bin"))
        save = clock.lap()
    words, counts = model.get_words(include_freq=True)
    matrix = model.get_input_matrix()[: len(words)]
    rows = [row for row, word in enumerate(words) if word != "</s>"]  # its end of line
    run = Run(None, train, save, int(counts[rows].sum()) * job.epochs, None, len(rows))
    return run, [words[row] for row in rows], matrix[rows]


PROGRAMS: dict[str, Callable[[Job], Trained]] = {
    "wordmill": train_wordmill,
    "gensim": train_gensim,
    "fasttext": train_fasttext,
}
_DISTRIBUTIONS = {"wordmill": "wordmill", "gensim": "gensim", "fasttext": "fasttext-wheel"}


def program_version(name: str) -> str:
    """Version of the installed program; `PackageNotFoundError` where it is not installed."""
    return version(_DISTRIBUTIONS[name])


class Clock:
    """Seconds between laps."""

    def __init__(self) -> None:
        self._last = time.perf_counter()

    def lap(self) -> float:
        """Seconds since the last lap."""
        now = time.perf_counter()
        seconds, self._last = now - self._last, now
        return seconds


def peak_bytes() -> int | None:
    """Largest resident memory of this process so far."""
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss of Linux starts from the parent's
        line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return None


def main(name: str, job_path: str, run_path: str, vectors_path: str) -> None:
    job = Job(**json.loads(Path(job_path).read_text(encoding="utf-8")))
    run, keys, matrix = PROGRAMS[name](job)
    run.peak_bytes = peak_bytes()
    np.savez(vectors_path, keys=np.array(keys), vectors=np.asarray(matrix, dtype=np.float32))
    record: dict[str, Any] = {**asdict(run), "job_seconds": run.job_seconds, "pid": os.getpid()}
    Path(run_path).write_text(json.dumps(record), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
