"""The command line of micro.py and full.py."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from corpora import corpus_path, write_lines
from harness import (
    BudgetSpentError,
    Record,
    Results,
    Setting,
    find_study,
    run_studies,
    study_calls,
    study_plots,
    study_tables,
)
from machine import command_line
from markdown import caption
from wordmill import datasets
from wordmill.config import available_cores
from wordmill.errors import WordmillError

__all__ = ["run_command_line"]


def run_command_line(name: str, description: str, studies: Sequence[str]) -> int:
    """Run the studies that the command line asks for; write NAME.json and NAME.md."""
    options = parse_arguments(description, studies)
    options.output.mkdir(parents=True, exist_ok=True)
    path: Path = options.output / f"{name}.json"
    try:
        results = Results(path, command_line(f"{name}.py", sys.argv[1:]), options.budget, options.note)
        with tempfile.TemporaryDirectory() as directory:
            run_studies(results, options.studies, make_setting(options, Path(directory)))
    except BudgetSpentError as end:
        print(end, file=sys.stderr)
    except WordmillError as error:
        print(error, file=sys.stderr)
        return 1
    text = page(name, results.report)
    path.with_suffix(".md").write_text("---\norphan: true\n---\n\n" + text, encoding="utf-8")
    study_plots(results.report, options.output)
    print(text, end="")
    return 0


def page(name: str, report: Record) -> str:
    """Write what there is, each study with its circumstances."""
    lines, calls = [f"# {name}.py"], study_calls(report)
    for study, table in study_tables(report).items():
        lines += ["", f"## {find_study(study).TITLE}", "", *caption(calls[study]), "", *table]
    return "\n".join(lines) + "\n"


def parse_arguments(description: str, studies: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--studies", nargs="+", choices=studies, default=studies)
    add("--corpus", type=Path, help="UTF-8 text, also .zst (default: that of WORDMILL_BENCH_CORPUS, else the sample)")
    add("--tokens", type=int, default=0, help="use only the first N tokens (default: all)")
    add("--large-corpus", type=Path, help="any text, for the curve of scale (default: the corpus, repeated)")
    add("--small-text", type=Path, help="a text such as the Penn Treebank, for cbow-elsewhere (default: without)")
    add(
        "--sessions",
        type=Path,
        help="lines of item keys, one session each, for the studies of CBOW (default: without)",
    )
    add(
        "--other-language",
        nargs=2,
        type=Path,
        metavar=("TEXT", "PAIRS"),
        help="a text such as the Korean Wikipedia, also .zst, and word pairs, for subwords (default: without)",
    )
    add("--articles", type=Path, help="a text of Wikipedia with titles, also .zst, for documents (default: without)")
    add("--documents", type=Path, help="some hundred documents, one a line, for documents (default: without)")
    add(
        "--graph",
        nargs=2,
        type=Path,
        metavar=("ADJACENCY", "LABELS"),
        help="a graph such as BlogCatalog, for graphs (default: without)",
    )
    add("--threads", type=int, default=available_cores(), help="default: all cores")
    add("--turns", type=int, default=3, help="repeats, or seeds, of each measurement (default %(default)s)")
    add(
        "--peers", nargs="*", choices=["gensim", "fasttext"], default=["gensim"], help="in whole-jobs (default: gensim)"
    )
    add("--analogies", type=Path, default=datasets.questions_words_path(), help="default: the bundled Google set")
    add("--similarity", type=Path, nargs="*", default=[], help="further word pairs; of files MEN* tags like -n go")
    add("--budget", type=float, help="minutes after which no measurement begins")
    add("--output", type=Path, default=Path("build/bench"), help="where the results go, and lie (default %(default)s)")
    add("--note", default="", help="what readers should know of this call, such as: core shared with other programs")
    add("--smoke", action="store_true", help="smallest sizes, to try the program: the numbers mean nothing")
    return parser.parse_args()


def make_setting(options: argparse.Namespace, scratch: Path) -> Setting:
    corpus = write_lines(corpus_path(options.corpus), options.tokens or None, scratch / "corpus.txt")
    return Setting(
        text=scratch / "corpus.txt",
        corpus=corpus,
        scratch=scratch,
        large_text=options.large_corpus,
        small_text=options.small_text,
        sessions=options.sessions,
        other_language=tuple(options.other_language) if options.other_language else None,
        articles=options.articles,
        documents=options.documents,
        graph=tuple(options.graph) if options.graph else None,
        threads=options.threads,
        turns=options.turns,
        peers=options.peers,
        analogies=options.analogies,
        pairs=[datasets.word_pairs_path(), *options.similarity],
        smoke=options.smoke,
    )
