"""The rate of skip-gram, and gensim's, on texts of several sizes and languages, and on sessions of items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError
from typing import Any

from corpora import write_lines
from harness import Measurement, Record, Setting
from sessions import Asked, hold_out
from studies.cbow_elsewhere import session_run
from studies.quality import NOTE, judged_run, quality_job, score_table

TITLE = "Rates for skip-gram"
EPOCHS = {"wordmill": (1, 5, 15), "gensim": (1, 5)}
ALPHAS = {"wordmill": (0.025, 0.035, 0.05, 0.075), "gensim": (0.025, 0.05, 0.075)}
LARGE = 30_000_000  # tokens: a longer text is gone through five times at most


@dataclass(frozen=True)
class Data:
    """What is trained on; `cases`: of sessions, what comes next."""

    setting: Setting
    cases: Asked | None = None

    def epochs(self, program: str) -> Sequence[int]:
        """Return the passes to measure."""
        if self.setting.smoke:
            return (1,)
        most = 5 if self.setting.corpus["tokens"] > LARGE else max(EPOCHS[program])
        return [epochs for epochs in EPOCHS[program] if epochs <= most]


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each text, program, rate, seed and number of epochs: all of them by one seed before the next."""
    corpora = list(_corpora(replace(setting, threads=1)))  # so that programs differ by no races
    for seed in range(1, setting.turns + 1):
        for program in ("wordmill", *(name for name in setting.peers if name in ALPHAS)):
            for data in corpora:
                yield from _runs(data, program, seed)


def _runs(data: Data, program: str, seed: int) -> Iterator[Measurement]:
    setting = data.setting
    alphas = ALPHAS[program][:1] if setting.smoke else ALPHAS[program]
    for epochs in data.epochs(program):
        for alpha in alphas:
            choices: dict[str, Any] = {"architecture": "skipgram", "alpha": alpha, "seed": seed}
            job = quality_job(setting, epochs=epochs, **choices)
            with suppress(PackageNotFoundError):
                if data.cases is None:
                    yield judged_run(setting, program, job)
                else:
                    yield session_run(setting, program, job, data.cases)


def _corpora(setting: Setting) -> Iterator[Data]:
    """Yield the corpus, and of the other data those that were given."""
    if setting.small_text:
        tokens = len(setting.small_text.read_text(encoding="utf-8").split())
        yield Data(
            replace(setting, text=setting.small_text, corpus={"name": setting.small_text.name, "tokens": tokens})
        )
    if setting.other_language:
        text, pairs = setting.other_language
        target = setting.scratch / "other.txt"
        yield Data(replace(setting, corpus=write_lines(text, None, target), text=target, analogies=None, pairs=[pairs]))
    if setting.sessions:
        target = setting.scratch / "sessions.txt"
        cases = hold_out(setting.sessions, target)
        tokens = len(target.read_text(encoding="utf-8").split())
        yield Data(replace(setting, text=target, corpus={"name": setting.sessions.name, "tokens": tokens}), cases)
    yield Data(setting)
    if setting.large_text:
        target = setting.scratch / "large.txt"
        yield Data(replace(setting, corpus=write_lines(setting.large_text, None, target), text=target))


def report(records: list[Record]) -> list[str]:
    """Means over the seeds, ± half the range: a table for each corpus and number of epochs."""
    lines: list[str] = []
    tables: dict[tuple[str, int], list[Record]] = {}
    for record in records:
        tables.setdefault((record["corpus"], record["epochs"]), []).append(record)
    for rows in tables.values():
        lines += [*score_table(rows), ""]
    return [*lines, NOTE]
