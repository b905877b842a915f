"""How good are the vectors? Analogies, word pairs, categories, outliers, labels of nodes; what is unknown is shown."""

from __future__ import annotations

from wordmill.evaluation.analogies import AnalogyResult, AnalogySection, evaluate_analogies
from wordmill.evaluation.analogy_files import Question, read_analogies
from wordmill.evaluation.categories import CategoriesResult, evaluate_categories, read_categories
from wordmill.evaluation.comparison import Comparison, compare_models
from wordmill.evaluation.nodes import NodesResult, ShareResult, evaluate_nodes
from wordmill.evaluation.outliers import OutlierSet, OutliersResult, evaluate_outliers, read_outliers
from wordmill.evaluation.scores import Score
from wordmill.evaluation.word_pairs import PairsResult, WordPair, evaluate_pairs, read_pairs, spearman

__all__ = [
    "AnalogyResult",
    "AnalogySection",
    "CategoriesResult",
    "Comparison",
    "NodesResult",
    "OutlierSet",
    "OutliersResult",
    "PairsResult",
    "Question",
    "Score",
    "ShareResult",
    "WordPair",
    "compare_models",
    "evaluate_analogies",
    "evaluate_categories",
    "evaluate_nodes",
    "evaluate_outliers",
    "evaluate_pairs",
    "read_analogies",
    "read_categories",
    "read_outliers",
    "read_pairs",
    "spearman",
]
