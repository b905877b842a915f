"""The rate of CBOW, for each share that a context word may get of the gradient, and gensim's."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from typing import Literal

from harness import Measurement, Setting
from studies.quality import judged_run, quality_job, report

__all__ = ["TITLE", "measurements", "report"]

TITLE = "Rates for CBOW"
SHARES_WITH = "quality"  # gensim's runs
GRID: list[tuple[str, Literal["mean", "sqrt", "word2vec"] | None, list[float]]] = [
    ("wordmill", "mean", [0.05, 0.1, 0.15, 0.2, 0.3]),
    ("wordmill", "sqrt", [0.025, 0.05, 0.075, 0.1, 0.15]),
    ("wordmill", "word2vec", [0.025, 0.05, 0.075, 0.1]),
    ("gensim", None, [0.025, 0.05, 0.075]),
]


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each rate and seed: the whole grid by one seed before the next."""
    for seed in range(1, setting.turns + 1):
        for program, update, alphas in GRID:
            for alpha in alphas[:1] if setting.smoke else alphas:
                job = quality_job(setting, architecture="cbow", alpha=alpha, seed=seed, cbow_update=update)
                try:
                    yield judged_run(setting, program, job)
                except PackageNotFoundError:
                    continue
