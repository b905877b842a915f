"""``wordmill evaluate``: analogies, word pairs, categories, outliers, nodes and events, with what was left out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from wordmill.cli.foretelling import Foretelling
from wordmill.cli.option_groups import with_options
from wordmill.cli.options import Json
from wordmill.cli.refining import Refining
from wordmill.errors import ParameterError
from wordmill.foreign import quoted

EXAMPLES = (
    "Examples: wordmill evaluate model/  |  wordmill evaluate model/ --pairs simlex.tsv --json  |  "
    "wordmill evaluate old/ new/ glove.txt --plot scores.png  |  "
    "wordmill evaluate model/ --events clicks.csv --columns user,item,time --split time  |  "
    "wordmill evaluate nodes/ --nodes labels.txt  |  wordmill evaluate model/ --outputs 0.25 --centre"
)


@with_options(refining=Refining, foretelling=Foretelling)
def command(
    models: Annotated[
        list[Path],
        typer.Argument(metavar="MODEL...", help="Model directories or files of vectors; several: one table."),
    ],
    analogies: Annotated[
        list[Path] | None, typer.Option(help="File of analogies: ': section' lines, then four words a line.")
    ] = None,
    pairs: Annotated[
        list[Path] | None, typer.Option(help="File of word pairs: two words and people's score a line.")
    ] = None,
    categories: Annotated[list[Path] | None, typer.Option(help="File of words: word and category a line.")] = None,
    outliers: Annotated[
        list[Path] | None, typer.Option(help="CSV file, or directory of .txt files, of words and their outliers.")
    ] = None,
    nodes: Annotated[
        list[Path] | None, typer.Option(help="File of labels of nodes: a node and its label, or several, a line.")
    ] = None,
    node_shares: Annotated[
        str, typer.Option(help="Shares of the labelled nodes to learn from; the others are told.")
    ] = "0.1,0.5,0.9",
    splits: Annotated[int, typer.Option(min=1, help="Random splits of nodes for each share.")] = 10,
    method: Annotated[Literal["3cosadd", "3cosmul"], typer.Option(help="How analogies are answered.")] = "3cosadd",
    vocabulary: Annotated[
        int, typer.Option(min=1, help="Analogies are asked and answered within so many most frequent words.")
    ] = 30_000,
    case: Annotated[Literal["ignore", "match"], typer.Option(help="Whether upper and lower case differ.")] = "ignore",
    score_column: Annotated[int, typer.Option(min=3, help="Column of the score in files of pairs, from 1.")] = 3,
    strip_tags: Annotated[
        bool, typer.Option("--strip-tags", help="Drop tags such as -n of old-n in files of pairs.")
    ] = False,
    unseen: Annotated[
        bool,
        typer.Option("--unseen", help="Make words of pairs that are no keys of n-grams, in models that have them."),
    ] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw the scores and their intervals: png, svg or pdf.")] = None,
    json: Json = False,
    *,
    refining: Refining,
    foretelling: Foretelling,
) -> None:
    """Score vectors by analogies and word pairs: the bundled Google analogies and CrowdWS-102, or files of your own.

    Words without a vector are counted, never guessed; --unseen makes them of their n-grams. Several models are put
    side by side. With --nodes labels are told by logistic regressions, one for each, on random splits that are the
    same for all models. With --events next items are foretold, beside popularity and counts of items that stand
    together; of a model that was trained on all of the events, a copy is trained without those that are asked for.
    """
    if foretelling.events:
        refining.refuse("--events", "judges models as they are")
    from wordmill.cli.console import print_json, print_text
    from wordmill.cli.outputs import check_apart, check_picture_writable
    from wordmill.cli.queries import open_vectors
    from wordmill.datasets import questions_words_path, word_pairs_path
    from wordmill.evaluation import (
        Comparison,
        evaluate_analogies,
        evaluate_categories,
        evaluate_nodes,
        evaluate_outliers,
        evaluate_pairs,
    )
    from wordmill.plots import plot_comparison

    if plot is not None:
        check_picture_writable(plot)
        files = [analogies, pairs, categories, outliers, nodes, foretelling.events]
        check_apart([plot], [*models, *chain.from_iterable(each or [] for each in files)])
    if not (analogies or pairs or categories or outliers or nodes or foretelling.events):
        analogies, pairs = [questions_words_path()], [word_pairs_path()]
    measures: dict[str, tuple[Callable[..., Any], list[Path] | None]] = {
        "analogies": (partial(evaluate_analogies, method=method, restrict_vocab=vocabulary), analogies),
        "pairs": (partial(evaluate_pairs, score_column=score_column, strip_tags=strip_tags, unseen=unseen), pairs),
        "categories": (evaluate_categories, categories),
        "outliers": (evaluate_outliers, outliers),
    }
    measures = {kind: (partial(measure, case=case), files) for kind, (measure, files) in measures.items()}
    measures["nodes"] = (partial(evaluate_nodes, shares=_shares(node_shares), splits=splits), nodes)
    results: dict[str, dict[str, list[Any]]] = {}
    for name, path in _names(models).items():
        vectors = refining.apply(path, open_vectors(path))
        results[name] = {
            kind: [measure(vectors, file) for file in files or []] for kind, (measure, files) in measures.items()
        }
        if foretelling.events:
            results[name]["events"] = foretelling.judge(path, vectors)
    first = next(iter(results.values()))
    shown: Any = {kind: [result.to_dict() for result in found] for kind, found in first.items()}
    text = "\n\n".join(map(str, chain.from_iterable(first.values())))
    if len(results) > 1 or plot is not None:
        comparison = Comparison.of({model: [*chain.from_iterable(found.values())] for model, found in results.items()})
        if len(results) > 1:
            shown, text = comparison.to_dict(), str(comparison)
        if plot is not None:
            plot_comparison(comparison, plot)
    refining.tell()
    if json:
        print_json(shown, indent=2)
    else:
        print_text(text)


def _shares(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ParameterError(f"node_shares={quoted(text)} is not allowed: write shares, as in 0.1,0.5,0.9") from None


def _names(models: list[Path]) -> dict[str, Path]:
    """Name models by the last parts of their paths, where these tell them apart."""
    short = {path.resolve().name if path.is_file() or path.is_dir() else str(path): path for path in models}
    return short if len(short) == len(models) else {str(path): path for path in models}
