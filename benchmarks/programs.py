"""The programs compared: each trains once, in a process of its own, and says what it did.

    python benchmarks/programs.py NAME JOB.json RUN.json VECTORS.npz

Read, train and save are timed apart where the program allows it; imports are outside every clock.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["PROGRAMS", "Job", "Run", "peak_bytes", "program_build", "program_version"]


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
    objective: Literal["negative_sampling", "hierarchical_softmax"] = "negative_sampling"
    subwords: tuple[int, int] | None = None
    buckets: int = 2_000_000
    ns_exponent: float = 0.75  # fastText's is always 0.5
    further_words: str | None = None  # a file of words whose vectors are wanted too, if the program makes them
    cbow_update: Literal["mean", "sqrt", "word2vec"] | None = None  # of wordmill; None: its own default
    deterministic: bool = False  # of wordmill

    @property
    def unseen(self) -> list[str]:
        """Words that vectors are wanted of, besides those of the vocabulary."""
        return [] if self.further_words is None else Path(self.further_words).read_text(encoding="utf-8").split()


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
    epoch_seconds : of `train_seconds`, those inside the epochs, by the program's own clock; None: it does not say
    peak_bytes : largest resident memory of the process; None where the system does not tell
    """

    read_seconds: float | None
    train_seconds: float
    save_seconds: float
    tokens: int | None
    trained: int | None
    vocabulary: int
    epoch_seconds: float | None = None
    peak_bytes: int | None = None

    @property
    def job_seconds(self) -> float:
        """From text file to saved vectors."""
        return (self.read_seconds or 0.0) + self.train_seconds + self.save_seconds


@dataclass
class Trained:
    """A run, and its vectors; `further` holds those of words that the corpus does not have."""

    run: Run
    keys: list[str]
    vectors: NDArray[np.float32]
    further: dict[str, NDArray[np.float32]] = field(default_factory=dict)


def train_wordmill(job: Job, ready: Callable[[], object] = lambda: None) -> Trained:
    """Train wordmill by its public estimator, on an encoded corpus; `ready` is called before training."""
    from wordmill import TrainConfig, Word2Vec, read_corpus
    from wordmill.errors import MissingKeyError

    clock = Clock()
    corpus = read_corpus(Path(job.corpus), min_count=job.min_count)
    read = clock.lap()
    ready()
    clock.lap()
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
        objective=job.objective,
        subwords=job.subwords,
        buckets=job.buckets,
        ns_exponent=job.ns_exponent,
        cbow_update=job.cbow_update or TrainConfig().cbow_update,
        deterministic=job.deterministic,
    )
    model.fit(corpus)
    train = clock.lap()
    with tempfile.TemporaryDirectory() as directory:
        model.save(Path(directory) / "model")
        save = clock.lap()
    trained = sum(epoch["centres"] + epoch["without_context"] for epoch in model.history)
    tokens, seconds = (sum(epoch[name] for epoch in model.history) for name in ("tokens", "seconds"))
    run = Run(read, train, save, tokens, trained, len(model.wv.keys), seconds)
    further = {}
    for word in job.unseen:
        if word not in model.wv:
            with suppress(MissingKeyError):  # none of its n-grams was seen
                further[word] = model.wv[word]
    return Trained(run, list(model.wv.keys), model.wv.vectors, further)


def train_avx2(job: Job) -> Trained:
    """Train wordmill as it runs on processors without AVX-512."""
    os.environ["WORDMILL_ISA"] = "avx2"
    return train_wordmill(job)


def train_processes(job: Job) -> Trained:
    """Train an independent wordmill of one thread for each thread of the job, side by side: what threads can reach.

    Each trains the whole corpus, so that tokens add up; seconds are those of the slowest. No vectors come out.
    """
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(job.threads) as pool:
        barrier = manager.Barrier(job.threads, timeout=600)
        jobs = [(replace(job, threads=1, seed=job.seed + place), barrier) for place in range(job.threads)]
        runs = pool.starmap(_train_beside, jobs, chunksize=1)
    slowest: dict[str, Any] = {
        name: max(getattr(run, name) for run in runs)
        for name in ("read_seconds", "train_seconds", "save_seconds", "epoch_seconds", "vocabulary")
    }
    summed: dict[str, Any] = {
        name: sum(getattr(run, name) or 0 for run in runs) for name in ("tokens", "trained", "peak_bytes")
    }
    return Trained(Run(**slowest, **summed), [], np.empty((0, job.vector_size), np.float32))


def _train_beside(job: Job, barrier: threading.Barrier) -> Run:
    run = train_wordmill(job, barrier.wait).run
    run.peak_bytes = peak_bytes()
    return run


def train_gensim(job: Job) -> Trained:
    """Train gensim on `corpus_file`, its fastest input."""
    from gensim.models import FastText, Word2Vec

    if job.subwords is None:
        kind, subwords = Word2Vec, {}
    else:
        shortest, longest = job.subwords
        kind, subwords = FastText, {"min_n": shortest, "max_n": longest, "bucket": job.buckets}
    tree = job.objective == "hierarchical_softmax"
    clock = Clock()
    model = kind(
        sg=int(job.architecture == "skipgram"),
        vector_size=job.vector_size,
        workers=job.threads,
        epochs=job.epochs,
        seed=job.seed,
        window=job.window,
        hs=int(tree),
        negative=0 if tree else job.negative,
        ns_exponent=job.ns_exponent,
        sample=job.sample,
        min_count=job.min_count,
        **subwords,
        **({} if job.alpha is None else {"alpha": job.alpha}),
    )
    model.build_vocab(corpus_file=job.corpus)
    read = clock.lap()
    trained, raw = model.train(
        corpus_file=job.corpus,
        total_examples=model.corpus_count,
        total_words=model.corpus_total_words,
        epochs=job.epochs,
        report_delay=1e9,
    )
    train = clock.lap()
    with tempfile.TemporaryDirectory() as directory:
        model.wv.save(str(Path(directory) / "model.kv"))
        save = clock.lap()
    in_vocabulary = sum(model.wv.get_vecattr(key, "count") for key in model.wv.index_to_key) * job.epochs
    if raw != model.corpus_total_words * job.epochs:
        print(f"gensim trained on {raw:,} words of {model.corpus_total_words * job.epochs:,}", file=sys.stderr)
    run = Run(read, train, save, int(in_vocabulary), int(trained), len(model.wv))
    unseen = job.unseen if job.subwords else []
    further = {word: model.wv[word] for word in unseen if word not in model.wv.key_to_index}
    return Trained(run, model.wv.index_to_key, model.wv.vectors, further)


def train_fasttext(job: Job) -> Trained:
    """Train fastText, in one call that reads and trains; the older of its packages have a fixed seed."""
    import fasttext

    shortest, longest = job.subwords or (0, 0)
    if "seed" in fasttext.FastText.unsupervised_default:  # what it trains with, and its function takes no seed
        fasttext.FastText.unsupervised_default["seed"] = job.seed
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
        minn=shortest,
        maxn=longest,
        bucket=job.buckets if longest else 0,
        loss="ns" if job.objective == "negative_sampling" else "hs",
        verbose=0,
        **({} if job.alpha is None else {"lr": job.alpha}),
    )
    train = clock.lap()
    with tempfile.TemporaryDirectory() as directory:
        model.save_model(str(Path(directory) / "model.bin"))
        save = clock.lap()
    words, counts = model.get_words(include_freq=True)
    rows = [row for row, word in enumerate(words) if word != "</s>"]  # its end of line
    run = Run(None, train, save, int(counts[rows].sum()) * job.epochs, None, len(rows))
    keys = [words[row] for row in rows]
    unseen = set(job.unseen if longest else []) - set(keys)
    vectors = np.stack([model.get_word_vector(word) for word in keys])
    return Trained(run, keys, vectors, {word: model.get_word_vector(word) for word in sorted(unseen)})


PROGRAMS: dict[str, Callable[[Job], Trained]] = {
    "wordmill": train_wordmill,
    "wordmill-avx2": train_avx2,
    "wordmill-processes": train_processes,
    "gensim": train_gensim,
    "fasttext": train_fasttext,
}
_DISTRIBUTIONS = {"fasttext": ("fasttext-community", "fasttext-wheel")}


def program_version(name: str) -> str:
    """Version of the installed program; `PackageNotFoundError` where it is not installed."""
    program = name.partition("-")[0]
    *others, last = _DISTRIBUTIONS.get(program, (program,))
    for distribution in others:
        with suppress(PackageNotFoundError):
            return f"{version(distribution)} ({distribution})"
    return version(last)


def program_build(name: str) -> str:
    """Tell one build of a program from another: of wordmill by a hash of all that trains, else by the version."""
    if not name.startswith("wordmill"):
        return program_version(name)
    from wordmill import training
    from wordmill.core import core

    sources = sorted(Path(training.__path__[0]).rglob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in [Path(core.__file__), *sources]))
    return f"{program_version(name)}+{digest.hexdigest()[:12]}"


class Clock:
    """Seconds between laps."""

    def __init__(self) -> None:
        self._last = time.perf_counter()

    def lap(self) -> float:
        """Seconds since the last lap."""
        now = time.perf_counter()
        seconds, self._last = now - self._last, now
        return seconds


def peak_bytes(pid: int | Literal["self"] = "self") -> int | None:
    """Largest resident memory of a process so far; None where the system does not tell, or the process is over."""
    if sys.platform == "darwin" and pid == "self":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:  # not ru_maxrss of Linux: it starts from the parent's
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")), None)


def main(name: str, job_path: str, run_path: str, vectors_path: str) -> None:
    job = Job(**json.loads(Path(job_path).read_text(encoding="utf-8")))
    trained = PROGRAMS[name](job)
    run = trained.run
    run.peak_bytes = run.peak_bytes or peak_bytes()
    further = np.array(list(trained.further.values()), dtype=np.float32).reshape(-1, job.vector_size)
    np.savez(
        vectors_path,
        keys=np.array(trained.keys),
        vectors=np.asarray(trained.vectors, dtype=np.float32),
        further_keys=np.array(list(trained.further), dtype=str),
        further_vectors=further,
    )
    record: dict[str, Any] = {**asdict(run), "job_seconds": run.job_seconds, "pid": os.getpid()}
    Path(run_path).write_text(json.dumps(record), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
