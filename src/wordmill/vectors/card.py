"""The model card: README.md of a published model, with what its metadata and its readers want to know."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from wordmill.errors import ParameterError, counted
from wordmill.foreign import quoted
from wordmill.vectors.table import VectorTable
from wordmill.version import VERSION

__all__ = ["CardFacts", "Scored", "model_card"]


class Scored(Protocol):
    """A result of `wordmill.evaluation`."""

    @property
    def source(self) -> str:
        """Name of the evaluation set."""

    @property
    def score(self) -> Any:
        """Points, interval and coverage: `wordmill.evaluation.Score`."""


@dataclass(frozen=True, kw_only=True)
class CardFacts:
    """What only its maker knows of a model.

    Parameters
    ----------
    license
        Of the vectors, by the hub's identifier, such as `"cc-by-sa-4.0"`; it follows from that of the text.
    data
        What they were trained on: name, date, size, and how it was prepared. Markdown.
    language
        Codes, such as `["en"]`.
    scores
        Results of `wordmill.evaluation`.
    """

    license: str
    data: str
    language: Sequence[str] = ()
    scores: Sequence[Scored] = ()

    def __post_init__(self) -> None:
        """Check that nothing is left open."""
        for name in ("license", "data"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value.strip():
                raise ParameterError(f"{name}={quoted(value)}: a model card needs it; say what it is")
        if isinstance(self.language, str):
            raise ParameterError(f"language={quoted(self.language)}: give a list of codes, [{quoted(self.language)}]")


def model_card(repo_id: str, vectors: VectorTable, facts: CardFacts, settings: Mapping[str, Any]) -> str:
    """Return the card in Markdown, metadata first.

    `settings` are those of a saved training: its parameters under `params`, its epochs under `history`.
    """
    sections = {
        "Use": _use(repo_id, vectors),
        "Data": [facts.data.strip(), *_tokens(vectors)],
        "Training": _training(settings),
        "Scores": _scores(facts.scores),
        "Licence": [f"{facts.license}"],
    }
    lines = ["---", _metadata(repo_id, facts).strip(), "---", "", f"# {repo_id.rpartition('/')[2]}", ""]
    lines += [_summary(vectors), ""]
    for title, content in sections.items():
        if content:
            lines += [f"## {title}", "", *content, ""]
    return "\n".join(lines)


def _metadata(repo_id: str, facts: CardFacts) -> str:
    from huggingface_hub import EvalResult, ModelCardData  # noqa: PLC0415 (an extra)

    results = [
        EvalResult(
            task_type="word-embedding-evaluation",
            dataset_type=result.source,
            dataset_name=result.source,
            metric_type="points",
            metric_value=round(result.score.points, 1),
        )
        for result in facts.scores
        if not math.isnan(result.score.points)
    ]
    data = ModelCardData(
        license=facts.license,
        language=list(facts.language) or None,
        library_name="wordmill",
        tags=["word2vec", "word-embeddings", "static-embeddings"],
        model_name=repo_id.rpartition("/")[2],
        eval_results=results or None,
    )
    return data.to_yaml()


def _summary(vectors: VectorTable) -> str:
    what = "words" if vectors.kind == "str" else "integer keys"
    size = counted(vectors.vector_size, "number")
    return f"Vectors of {len(vectors):,} {what}, {size} each, by wordmill {VERSION}."


def _use(repo_id: str, vectors: VectorTable) -> list[str]:
    key = vectors.key_table[0]
    lines = [
        "```python",
        "import wordmill",
        "",
        f'vectors = wordmill.KeyedVectors.from_pretrained("{repo_id}")',
        f"vectors.most_similar({quoted(key)})",
        "```",
    ]
    if vectors.phrases is not None:
        example = f", {quoted(vectors.phrases.keys[0])} for one" if len(vectors.phrases) else ""
        lines += ["", f"{counted(len(vectors.phrases), 'phrase')}{example}: wordmill joins them in what it reads."]
    if vectors.kind == "str" and vectors.tokenizer is not None:
        lines += ["", f'Texts also by model2vec, `StaticModel.from_pretrained("{repo_id}")`.']
    return lines


def _tokens(vectors: VectorTable) -> Iterator[str]:
    if vectors.counts is not None:
        yield f"\nTokens in the vocabulary: {int(vectors.counts.sum()):,}."


def _training(settings: Mapping[str, Any]) -> list[str]:
    params, history = settings.get("params", {}), settings.get("history", [])
    lines = ["| parameter | value |", "|---|---|"] if params else []
    lines += [f"| {name} | `{value}` |" for name, value in params.items()]
    if history and history[-1]["loss"] is not None:
        lines += ["", f"Loss per example in the last of {counted(len(history), 'epoch')}: {history[-1]['loss']:.4f}."]
    return lines


def _scores(scores: Sequence[Scored]) -> list[str]:
    if not scores:
        return []
    lines = ["| set | points | 95 % interval | known |", "|---|---|---|---|"]
    for result in scores:
        score = result.score
        interval = "" if score.interval is None else " to ".join(f"{end:.1f}" for end in score.interval)
        points = "undefined" if math.isnan(score.points) else f"{score.points:.1f}"
        lines.append(f"| {result.source} | {points} | {interval} | {score.coverage:.0%} |")
    return lines
