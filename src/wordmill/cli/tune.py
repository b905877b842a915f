"""``wordmill tune``: settings that do better than the defaults, within a budget of time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from wordmill.cli.events import EventsOption, GapOption, MissingOption, TableOptions, TimeFormatOption
from wordmill.cli.options import ALL, Corpora, Json, corpus_files, corpus_source, setting_files, with_settings
from wordmill.cli.usage import CommandLineError
from wordmill.cli.walking import Walking, with_walks

if TYPE_CHECKING:
    from wordmill.tuning import Tuned

EXAMPLES = (
    "Examples: wordmill tune clicks.csv --events user,item,time --budget 5m --log tune.jsonl --plot tune.png  |  "
    "wordmill tune corpus.txt --metric analogies --budget 1h  |  "
    "wordmill tune graph.edges --space graph --labels labels.txt"
)


_NOT_TRAIN = {"log", "plot", "output"}  # options that training has too, for something else
_WALKS = 10  # from each node, where their number is left out


@with_settings(ALL - {"Documents"}, presets=True)
@with_walks("save_walks")
def command(
    corpus: Corpora,
    metric: Annotated[
        str | None,
        typer.Option(
            help="hr@10, mrr@10, ndcg@10 (next items), analogies or pairs (the bundled questions), f1 or macro-f1 "
            "(labels of nodes). Left out: hr@10, with --labels f1."
        ),
    ] = None,
    budget: Annotated[str, typer.Option(help="How long it may take: 90s, 10m or 2h.")] = "10m",
    space: Annotated[
        Literal["items", "words", "graph"] | None,
        typer.Option(help="Which settings are tried; left out: those that go with the metric. With graph, walks are."),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(help="Labels of nodes, to judge walks by: a line of a node and its label, or several."),
    ] = None,
    trials: Annotated[int | None, typer.Option(min=1, help="Stop after so many, too.")] = None,
    log: Annotated[
        Path | None, typer.Option(help="A line of JSON for each trial; the same command goes on where it ends.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw score against cost, and what mattered: tune.png.")] = None,
    split: Annotated[
        Literal["time", "last"] | None,
        typer.Option(help="Hold out the latest events, or the last of each sequence; time if there are times."),
    ] = None,
    share: Annotated[float, typer.Option(help="The share of events that are the latest.")] = 0.1,
    context: Annotated[
        Literal["last", "mean"], typer.Option(help="Foretell from the last item, or the mean of all seen.")
    ] = "last",
    by: Annotated[
        Literal["similarity", "outputs"],
        typer.Option(help="Rank items by cosine, or by how probable output vectors say they are."),
    ] = "similarity",
    exclude_seen: Annotated[bool, typer.Option("--exclude-seen", help="Never foretell what was seen.")] = False,
    json: Json = False,
    events: EventsOption = None,
    session_gap: GapOption = None,
    time_format: TimeFormatOption = None,
    missing: MissingOption = "error",
    *,
    given_to: typer.Context,
    walking: Walking,
    settings: dict[str, Any],
) -> None:
    """Search for settings that do better on a corpus than those given, or the defaults, which are tried first.

    With --labels, --walks or --space graph the corpus is a graph.

    Settings are chosen by a part of the corpus that is not trained on, and the verdict is by another part that nothing
    was chosen by.
    """
    from wordmill.cli.again import command_line
    from wordmill.cli.console import at_work, note, print_json, print_text, program
    from wordmill.config import TrainConfig
    from wordmill.training import Word2Vec
    from wordmill.tuning import tune

    source = corpus_source(corpus)
    TrainConfig.from_params(settings)
    table = TableOptions.of(events, session_gap, time_format, missing)
    if table is not None:
        table.check_settings(settings)
    graph_meant = (space == "graph" or labels is not None) and walking.walks is None
    if graph_meant:
        walking = replace(walking, walks=_WALKS)
    walking.check()
    if table is not None and walking.walks is not None:
        raise CommandLineError("--events reads a table, and walks go on a graph: give one of them")
    _check(log, plot, [*corpus_files(source), *setting_files(settings), labels])
    opened: Any = source if table is None else table.read(source)
    if walking.walks is not None:
        opened = walking.make(source, settings)
    with at_work(f"searching for {budget}"):
        tuned = tune(
            opened,
            metric,
            budget,
            space,
            model=Word2Vec(**settings),
            split=split,
            share=share,
            context=context,
            by=by,
            exclude_seen=exclude_seen,
            labels=labels,
            trials=trials,
            log=log,
            seed=settings["seed"],
        )
    if plot is not None:
        tuned.plot(plot)
    if json:
        print_json(tuned.to_dict(), indent=2)
        return
    print_text(str(tuned))
    also = ["--walks", str(_WALKS)] if graph_meant else []
    found = [*also, *_options(tuned), "-o", "MODEL"]
    note(f"now train by them: {command_line(given_to, program(), 'train', _NOT_TRAIN | tuned.changed.keys(), found)}")


def _check(log: Path | None, plot: Path | None, sources: list[Path | None]) -> None:
    """Raise a `WordmillError` where an output cannot be written, or is a source."""
    from wordmill.cli.outputs import check_apart, check_file_writable, check_picture_writable

    if log is not None:
        check_file_writable(log)
    if plot is not None:
        check_picture_writable(plot)
    check_apart([path for path in (log, plot) if path is not None], sources)


def _options(tuned: Tuned) -> list[str]:
    """Write the settings that were found as options."""
    from wordmill.cli.wording import as_options

    shown = {name: f"{value:.4g}" if isinstance(value, float) else str(value) for name, value in tuned.changed.items()}
    return [part for name, value in shown.items() for part in as_options(f"{name}={value}", tuned.changed).split()]
