"""A comparison as Markdown and as a picture."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median
from typing import Any

__all__ = ["markdown", "plot"]

Report = dict[str, Any]


def markdown(report: Report) -> str:
    """Tables of speed and quality for each configuration, and all that is needed to repeat them."""
    corpus, machine, repeats = report["corpus"], report["machine"], report["repeats"]
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    lines = [
        f"# {' against '.join(report['versions'])}",
        "",
        f"`{report['command']}`, {report['date']}",
        "",
        f"{machine['processor']} ({', '.join(machine['instruction_sets'])}), {machine['cores']} cores,",
        f"{machine['system']}, Python {machine['python']}; {versions}.",
        "",
        f"Corpus: {corpus['name']}, {corpus['tokens']:,} tokens in lines of {corpus['tokens_per_line']:,}.",
        f"Medians of {repeats} runs each, in turns.",
        "Ratio: a program's seconds by wordmill's. Scores: means of the runs, ± half their range.",
    ]
    for title, runs in configurations(report):
        lines += ["", f"## {title}", "", *speed_table(runs), "", *quality_table(runs)]
    return "\n".join(lines) + "\n"


def configurations(report: Report) -> Iterator[tuple[str, dict[str, list[Report]]]]:
    """Yield each configuration's title and its runs by program."""
    by_title: dict[str, dict[str, list[Report]]] = {}
    for run in report["runs"]:
        job = run["job"]
        title = (
            f"{job['architecture']}, D={job['vector_size']}, W={job['window']}, K={job['negative']}, "
            f"epochs={job['epochs']}, threads={job['threads']}"
        )
        by_title.setdefault(title, {}).setdefault(run["program"], []).append(run)
    yield from by_title.items()


def speed_table(runs: dict[str, list[Report]]) -> list[str]:
    """Medians over the repeats; the ratios say how many times as fast wordmill is."""
    base = runs.get("wordmill")
    lines = [
        "| program | alpha | M tokens/s | ratio | read s | train s | save s | job s | ratio | trained M | peak MB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, own in runs.items():
        alpha, tokens, trained = own[0]["job"]["alpha"], own[0]["tokens"], _median(own, "trained")
        train, job = _median(own, "train_seconds"), _median(own, "job_seconds")
        cells = [
            name,
            "its own" if alpha is None else f"{alpha:g}",
            _number(tokens / 1e6 / train),
            _ratio(train, base, "train_seconds"),
            _number(_median(own, "read_seconds")),
            _number(train),
            _number(_median(own, "save_seconds")),
            _number(job),
            _ratio(job, base, "job_seconds"),
            _number(None if trained is None else trained / 1e6),
            _number(_median(own, "peak_bytes"), 1e6, 0),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    if any(own[0]["read_seconds"] is None for own in runs.values()):
        lines += ["", "fastText reads and trains in one call: its train seconds hold both, its job seconds compare."]
    return lines


def quality_table(runs: dict[str, list[Report]]) -> list[str]:
    """Means over the repeats, in points, with the spread between the lowest and the highest."""
    sets = list(next(iter(runs.values()))[0]["quality"])
    lines = [
        "| program | " + " | ".join(sets) + " |",
        "|---|" + "---:|" * len(sets),
    ]
    for name, own in runs.items():
        cells = [name]
        for label in sets:
            points = [run["quality"][label]["points"] for run in own]
            coverage = own[0]["quality"][label]["coverage"]
            if None in points:
                cells.append(f"undefined ({coverage:.0%} known)")
            else:
                cells.append(f"{mean(points):.1f} ± {(max(points) - min(points)) / 2:.1f} ({coverage:.0%} known)")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def plot(report: Report, path: Path) -> None:
    """Speed of each program in each configuration, as bars."""
    from matplotlib.figure import Figure

    titles = [title for title, _ in configurations(report)]
    programs = list(report["versions"])
    figure = Figure(figsize=(8, 1.2 + 0.35 * len(titles) * (len(programs) + 1)), layout="constrained")
    axes = figure.add_subplot()
    for place, name in enumerate(programs):
        for row, (_, runs) in enumerate(configurations(report)):
            if name not in runs:
                continue
            speed = runs[name][0]["tokens"] / 1e6 / _known(_median(runs[name], "train_seconds"))
            y = row * (len(programs) + 1) + place
            axes.barh(y, speed, color=f"C{place}", label=name if row == 0 else None)
            axes.text(speed, y, f" {speed:.2f}", va="center")
    axes.set_yticks([row * (len(programs) + 1) + (len(programs) - 1) / 2 for row in range(len(titles))], titles)
    axes.invert_yaxis()
    axes.margins(x=0.1)
    axes.set(xlabel="million tokens a second", title=report["machine"]["processor"])
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(path, dpi=120)


def _median(runs: list[Report], field: str) -> float | None:
    values = [run[field] for run in runs]
    return None if None in values else median(values)


def _known(value: float | None) -> float:
    if value is None:
        raise ValueError("a run without a time")
    return value


def _ratio(seconds: float | None, base: list[Report] | None, field: str) -> str:
    if base is None or seconds is None:
        return "-"
    return f"{seconds / _known(_median(base, field)):.2f}"


def _number(value: float | None, unit: float = 1, digits: int = 2) -> str:
    return "-" if value is None else f"{value / unit:,.{digits}f}"


if __name__ == "__main__":  # report.py compare.json: the tables again
    import sys

    print(markdown(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
