"""Every D, W, K and V: no value may cost more than twice what its neighbour costs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise, product

from core_runs import CoreRun, make_task, zipf_counts, zipf_ids
from harness import Measurement, Record, Setting
from markdown import table
from programs import program_build
from wordmill.core import core

TITLE = "Neighbours: one setting changes, the others stay"
USUAL = {"D": 100, "W": 5, "K": 5, "V": 50_000}
AXES = {
    "D": [*range(1, 21), *range(90, 131)],
    "W": list(range(1, 51)),
    "K": list(range(1, 101)),
    "V": [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000,
          5_000_000],
}  # fmt: skip
TOKENS = {"D": 30_000, "W": 30_000, "K": 30_000, "V": 300_000}  # V: rows enough to leave every cache


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each axis and instruction set."""
    for axis, architecture, isa in product(AXES, ["skipgram", "cbow"], core.available_isas()):
        key = {"axis": axis, "architecture": architecture, "isa": isa, "build": program_build("wordmill")}
        yield Measurement(key, partial(_measure, setting, axis, architecture, isa))


def _measure(setting: Setting, axis: str, architecture: str, isa: str) -> Record:
    values = AXES[axis][:3] if setting.smoke else AXES[axis]
    tokens = 1_000 if setting.smoke else TOKENS[axis]
    return {
        "values": values,
        "window_ns": [_window_ns({**USUAL, axis: value}, architecture, isa, tokens, setting.turns) for value in values],
    }


def _window_ns(sizes: dict[str, int], architecture: str, isa: str, tokens: int, turns: int) -> float:
    task = make_task(
        zipf_ids(sizes["V"], tokens),
        zipf_counts(sizes["V"]),
        architecture,
        window=sizes["W"],
        negative=sizes["K"],
        shrink_windows=False,
    )
    return CoreRun(task, sizes["D"], isa).best(turns).window_ns


def report(records: list[Record]) -> list[str]:
    """Nanoseconds a window along each axis, and the greatest step between neighbours."""
    usual = ", ".join(f"{axis}={value:,}" for axis, value in USUAL.items())
    rows = []
    for record in records:
        steps = [
            (max(a, b) / min(a, b), low, high)
            for (low, a), (high, b) in pairwise(zip(record["values"], record["window_ns"], strict=True))
            if high - low == 1 or record["axis"] == "V"
        ]
        ratio, low, high = max(steps)
        rows.append([
            record["axis"], record["architecture"], record["isa"], f"{ratio:.2f}", f"{low:,} and {high:,}",
            ", ".join(f"{value:,}: {ns:.0f}" for value, ns in _shown(record)),
        ])  # fmt: skip
    return [
        f"Ids drawn by Zipf's law, full windows, one thread; {usual} where not on the axis. Neighbours in V lie a",
        "factor of 2 to 2.5 apart. All values are in the JSON.",
        "",
        *table(["axis", "", "instruction set", "greatest step", "between", "ns a window"], rows, left=6),
    ]


def _shown(record: Record) -> list[tuple[int, float]]:
    """Pick some ten values of an axis, evenly spread."""
    points = list(zip(record["values"], record["window_ns"], strict=True))
    return points[:: max(1, len(points) // 10)]
