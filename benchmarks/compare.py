"""Train the same vectors with wordmill and its peers, in turns, and show speed and quality side by side.

Each run is a process of its own; programs alternate (A B C A B C ...), so that a machine that slows down slows all of
them. The table gives medians over the repeats and ratios of medians. Without options it is `make bench`, a quarter of
an hour on two cores: 5 million tokens of the corpus in one epoch (of the bundled sample all 1.7 million, in three),
skip-gram and CBOW, D = 100 and 300, one thread and all; then words made of n-grams, by fastText's sizes, and
hierarchical softmax, where only the smallest D is tried, and the peers once; with --sessions items too. Examples:

    python benchmarks/compare.py --corpus t8.txt      # text8-style text; or name it in WORDMILL_BENCH_CORPUS
    python benchmarks/compare.py --programs wordmill gensim --vector-size 100 --threads 2 --epochs 5 --tokens 0
    python benchmarks/compare.py --architecture cbow --similarity WS-353.txt SimLex-999.txt --plot
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError
from itertools import product
from pathlib import Path
from typing import Any

from rich.console import Console

from corpora import corpus_path, write_lines
from machine import command_line, describe_machine
from processes import run_program
from programs import PROGRAMS, Job, program_version
from quality import load_vectors, measure_quality, write_words
from report import comparison, model_name, plot
from sessions import Asked, hold_out, measure_next_item
from wordmill import datasets
from wordmill.config import available_cores
from wordmill.core import core

CONSOLE = Console(stderr=True, highlight=False)
#: What is trained: words by negative sampling, of both architectures, and what else a job of skip-gram may be.
MODELS: dict[str, dict[str, Any]] = {
    "words": {},
    "subwords": {"subwords": (3, 6), "sample": 1e-4},
    "tree": {"objective": "hierarchical_softmax", "sample": 1e-4},
    "items": {"epochs": 5},  # of sessions, which are few
}
WORDS, SESSIONS = "words", "sessions"  # data
SLOW_PEERS = {"items": {"gensim"}, "subwords": {"gensim", "fasttext"}, "tree": {"gensim"}}


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--corpus", type=Path, help="UTF-8 text, also .zst (default: that of WORDMILL_BENCH_CORPUS, else the sample)")
    add("--tokens", type=int, default=5_000_000, help="use only the first N tokens; 0: all (default %(default)s)")
    add("--programs", nargs="+", choices=list(PROGRAMS), help="in every turn (default: see `takes_part`)")
    add("--architecture", nargs="+", choices=["skipgram", "cbow"], default=["skipgram", "cbow"])
    add("--models", nargs="+", choices=list(MODELS), default=list(MODELS), help="default: all of them")
    add("--vector-size", type=int, nargs="+", default=[100, 300])
    add("--threads", type=int, nargs="+", default=sorted({1, available_cores()}), help="default: one, and all cores")
    add("--epochs", type=int, help="default: 3 of the bundled sample, 1 of another corpus")
    add("--repeats", type=int, default=3, help="runs of each program; the seed is the number of the run")
    add("--window", type=int, default=5)
    add("--negative", type=int, default=5)
    add("--sample", type=float, default=1e-3)
    add("--min-count", type=int, default=5)
    add("--alpha", type=float, default=0.05, help="rate for skip-gram, all programs (default %(default)s: their best)")
    add("--cbow-alpha", type=float, help="rate for CBOW, wordmill (default: its own)")
    add("--peer-cbow-alpha", type=float, default=0.05, help="rate for CBOW, others (default %(default)s: their best)")
    add("--analogies", type=Path, default=datasets.questions_words_path(), help="default: the bundled Google set")
    add("--similarity", type=Path, nargs="*", default=[], help="further word pairs; of files MEN* tags like -n go")
    add("--sessions", type=Path, help="lines of item keys, one session each: items too (default: without)")
    add("--output", type=Path, default=Path("build/bench"), help="where compare.json, compare.md and compare.png go")
    add("--plot", action="store_true", help="draw compare.png")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse_arguments(arguments)
    programs = [name for name in options.programs or PROGRAMS if is_runnable(name)]
    pairs = [datasets.word_pairs_path(), *filter(is_there, options.similarity)]
    corpus = corpus_path(options.corpus)
    if options.epochs is None:
        options.epochs = 3 if corpus == datasets.sample_path() else 1
    options.output.mkdir(parents=True, exist_ok=True)
    report: dict[str, Any] = {
        "command": command_line("compare.py", sys.argv[1:] if arguments is None else arguments),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": describe_machine(),
        "repeats": options.repeats,
        "versions": {name: program_version(name) for name in programs},
        "runs": [],
    }
    with tempfile.TemporaryDirectory() as directory:
        scratch = Path(directory)
        report["corpus"] = write_lines(corpus, options.tokens or None, scratch / f"{WORDS}.txt")
        planned = list(jobs(options, programs, scratch))
        judges: dict[str, Callable[[Path, Job], dict[str, Any]]] = {
            WORDS: partial(judge_words, options.analogies, pairs)
        }
        if options.sessions:
            judges[SESSIONS] = partial(judge_items, hold_out(options.sessions, scratch / f"{SESSIONS}.txt"))
        write_words(pairs, scratch / "further.txt")
        for number, (name, job) in enumerate(planned, start=1):
            run = run_program(name, job, scratch)
            settings = {key: value for key, value in asdict(job).items() if key not in ("corpus", "further_words")}
            settings["data"] = Path(job.corpus).stem
            if name in {"wordmill", "gensim", "fasttext"}:
                run["quality"] = judges[settings["data"]](scratch / "vectors.npz", job)
            report["runs"].append({"program": name, "job": settings, **run})
            CONSOLE.print(
                f"{number} of {len(planned)}: {name} {model_name(settings)} D={job.vector_size} threads={job.threads} "
                f"seed={job.seed}: train {run['train_seconds']:.2f} s, job {run['job_seconds']:.2f} s"
            )
            # after every run, so that an interrupted comparison keeps what it has
            (options.output / "compare.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    text = comparison(report)
    (options.output / "compare.md").write_text("---\norphan: true\n---\n\n" + text, encoding="utf-8")
    if options.plot:
        plot(report, options.output / "compare.png")
    print(text, end="")
    return 0


def judge_words(analogies: Path | None, pairs: list[Path], vectors: Path, job: Job) -> dict[str, Any]:
    """Score words, those made of n-grams too."""
    known, whole = (load_vectors(vectors, whole=further) for further in (False, True))
    return measure_quality(known, analogies, pairs, whole if job.subwords else None)


def judge_items(asked: Asked, vectors: Path, _: Job) -> dict[str, Any]:
    """Score items by what came next in sessions."""
    return measure_next_item(load_vectors(vectors), asked)


def jobs(options: argparse.Namespace, programs: list[str], scratch: Path) -> Iterator[tuple[str, Job]]:
    """All runs, in order: for each configuration, the programs in turns."""
    kinds = [("words", architecture) for architecture in options.architecture] if "words" in options.models else []
    kinds += [(model, "skipgram") for model in options.models if model not in ("words", "items")]
    kinds += [("items", "skipgram")] if options.sessions and "items" in options.models else []
    for (model, architecture), vector_size, threads in product(kinds, options.vector_size, options.threads):
        for turn, name in product(range(options.repeats), programs):
            if not takes_part(name, model, vector_size, threads, turn, options):
                continue
            cbow_alpha = options.cbow_alpha if name.startswith("wordmill") else options.peer_cbow_alpha
            job = Job(
                corpus=str(scratch / f"{SESSIONS if model == 'items' else WORDS}.txt"),
                architecture=architecture,
                vector_size=vector_size,
                threads=threads,
                epochs=options.epochs,
                seed=turn + 1,
                alpha=options.alpha if architecture == "skipgram" else cbow_alpha,
                window=options.window,
                negative=options.negative,
                sample=options.sample,
                min_count=options.min_count,
            )
            further = str(scratch / "further.txt") if "subwords" in MODELS[model] else None
            yield name, replace(job, **MODELS[model], further_words=further)


def takes_part(name: str, model: str, vector_size: int, threads: int, turn: int, options: argparse.Namespace) -> bool:
    """Whether a program runs in this turn: those named always, by default as much as the time allows."""
    fewest: int = min(options.threads)
    most: int = max(options.threads)
    narrowest: int = min(options.vector_size)
    if options.programs:
        return True
    if model != "words":
        return vector_size == narrowest and (name == "wordmill" or (turn == 0 and name in SLOW_PEERS[model]))
    if name == "fasttext":
        return turn == 0 and threads == most
    if name == "wordmill-processes":
        return threads == most > 1
    if name == "wordmill-avx2":
        return vector_size == narrowest and threads == fewest
    return True


def is_runnable(name: str) -> bool:
    try:
        program_version(name)
    except PackageNotFoundError:
        CONSOLE.print(f"{name} is left out: it is not installed (python -m pip install --group bench)")
        return False
    return name != "wordmill-avx2" or core.available_isas()[0] == "avx512"


def is_there(path: Path) -> bool:
    if not path.exists():
        CONSOLE.print(f"{path} is left out: there is no such file")
    return path.exists()


if __name__ == "__main__":
    sys.exit(main())
