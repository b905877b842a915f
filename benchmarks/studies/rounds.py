"""Training in rounds, as a cluster does it: quality by workers, rounds, combiner and rate; and what a network carries.

Quality is simulated in one process, by the workers and the combiner of the product. Efficiency is a model of it: rows
that change by the counts of words, bytes over a network, and a speed of training that is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from harness import Measurement, Record, Setting
from markdown import table
from programs import program_build
from quality import measure_quality
from report import points
from wordmill import read_corpus
from wordmill.config import TrainConfig
from wordmill.errors import DivergenceError, counted
from wordmill.training.backends import Backend, Task
from wordmill.training.backends.cluster import ByCurvature, LocalRounds
from wordmill.training.backends.cluster.changes import Change, Matrix, Range
from wordmill.training.backends.cluster.combining import Combiner, in_a_tree, total
from wordmill.training.backends.native import NativeBackend
from wordmill.training.run.cluster_forecast import NETWORK, forecast, load_of
from wordmill.training.run.matrices import begin_run
from wordmill.training.run.setup import make_trainer
from wordmill.training.run.state import Run

TITLE = "Training in rounds"
MACHINE = 20e6  # tokens a second of a worker, in the model
WORDS, SIZE, ROUNDS = 1_000_000, 300, 16  # of its corpus and vectors
WORKERS, TOKENS = (2, 4, 8, 16, 32, 64), (1e8, 1e9, 1e10, 1e11)


@dataclass(frozen=True)
class Plain:
    """A combiner that asks for nothing but changes."""

    combine: Callable[[Sequence[Change]], Change]

    def look(self, matrices: Sequence[Matrix]) -> None:
        """Look at nothing."""

    def __call__(self, changes: Sequence[Change], part: Range, pace: float, seen: None) -> Change:  # noqa: ARG002
        """Combine changes."""
        return self.combine(changes)


def adasum(changes: Sequence[Change]) -> Change:
    """Add what lies at right angles, average what goes in one direction, in a tree (Maleki et al. 2020)."""
    return in_a_tree(changes, _adasum_of_rows)


def _adasum_of_rows(a: Matrix, b: Matrix) -> Matrix:
    along = np.einsum("ij,ij->i", a, b) / 2
    shares = (along / np.maximum(np.einsum("ij,ij->i", c, c), np.finfo(c.dtype).tiny) for c in (a, b))
    one, other = ((1 - share)[:, None] * c for share, c in zip(shares, (a, b), strict=True))
    return np.asarray(one + other)


def mean(changes: Sequence[Change]) -> Change:
    """Divide the sum by the number of workers."""
    summed = total(changes)
    return Change(summed.rows, summed.values / np.float32(len(changes)))


OTHERS = {"adasum": adasum, "mean": mean, "sum": total}


@dataclass(frozen=True)
class Case:
    """A way to train."""

    workers: int
    rounds: int
    combiner: str
    alpha: float


ALONE = [Case(1, 1, "none", alpha) for alpha in (0.025, 0.05, 0.075)]
CASES = [
    *ALONE,
    *(Case(workers, 16, "curvature", 0.05) for workers in (8, 2, 32)),
    *(Case(8, rounds, "curvature", 0.05) for rounds in (4, 64)),
    *(Case(8, 16, "adasum", alpha) for alpha in (0.05, 0.1)),
    Case(8, 16, "mean", 0.2),
    Case(8, 16, "sum", 0.025),
]


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield the model, then quality: all cases by one seed before the next."""
    for workers, tokens in product(WORKERS, TOKENS):
        shape = {"words": WORDS, "D": SIZE, "rounds": ROUNDS, "speed": MACHINE, "network": NETWORK}
        key = {"part": "model", "workers": workers, "tokens": tokens, **shape}
        yield Measurement(key, partial(_model, workers, tokens))
    cases = [ALONE[0], CASES[3]] if setting.smoke else CASES
    epochs, size = (1, 16) if setting.smoke else (5 if setting.corpus["tokens"] < 1e7 else 3, 100)
    for seed, case in product(range(1, setting.turns + 1), cases):
        key = {"part": "quality", **vars(case), "seed": seed, "epochs": epochs, "D": size}
        key |= {"corpus": setting.corpus["name"], "tokens": setting.corpus["tokens"]}
        key |= {"sets": ", ".join(path.stem for path in setting.pairs), "build": program_build("wordmill")}
        config = TrainConfig(vector_size=size, epochs=epochs, alpha=case.alpha, rounds=case.rounds, seed=seed)
        yield Measurement(key, partial(_quality, setting, case, replace(config, workers=1)))


def _model(workers: int, tokens: float) -> Record:
    shares = 1 / np.arange(1, WORDS + 1)
    counts = np.asarray(np.maximum(tokens * shares / shares.sum(), 1), np.int64)
    seen = forecast(load_of(TrainConfig(vector_size=SIZE), counts), workers, ROUNDS, 1, MACHINE)
    return {"efficiency": seen.efficiency, "received": seen.received, "bytes_a_token": seen.received * ROUNDS / tokens}


def _quality(setting: Setting, case: Case, config: TrainConfig) -> Record:
    corpus = read_corpus(setting.text, min_count=5)
    run = begin_run(config, corpus)
    trainer = make_trainer(run, corpus, 0.0, [], _maker(case))
    try:
        trainer.train()
    except DivergenceError:
        return {"scores": None}
    scores = measure_quality(run.as_keyed_vectors(), setting.analogies, list(setting.pairs))
    return {"scores": scores, "loss": run.history[-1]["loss"]}


def _maker(case: Case) -> Callable[[Run, Task], Backend]:
    def make(run: Run, task: Task) -> Backend:
        matrices = run.input_vectors, run.output_vectors
        if case.workers == 1:
            return NativeBackend(task, *matrices, workers=1)
        own = partial(NativeBackend, task, workers=1)
        combine: Combiner = ByCurvature.of(task, matrices)
        if case.combiner in OTHERS:
            combine = Plain(OTHERS[case.combiner])
        return LocalRounds(own, matrices, case.workers, combine)

    return make


def report(records: list[Record]) -> list[str]:
    """Means over seeds, ± half the range; then the model."""
    quality = [record for record in records if record["part"] == "quality"]
    lines: list[str] = []
    for corpus, tokens, epochs in dict.fromkeys((r["corpus"], r["tokens"], r["epochs"]) for r in quality):
        rows = [r for r in quality if (r["corpus"], r["tokens"], r["epochs"]) == (corpus, tokens, epochs)]
        sizes = f"{counted(epochs, 'epoch')}, D={rows[0]['D']}, W=5, K=5, one thread a worker"
        lines += [f"{corpus}, {tokens:,} tokens, {sizes}:", "", *_scores(rows), ""]
    if models := [record for record in records if record["part"] == "model"]:
        model = (
            f"Model: {WORDS:,} words by Zipf's law, D={SIZE}, {ROUNDS} rounds an epoch, {MACHINE / 1e6:g} M tokens/s a "
            f"worker, {8 * NETWORK / 1e9:g} Gb/s; the share of the time in which workers train, and bytes that each "
            "receives a token of the corpus:"
        )
        lines += [model, "", *_efficiency(models)]
    return lines


def _scores(records: list[Record]) -> list[str]:
    by_case: dict[tuple[int, int, str, float], list[Record]] = {}
    for record in records:
        case = record["workers"], record["rounds"], record["combiner"], record["alpha"]
        by_case.setdefault(case, []).append(record["scores"])
    sets = next(list(record["scores"]) for record in records if record["scores"] is not None)
    rows = [
        [*case, len(scores), *("diverged" if None in scores else points(scores, label) for label in sets)]
        for case, scores in by_case.items()
    ]
    return table(["workers", "rounds", "combiner", "alpha", "seeds", *sets], rows, left=0)


def _efficiency(models: list[Record]) -> list[str]:
    found = {(record["workers"], record["tokens"]): record for record in models}
    rows: list[list[Any]] = [
        [
            workers,
            *(
                f"{found[workers, tokens]['efficiency']:.0%} ({found[workers, tokens]['bytes_a_token']:.3g})"
                for tokens in TOKENS
            ),
        ]
        for workers in WORKERS
    ]
    return table(["workers", *(f"{tokens:.0e} tokens" for tokens in TOKENS)], rows, left=0)


def plot(records: list[Record], path: Path) -> None:
    """Draw the model: the share of the time in which workers train."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.5), layout="constrained")
    panel = figure.subplots()
    for tokens in TOKENS:
        models = [record for record in records if record["part"] == "model" and record["tokens"] == tokens]
        shares = [100 * record["efficiency"] for record in models]
        panel.plot(
            [record["workers"] for record in models],
            shares,
            marker="o",
            label=f"$10^{{{round(np.log10(tokens))}}}$ tokens",
        )
    panel.set(xscale="log", xlabel="workers", ylabel="% of the time training", ylim=(0, 100))
    panel.set_xticks(WORKERS, [str(workers) for workers in WORKERS])
    panel.minorticks_off()
    panel.spines[["top", "right"]].set_visible(False)
    panel.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    figure.savefig(path, dpi=120)
