"""Cost of a token as the corpus grows, and as the vocabulary grows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core_runs import SEQUENCE, zipf_counts, zipf_ids
from harness import Measurement, Record, Setting
from markdown import table
from programs import program_build
from wordmill import EncodedCorpus, Vocab, Word2Vec, read_corpus

TITLE = "Scale"
MILLION = 1_000_000
TOKENS = [1, 2, 5, 10, 20, 50, 100, 200]  # millions
WORDS = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, MILLION]
TOKENS_FOR_WORDS = 10 * MILLION
SHORT = 20 * MILLION  # tokens: an epoch so short is measured some times


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each length and each vocabulary."""
    architectures: list[Literal["skipgram", "cbow"]] = ["skipgram", "cbow"]
    axes: dict[str, Sequence[float]] = {"tokens": TOKENS, "V": WORDS}
    if setting.smoke:
        axes = {"tokens": [0.01, 0.02], "V": [100, 200]}
    text = setting.large_text.name if setting.large_text else setting.corpus["name"]
    for architecture, axis in product(architectures, axes):
        for value in axes[axis]:
            key = {"axis": axis, "architecture": architecture, "value": value, "threads": setting.threads}
            corpus = text if axis == "tokens" else "Zipf's law"
            measure = partial(_measure, setting, architecture, axis, value)
            yield Measurement({**key, "corpus": corpus, "build": program_build("wordmill")}, measure)


def _measure(setting: Setting, architecture: Literal["skipgram", "cbow"], axis: str, value: float) -> Record:
    if axis == "tokens":
        corpus = _repeated(setting, int(value * MILLION))
    else:
        tokens = 10_000 if setting.smoke else TOKENS_FOR_WORDS
        words = int(value)
        corpus = _corpus(Vocab(np.arange(words), zipf_counts(words)), zipf_ids(words, tokens))
    epochs = setting.turns if len(corpus.ids) <= SHORT else 1
    model = Word2Vec(architecture=architecture, workers=setting.threads, epochs=epochs).fit(corpus)
    epoch = min(model.history, key=lambda epoch: epoch["seconds"] / epoch["centres"])
    names = ("seconds", "tokens", "examples", "centres")
    return {"V": len(corpus.vocab), **{name: epoch[name] for name in names}}


def _repeated(setting: Setting, tokens: int) -> EncodedCorpus:
    """Read the large text, and cut or repeat it to some length; the vocabulary stays that of all of it."""
    corpus = read_corpus(setting.large_text or setting.text)
    return _corpus(corpus.vocab, np.resize(corpus.ids, tokens))


def _corpus(vocab: Vocab, ids: NDArray[np.int32]) -> EncodedCorpus:
    return EncodedCorpus(vocab, ids, np.append(np.arange(0, len(ids), SEQUENCE), len(ids)), len(ids))


def report(records: list[Record]) -> list[str]:
    """Nanoseconds a token and a window."""
    rows = []
    for record in records:
        tokens = record["value"] * MILLION if record["axis"] == "tokens" else record["tokens"]
        rows.append([
            record["architecture"], record["corpus"], f"{tokens / MILLION:g}", f"{record['V']:,}",
            f"{record['seconds'] / record['tokens'] * 1e9:.0f}",
            f"{record['seconds'] / record['centres'] * 1e9:.0f}",
            f"{record['tokens'] / record['seconds'] / 1e6:.2f}",
        ])  # fmt: skip
    return [
        f"D=100, threads={records[0]['threads']}, seconds inside an epoch, of short ones the quickest of some. A text",
        "is cut, or repeated, to its length and keeps the vocabulary of all of it.",
        "",
        *table(["", "corpus", "million tokens", "V", "ns a token", "ns a window", "M tokens/s"], rows, left=2),
        "",
        *flatness(records),
    ]


def flatness(records: list[Record]) -> list[str]:
    """Say how far apart the dearest and the cheapest window of each curve lie."""
    curves: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        curves.setdefault((record["axis"], record["architecture"]), []).append(record)
    lines = []
    for (axis, architecture), points in curves.items():
        costs = [(point["seconds"] / point["centres"], point["value"]) for point in points]
        (low, cheap), (high, dear) = min(costs), max(costs)
        unit = "million tokens" if axis == "tokens" else "words"
        times = f"{high / low:.2f} times as much"
        lines.append(f"- {architecture}: a window costs {times} at {dear:,g} {unit} as at {cheap:,g}.")
    return lines


def plot(records: list[Record], path: Path) -> None:
    """Draw nanoseconds a window along both axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.5), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    for panel, (axis, label) in zip(panels, [("tokens", "million tokens"), ("V", "vocabulary size")], strict=True):
        for architecture in ("skipgram", "cbow"):
            points = [record for record in records if (record["axis"], record["architecture"]) == (axis, architecture)]
            costs = [record["seconds"] / record["centres"] * 1e9 for record in points]
            panel.plot([record["value"] for record in points], costs, marker="o", label=architecture)
        panel.set(xscale="log", xlabel=label)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set(ylabel="ns a window", ylim=(0, None))  # both panels', now that both are drawn
    panels[0].legend(frameon=False)
    figure.savefig(path, dpi=120)
