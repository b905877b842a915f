"""Options of a judgement by events: which are read, what is held out, what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from wordmill.cli.events import COLUMNS, TableOptions
from wordmill.errors import ParameterError
from wordmill.foreign import quoted

if TYPE_CHECKING:
    from wordmill.corpus import EventCorpus
    from wordmill.recommendation import RecommendationResult
    from wordmill.training import Word2Vec
    from wordmill.vectors import KeyedVectors

__all__ = ["Foretelling"]


def _option(*flags: str, **rest: Any) -> Any:
    return typer.Option(*flags, rich_help_panel="Events", **rest)


@dataclass(frozen=True)
class Foretelling:
    """What the command line says of events; each field is an option."""

    events: Annotated[
        list[Path] | None,
        _option("--events", help="Table of events (CSV, JSON lines, Parquet, Arrow), or another corpus."),
    ] = None
    columns: Annotated[
        str | None, _option("--columns", metavar=COLUMNS, help="Its columns of who, what and when; else a corpus.")
    ] = None
    session_gap: Annotated[str | None, _option("--session-gap", help="As in wordmill train.")] = None
    time_format: Annotated[str | None, _option("--time-format", help="As in wordmill train.")] = None
    missing: Annotated[Literal["error", "drop"], _option("--missing", help="As in wordmill train.")] = "error"
    split: Annotated[
        Literal["time", "last"] | None,
        _option("--split", help="Hold out the latest events, or the last of each sequence; time if there are times."),
    ] = None
    share: Annotated[float, _option("--share", help="The share of events that are the latest.")] = 0.1
    cutoffs: Annotated[str, _option("--cutoffs", help="The k of hit rate, MRR, NDCG and coverage.")] = "10,20"
    context: Annotated[
        Literal["last", "mean"], _option("--context", help="Foretell from the last item, or the mean of all seen.")
    ] = "last"
    by: Annotated[
        Literal["similarity", "outputs"],
        _option("--by", help="Rank items by cosine, or by how probable output vectors say they are."),
    ] = "similarity"
    exclude_seen: Annotated[bool, _option("--exclude-seen", help="Never foretell what was seen.")] = False

    def judge(self, path: Path, vectors: KeyedVectors) -> list[RecommendationResult]:
        """Judge a model by each file; of a file of vectors, its vectors."""
        from dataclasses import replace

        from wordmill.recommendation import evaluate_recommendation

        model, results = _model(path), []
        for file in self.events or []:
            events = self._read(file)
            result = evaluate_recommendation(
                vectors if model is None else model,
                events,
                self.split or ("last" if events.times is None else "time"),
                share=self.share,
                k=_cuts(self.cutoffs),
                context=self.context,
                by=self.by,
                exclude_seen=self.exclude_seen,
            )
            results.append(replace(result, source=file.name))
        return results

    def _read(self, file: Path) -> EventCorpus:
        from wordmill.cli.options import corpus_source
        from wordmill.corpus.events import as_events

        table = TableOptions.of(self.columns, self.session_gap, self.time_format, self.missing, flag="--columns")
        source = corpus_source([str(file)])
        return as_events(source) if table is None else table.read(source)


def _model(path: Path) -> Word2Vec | None:
    """Load a model with the settings that a copy would be trained by; None where there are vectors alone."""
    from wordmill.training import Word2Vec
    from wordmill.vectors.formats.directory import is_model_directory, load_model

    if not is_model_directory(path) or "params" not in load_model(path).settings:
        return None
    return Word2Vec.load(path)


def _cuts(text: str) -> tuple[int, ...]:
    parts = text.split(",")
    if not all(part.strip().isdecimal() for part in parts):
        raise ParameterError(f"cutoffs={quoted(text)} is not allowed: write whole numbers, as in 10,20")
    return tuple(map(int, parts))
