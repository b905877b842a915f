"""What a search has found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from os import PathLike
from typing import Any

from wordmill.config import TrainConfig, knobs
from wordmill.errors import counted
from wordmill.training.estimator import Estimator
from wordmill.tuning.journal import Trial

__all__ = ["Tuned"]

_SHOWN = 5  # trials of the table


@dataclass(frozen=True, eq=False)
class Tuned:
    """The best settings, how much better they are, and all that was tried.

    Attributes
    ----------
    params : dict
        All parameters of the model.
    changed : dict
        Those that differ from the defaults.
    metric : str
    score, default_score : float
        Of the best settings and the defaults, on the part that nothing was chosen by.
    message : str
        The verdict in a sentence.
    trials : tuple of Trial
    seconds, budget : float
        What the search took, and what it might.
    mattered : dict
        By parameter, the share of the difference between trials that it explains; empty where there were too few.
    """

    model_class: type[Estimator]
    params: dict[str, Any]
    changed: dict[str, Any]
    metric: str
    score: float
    default_score: float
    message: str
    trials: tuple[Trial, ...]
    seconds: float
    budget: float
    mattered: dict[str, float]

    @property
    def config(self) -> TrainConfig:
        """The settings, as training has them."""
        names = {name for name, _ in knobs()}
        return TrainConfig.from_params({name: value for name, value in self.params.items() if name in names})

    def model(self) -> Estimator:
        """Return a new model with these settings, to be fitted on the whole corpus."""
        return self.model_class(**self.params)

    def table(self) -> list[dict[str, Any]]:
        """Return a row a trial, the best first: settings, score, share of a whole training, seconds, state."""
        rows = []
        for trial in sorted(self.trials, key=_rank):
            share = trial.rungs[-1].share if trial.rungs else 0.0
            facts = {"trial": trial.number, "score": trial.score, "share": share, "seconds": trial.seconds}
            rows.append({**facts, "state": trial.state, **trial.params})
        return rows

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        facts = {name: getattr(self, name) for name in ("changed", "metric", "score", "default_score", "message")}
        return facts | {
            "seconds": self.seconds,
            "budget": self.budget,
            "mattered": self.mattered,
            "trials": [asdict(trial) for trial in self.trials],
        }

    def plot(self, path: str | PathLike[str] | None = None) -> Any:
        """Draw the score of each trial against its cost, and what mattered; needs matplotlib.

        Parameters
        ----------
        path : path, optional
            Where to write the picture too; the ending decides the format (png, svg, pdf).
        """
        from wordmill.plots.figure import save_figure  # noqa: PLC0415 (only plots need it)
        from wordmill.plots.search import search_figure  # noqa: PLC0415

        figure = search_figure(
            self.metric,
            [(t.seconds, t.score, t.state == "whole") for t in self.trials if t.score is not None],
            self.mattered,
        )
        if path is not None:
            save_figure(figure, path)
        return figure

    def __str__(self) -> str:
        best = [row for row in self.table() if row["state"] == "whole"][:_SHOWN]
        lines = [f"{row['score']:.4f}  {row['seconds']:7.1f} s  {_named(row) or 'the defaults'}" for row in best]
        mattered = ", ".join(f"{name} {share:.0%}" for name, share in list(self.mattered.items())[:4])
        found = _named(self.changed) or "the defaults"
        whole = sum(trial.state == "whole" for trial in self.trials)
        tried = f"{counted(len(self.trials), 'trial')}, {whole:,} of them whole, in {self.seconds:.0f} s"
        return "\n".join(
            [
                tried,
                f"{self.metric} of the best, on the part to choose by:",
                *lines,
                *([f"what mattered: {mattered}"] if mattered else []),
                f"settings: {found}",
                self.message,
            ]
        )


def _rank(trial: Trial) -> tuple[bool, float]:
    return trial.state != "whole", -(trial.score if trial.score is not None else -1e300)


def _named(params: dict[str, Any]) -> str:
    facts = ("trial", "score", "share", "seconds", "state")
    return ", ".join(f"{name}={_short(value)}" for name, value in params.items() if name not in facts)


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else repr(value)
