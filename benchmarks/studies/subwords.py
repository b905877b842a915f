"""Subwords beside fastText's and gensim's: quality after one epoch and five, and in a language rich in endings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from itertools import product
from typing import Any

from corpora import write_lines
from harness import Measurement, Record, Setting
from markdown import table
from report import points
from studies.quality import judged_run, quality_job
from wordmill.errors import counted

TITLE = "Subwords"
EPOCHS = (1, 5)
SAMPLE = 1e-4  # fastText's
Lengths = tuple[int, int] | None
LENGTHS = (3, 6)  # fastText's
SYLLABLES = (1, 3)  # for a language whose characters are syllables
# Programs, with their rate and power of noise: those that the peers have by themselves, our candidates; words alone.
PEERS = [("fasttext", 0.05, 0.5), ("gensim", 0.05, 0.75)]
OWN = [("wordmill", alpha, exponent) for alpha in (0.025, 0.05, 0.075) for exponent in (0.5, 0.75)]
WORDS = ("wordmill", 0.025, 0.75)


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each text, program, rate and seed: all of them by one seed before the next."""
    setting = replace(setting, threads=1)  # so that programs differ by no races
    own, epochs = (OWN[:1], EPOCHS[:1]) if setting.smoke else (OWN, EPOCHS)
    runs: list[tuple[tuple[str, float, float], Lengths]] = [(WORDS, None), *((run, LENGTHS) for run in [*PEERS, *own])]
    other = _other_language(setting)
    for seed in range(1, setting.turns + 1):
        for (program, lengths), passes in product(runs, epochs):
            yield from _judged(setting, program, passes, lengths, seed)
        if other:
            for program, lengths in [*runs, *((run, SYLLABLES) for run in own)]:
                yield from _judged(other, program, epochs[-1], lengths, seed)


def _judged(
    setting: Setting, run: tuple[str, float, float], epochs: int, lengths: Lengths, seed: int
) -> Iterator[Measurement]:
    program, alpha, exponent = run
    choices: dict[str, Any] = {"alpha": alpha, "ns_exponent": exponent, "sample": SAMPLE, "subwords": lengths}
    job = quality_job(setting, epochs=epochs, architecture="skipgram", seed=seed, **choices)
    with suppress(PackageNotFoundError):
        yield judged_run(setting, program, job, halves=True)


def _other_language(setting: Setting) -> Setting | None:
    if setting.other_language is None:
        return None
    text, pairs = setting.other_language
    target = setting.scratch / "other.txt"
    return replace(setting, corpus=write_lines(text, None, target), text=target, analogies=None, pairs=[pairs])


def report(records: list[Record]) -> list[str]:
    """Means over the seeds, ± half the range: a table for each text and number of epochs."""
    tables: dict[tuple[str, int, int], list[Record]] = {}
    for record in records:
        tables.setdefault((record["corpus"], record["tokens"], record["epochs"]), []).append(record)
    lines: list[str] = []
    for (corpus, tokens, epochs), rows in tables.items():
        sizes = f"D={rows[0]['D']}, W=5, K=5, sample={SAMPLE:g}, one thread"
        lines += [f"{corpus}, {tokens:,} tokens, {counted(epochs, 'epoch')}, {sizes}:", "", *_table(rows), ""]
    return [
        *lines,
        "Google analogies among the 30,000 most frequent words; Spearman of word pairs, times 100. With unseen: of all",
        "pairs, words that the vocabulary lacks by their n-grams. Noise: the power of a word's count.",
    ]


def _table(records: list[Record]) -> list[str]:
    by_run: dict[tuple[str, ...], list[Record]] = {}
    for record in records:
        lengths = "-".join(map(str, record.get("subwords", ())))
        name = record["program"], lengths or "none", f"{record['alpha']:g}", f"{record.get('ns_exponent', 0.75):g}"
        by_run.setdefault(name, []).append(record["scores"])
    sets = max((list(scores[0]) for scores in by_run.values()), key=len)  # words alone have no unseen ones
    rows = [
        [*name, len(scores), *(points(scores, label) if label in scores[0] else "-" for label in sets)]
        for name, scores in sorted(by_run.items())
    ]
    return table(["program", "n-grams", "alpha", "noise", "seeds", *sets], rows, left=4)
