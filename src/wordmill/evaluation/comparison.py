"""Several models on several sets, in one table."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wordmill.errors import ParameterError
from wordmill.evaluation.analogies import AnalogyResult, evaluate_analogies
from wordmill.evaluation.categories import CategoriesResult, evaluate_categories
from wordmill.evaluation.nodes import NodesResult
from wordmill.evaluation.outliers import OutliersResult, evaluate_outliers
from wordmill.evaluation.scores import Score
from wordmill.evaluation.vectors import Case, Vectors
from wordmill.evaluation.word_pairs import PairsResult, evaluate_pairs
from wordmill.foreign import quoted
from wordmill.hints import helpful_arguments

__all__ = ["Comparison", "Result", "compare_models"]

Paths = Sequence[str | os.PathLike[str]]
Result = AnalogyResult | PairsResult | CategoriesResult | OutliersResult | NodesResult


@dataclass(frozen=True)
class Comparison:
    """Scores by set and model: `scores[set][model]`."""

    scores: Mapping[str, Mapping[str, Score]]

    @classmethod
    def of(cls, results: Mapping[str, Sequence[Result]]) -> Comparison:
        """Put the results of models, each on the same sets, side by side."""
        scores: dict[str, dict[str, Score]] = {}
        for model, of_model in results.items():
            for result in of_model:
                scores.setdefault(result.source, {})[model] = result.score
            if len(scores) < len(of_model):
                raise ParameterError(
                    "two of the files have the same name, and the table could not tell them apart: rename one"
                )
        return cls(scores)

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models, in the order given."""
        return tuple(next(iter(self.scores.values())))

    def to_dict(self) -> dict[str, Any]:
        """JSON-able: by set, by model."""
        return {name: {model: s.to_dict() for model, s in row.items()} for name, row in self.scores.items()}

    def __str__(self) -> str:
        rows = [["", *self.models], *([name, *map(str, row.values())] for name, row in self.scores.items())]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            f"{name:<{widths[0]}}" + "".join(f"  {cell:>{w}}" for cell, w in zip(cells, widths[1:], strict=True))
            for name, *cells in rows
        ]
        return "\n".join([*lines, "points [95 % bootstrap interval] (share of the set whose words are known)"])


@helpful_arguments
def compare_models(
    models: Mapping[str, Vectors],
    *,
    analogies: Paths = (),
    pairs: Paths = (),
    categories: Paths = (),
    outliers: Paths = (),
    restrict_vocab: int | None = 30_000,
    case: Case = "ignore",
) -> Comparison:
    """Score each model on each file.

    Scores compare models only where their coverage is alike: a model that knows fewer words is asked fewer questions.

    Parameters
    ----------
    models
        Vectors by the name to show.
    analogies, pairs, categories, outliers
        Files, as `evaluate_analogies`, `evaluate_pairs`, `evaluate_categories` and `evaluate_outliers` take them.
    restrict_vocab
        Analogies are asked and answered within this many of the most frequent words.
    case
        ``"ignore"``: words are compared case-folded; ``"match"``: words are compared as they are.
    """
    if not isinstance(models, Mapping):
        raise ParameterError("compare_models takes vectors by name, {'old': old.wv, 'new': new.wv}, and lists of files")
    for kind, paths in (("analogies", analogies), ("pairs", pairs), ("categories", categories), ("outliers", outliers)):
        if isinstance(paths, str | os.PathLike):
            raise ParameterError(f"{kind} is one path, and a list is needed: write {kind}=[{quoted(str(paths))}]")
    if not models or not (analogies or pairs or categories or outliers):
        raise ParameterError("nothing to compare: give at least one model and one file")
    results: dict[str, list[Result]] = {
        name: [
            *(evaluate_analogies(model, path, restrict_vocab=restrict_vocab, case=case) for path in analogies),
            *(evaluate_pairs(model, path, case=case) for path in pairs),
            *(evaluate_categories(model, path, case=case) for path in categories),
            *(evaluate_outliers(model, path, case=case) for path in outliers),
        ]
        for name, model in models.items()
    }
    return Comparison.of(results)
