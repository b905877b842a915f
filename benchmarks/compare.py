"""Train the same vectors with wordmill and its peers, in turns, and show speed and quality side by side.

Each run is a process of its own; programs alternate (A B C A B C ...), so that a machine that slows down slows all of
them. The table gives medians over the repeats and ratios of medians. Examples:

    python benchmarks/compare.py                                  # the bundled sample, a few minutes
    python benchmarks/compare.py --corpus t8.txt --tokens 5000000 --epochs 1 --threads 2
    python benchmarks/compare.py --architecture cbow --vector-size 100 300 --similarity WS-353.txt SimLex-999.txt
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError
from itertools import product
from pathlib import Path
from typing import Any

import zstandard
from machine import describe_machine
from programs import PROGRAMS, Job, program_version
from quality import load_vectors, measure_quality
from report import markdown, plot
from rich.console import Console

from wordmill import datasets

CONSOLE = Console(stderr=True, highlight=False)
HERE = Path(__file__).parent
LINE = 1_000  # tokens: gensim cuts longer lines than 10,000, fastText longer ones than 1,024


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--corpus", type=Path, help="UTF-8 text, also .zst (default: the bundled 10 MB of Wikipedia)")
    add("--tokens", type=int, help="use only the first N tokens")
    add("--programs", nargs="+", choices=list(PROGRAMS), default=list(PROGRAMS), help="default: all that are installed")
    add("--architecture", nargs="+", choices=["skipgram", "cbow"], default=["skipgram"])
    add("--vector-size", type=int, nargs="+", default=[100])
    add("--threads", type=int, nargs="+", default=[1])
    add("--epochs", type=int, default=1)
    add("--repeats", type=int, default=3, help="runs of each program; the seed is the number of the run")
    add("--window", type=int, default=5)
    add("--negative", type=int, default=5)
    add("--sample", type=float, default=1e-3)
    add("--min-count", type=int, default=5)
    add("--alpha", type=float, default=0.025, help="rate for skip-gram, all programs (default %(default)s)")
    add("--cbow-alpha", type=float, help="rate for CBOW, wordmill (default: its own)")
    add("--peer-cbow-alpha", type=float, default=0.05, help="rate for CBOW, others (default %(default)s: their best)")
    add("--analogies", type=Path, default=datasets.questions_words_path(), help="default: the bundled Google set")
    add("--similarity", type=Path, nargs="*", default=[], help="further word pairs; of files MEN* tags like -n go")
    add("--output", type=Path, default=Path("build/bench"), help="where compare.json, compare.md and compare.png go")
    add("--plot", action="store_true", help="draw compare.png")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse_arguments(arguments)
    programs = [name for name in options.programs if is_installed(name)]
    pairs = [datasets.word_pairs_path(), *filter(is_there, options.similarity)]
    options.output.mkdir(parents=True, exist_ok=True)
    report: dict[str, Any] = {
        "command": shlex.join(["python", "benchmarks/compare.py", *(arguments or sys.argv[1:])]),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": describe_machine(),
        "repeats": options.repeats,
        "versions": {name: program_version(name) for name in programs},
        "runs": [],
    }
    with tempfile.TemporaryDirectory() as directory:
        scratch = Path(directory)
        report["corpus"] = write_lines(options.corpus or datasets.sample_path(), options.tokens, scratch / "corpus.txt")
        for name, job in jobs(options, programs, str(scratch / "corpus.txt")):
            run = run_program(name, job, scratch)
            run["quality"] = measure_quality(load_vectors(scratch / "vectors.npz"), options.analogies, pairs)
            settings = {key: value for key, value in asdict(job).items() if key != "corpus"}
            report["runs"].append({"program": name, "job": settings, **run})
            CONSOLE.print(
                f"{name:<9} {job.architecture} D={job.vector_size} threads={job.threads} seed={job.seed}: "
                f"train {run['train_seconds']:.2f} s, job {run['job_seconds']:.2f} s"
            )
            # after every run, so that an interrupted comparison keeps what it has
            (options.output / "compare.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    text = markdown(report)
    (options.output / "compare.md").write_text(text, encoding="utf-8")
    if options.plot:
        plot(report, options.output / "compare.png")
    print(text)
    return 0


def jobs(options: argparse.Namespace, programs: list[str], corpus: str) -> Iterator[tuple[str, Job]]:
    """All runs, in order: for each configuration, the programs in turns."""
    for architecture, vector_size, threads in product(options.architecture, options.vector_size, options.threads):
        for repeat, name in product(range(options.repeats), programs):
            cbow_alpha = options.cbow_alpha if name == "wordmill" else options.peer_cbow_alpha
            yield (
                name,
                Job(
                    corpus=corpus,
                    architecture=architecture,
                    vector_size=vector_size,
                    threads=threads,
                    epochs=options.epochs,
                    seed=repeat + 1,
                    alpha=options.alpha if architecture == "skipgram" else cbow_alpha,
                    window=options.window,
                    negative=options.negative,
                    sample=options.sample,
                    min_count=options.min_count,
                ),
            )


def run_program(name: str, job: Job, scratch: Path) -> dict[str, Any]:
    """Train in a process of its own; its vectors are left in scratch/vectors.npz."""
    (scratch / "job.json").write_text(json.dumps(asdict(job)), encoding="utf-8")
    command = [sys.executable, str(HERE / "programs.py"), name]
    files = [str(scratch / file) for file in ("job.json", "run.json", "vectors.npz")]
    # BLAS threads of its own would help nobody here, and blur "the same threads for all"
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    subprocess.run([*command, *files], env=environment, check=True)
    run: dict[str, Any] = json.loads((scratch / "run.json").read_text(encoding="utf-8"))
    return run


def write_lines(source: Path, tokens: int | None, target: Path) -> dict[str, Any]:
    """Copy the first tokens of a text, broken into lines that no program cuts; say what was written."""
    data = source.read_bytes()
    if source.suffix == ".zst":
        data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    text = data.decode()
    words = text.split() if tokens is None else text.split(maxsplit=tokens)[:tokens]
    with target.open("w", encoding="utf-8", newline="\n") as file:
        for start in range(0, len(words), LINE):
            file.write(" ".join(words[start : start + LINE]) + "\n")
    return {"name": source.name, "tokens": len(words), "bytes": target.stat().st_size, "tokens_per_line": LINE}


def is_installed(name: str) -> bool:
    try:
        program_version(name)
    except PackageNotFoundError:
        CONSOLE.print(f"{name} is left out: it is not installed (python -m pip install --group bench)")
        return False
    return True


def is_there(path: Path) -> bool:
    if not path.exists():
        CONSOLE.print(f"{path} is left out: there is no such file")
    return path.exists()


if __name__ == "__main__":
    sys.exit(main())
