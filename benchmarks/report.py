"""What was measured, as Markdown, as a picture, and in the documents.

python benchmarks/report.py build/bench/compare.json                        # the tables again
python benchmarks/report.py --update-docs docs/benchmarks/*.json            # into README.md and docs/performance.md
python benchmarks/report.py --update-docs jobs/compare.json --blocks jobs   # the same, one table alone
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from statistics import mean, median
from typing import Any

from harness import find_study, study_calls, study_tables
from markdown import caption, number, table, update_blocks
from wordmill.errors import counted

__all__ = ["comparison", "plot", "queries_and_files"]

Report = dict[str, Any]
Runs = dict[str, list[Report]]  # of one configuration, by program
DOCUMENTS = [Path("README.md"), Path("docs/performance.md")]


def comparison(report: Report) -> str:
    """Tables of speed and quality for each configuration, and all that is needed to repeat them."""
    lines = [f"# {' against '.join(report['versions'])}", "", *_circumstances(report), "", *ratios(report)]
    for title, runs in configurations(report):
        lines += ["", f"## {title}", "", *speed_table(runs), *scaling(runs), *quality_table(runs)]
    return "\n".join(lines) + "\n"


def _circumstances(report: Report) -> list[str]:
    corpus = report["corpus"]
    versions = [f"{name} {version}" for name, version in report["versions"].items() if "-" not in name]
    return [
        *caption([report]),
        f"{', '.join(versions)}.",
        "",
        f"Corpus: {corpus['name']}, {corpus['tokens']:,} tokens in lines of {corpus['tokens_per_line']:,}.",
        f"Medians of {counted(report['repeats'], 'run')} each, in turns (fastText by default once).",
        "Ratio: a program's seconds by wordmill's.",
    ]


def model_name(job: Mapping[str, Any]) -> str:
    """Say what a job trains."""
    tree = job.get("objective") == "hierarchical_softmax"  # jobs of before have no such choice
    ngrams = job.get("subwords")
    items = " of items" if job.get("data") == "sessions" else ""
    return f"{job['architecture']}{items}{' with subwords' if ngrams else ''}{', hierarchical softmax' if tree else ''}"


def configurations(report: Report) -> Iterator[tuple[str, Runs]]:
    """Yield each configuration's title and its runs by program."""
    by_title: dict[str, Runs] = {}
    for run in report["runs"]:
        job = run["job"]
        title = (
            f"{model_name(job)}, D={job['vector_size']}, W={job['window']}, K={job['negative']}, "
            f"epochs={job['epochs']}, threads={job['threads']}"
        )
        by_title.setdefault(title, {}).setdefault(run["program"], []).append(run)
    yield from by_title.items()


def ratios(report: Report) -> list[str]:
    """One line for each configuration: million tokens a second, and how many times as fast wordmill is."""
    peers = [name for name in report["versions"] if not name.startswith("wordmill")]
    heading = ["", "D", "threads", "wordmill", *(cell for name in peers for cell in (name, "ratio"))]
    rows = []
    for (_, runs), own in product(configurations(report), ("wordmill", "wordmill-avx2")):
        if own not in runs:
            continue
        job = runs[own][0]["job"]
        name = model_name(job) + own.removeprefix("wordmill").replace("-", ", by ")
        row = [name, job["vector_size"], job["threads"], number(_speed(runs[own]))]
        for peer in peers:
            measured = peer in runs
            row.append(number(_speed(runs[peer])) if measured else "-")
            row.append(f"**{_ratio(runs[peer], runs[own], 'train')}**" if measured else "-")
        rows.append(row)
    return ["Million tokens a second in training:", "", *table(heading, rows)]


def jobs_table(report: Report) -> list[str]:
    """One line for each job, by all threads and the smallest D: speed and quality of each program beside each other."""
    peers = [name for name in report["versions"] if not name.startswith("wordmill")]
    found = [runs for _, runs in configurations(report) if "wordmill" in runs]
    sizes = [(runs["wordmill"][0]["job"]["threads"], -runs["wordmill"][0]["job"]["vector_size"]) for runs in found]
    rows = []
    for runs, shape in zip(found, sizes, strict=True):
        if shape != max(sizes) or not set(peers) & set(runs):
            continue
        own = runs["wordmill"]
        scores = {name: [run["quality"] for run in each if "quality" in run] for name, each in runs.items()}
        measure = next(iter(scores["wordmill"][0]))
        row = [model_name(own[0]["job"]), number(_speed(own))]
        row += [f"**{_ratio(runs[peer], own, 'train')}**" if peer in runs else "-" for peer in peers]
        row.append(measure)
        row += [
            points(scores[name], measure, known=False) if scores.get(name) else "-" for name in ("wordmill", *peers)
        ]
        rows.append(row)
    threads, size = max(sizes)
    about = f"D={-size}, {counted(threads, 'thread')}"
    heading = [about, "M tokens/s", *(f"times {peer}" for peer in peers), "scored by", "wordmill", *peers]
    return table(heading, rows)


def speed_table(runs: Runs) -> list[str]:
    """Medians over the repeats; the ratios say how many times as fast wordmill is."""
    heading = ["program", "alpha", "M tokens/s", "ratio", "read s", "train s", "save s", "job s", "ratio"]
    rows = []
    for name, own in runs.items():
        if name == "wordmill-processes":
            continue
        alpha = own[0]["job"]["alpha"]
        rows.append([
            name,
            "its own" if alpha is None else f"{alpha:g}",
            number(_speed(own)),
            _ratio(own, runs.get("wordmill"), "train"),
            number(_median(own, "read_seconds")),
            number(_median(own, "train_seconds")),
            number(_median(own, "save_seconds")),
            number(_median(own, "job_seconds")),
            _ratio(own, runs.get("wordmill"), "job"),
            number(_median(own, "trained"), 1e6),
            number(_median(own, "peak_bytes"), 1e6, 0),
        ])  # fmt: skip
    lines = table([*heading, "trained M", "peak MB"], rows)
    if any(own[0]["read_seconds"] is None for own in runs.values()):
        lines += ["", "fastText reads and trains in one call: its train seconds hold both, its job seconds compare."]
    return lines


def scaling(runs: Runs) -> list[str]:
    """Threads against independent processes, inside the epochs."""
    if not {"wordmill", "wordmill-processes"} <= set(runs):
        return []
    threads, processes = (
        median(run["tokens"] / run["epoch_seconds"] for run in runs[name])
        for name in ("wordmill", "wordmill-processes")
    )
    count = runs["wordmill"][0]["job"]["threads"]
    return [
        "",
        f"{count} threads reach {threads / processes:.1%} of the speed of {count} processes side by side:",
        f"{threads / 1e6:.2f} of {processes / 1e6:.2f} million tokens a second inside the epochs.",
    ]


def quality_table(runs: Runs) -> list[str]:
    """Means over the repeats, in points, with the spread between the lowest and the highest."""
    judged = {name: [run["quality"] for run in own if "quality" in run] for name, own in runs.items()}
    judged = {name: scores for name, scores in judged.items() if scores}
    if not judged:
        return []
    sets = list(next(iter(judged.values()))[0])
    rows = [[name, *(points(scores, label) for label in sets)] for name, scores in judged.items()]
    return ["", *table(["program", *sets], rows), "", "Scores: points, means of the runs, ± half their range."]


def points(scores: list[Report], label: str, *, known: bool = True) -> str:
    """Mean score on one set, ± half the range of several, and how much of the set is known."""
    values = [score[label]["points"] for score in scores]
    share = f" ({scores[0][label]['coverage']:.0%} known)" if known else ""
    if None in values:
        return f"undefined{share}"
    spread = f" ± {(max(values) - min(values)) / 2:.1f}" if known or len(values) > 1 else ""
    return f"{mean(values):.1f}{spread}{share}"


def plot(report: Report, path: Path) -> None:
    """Speed of each program in each configuration, as bars."""
    from matplotlib.figure import Figure

    colours = {name: f"C{place}" for place, name in enumerate(report["versions"])}
    bars, ticks, y = [], [], 0
    for _, runs in configurations(report):
        drawn = [name for name in colours if name in runs and name != "wordmill-processes"]
        ticks.append((y + (len(drawn) - 1) / 2, _short(runs[drawn[0]][0]["job"])))
        bars += [(y + place, name, _speed(runs[name])) for place, name in enumerate(drawn)]
        y += len(drawn) + 1
    figure = Figure(figsize=(8, 1.2 + 0.22 * y), layout="constrained")
    axes = figure.add_subplot()
    for name, colour in colours.items():
        places = [(place, speed) for place, program, speed in bars if program == name]
        if places:
            ys, speeds = zip(*places, strict=True)
            axes.bar_label(axes.barh(ys, speeds, height=0.9, color=colour, label=name), fmt=" %.2f")
    axes.set_yticks(*zip(*ticks, strict=True))
    axes.invert_yaxis()
    axes.margins(x=0.1, y=0.01)
    axes.set(xlabel=f"million tokens a second, {report['machine']['processor']}")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(frameon=False, loc="outside upper left", ncols=len(colours))
    figure.savefig(path, dpi=120)


def _short(job: Mapping[str, Any]) -> str:
    """Say what tells a job from the others of a picture."""
    return f"{model_name(job)}, D={job['vector_size']}, {counted(job['threads'], 'thread')}"


def _median(runs: list[Report], field: str) -> float | None:
    values = [run[field] for run in runs]
    return None if None in values else median(values)


def _speed(runs: list[Report]) -> float:
    """Million tokens a second in training."""
    return float(median(run["tokens"] / run["train_seconds"] for run in runs) / 1e6)


def _ratio(own: list[Report], base: list[Report] | None, part: str) -> str:
    if base is None:
        return "-"
    seconds = [median(run[f"{part}_seconds"] for run in runs) for runs in (own, base)]
    return f"{seconds[0] / seconds[1]:.2f}"


def queries_and_files(report: Report) -> list[str]:
    """Seconds of each task of `vectors.py`, and the ratios."""
    rows = []
    for task in report["tasks"]:
        seconds = [task.get(program) for program in ("wordmill", "gensim", "numpy")]
        other = seconds[1] or seconds[2]
        ratio = f"**{other / seconds[0]:.1f}**" if other else "-"
        rows.append([task["task"], *(number(one, digits=3) for one in seconds), ratio])
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    return [
        *caption([report]),
        f"{versions}. Medians of {report['repeats']} runs, in turns; files in the system's file cache.",
        "",
        *table(["", "wordmill, s", "gensim, s", "NumPy, s", "ratio"], rows),
    ]


def document_blocks(report: Report, pictures: Path, document: Path) -> dict[str, list[str]]:
    """Return what goes into a document, by the name of its markers; a study's picture is shown where there is one."""
    if "studies" in report:
        if any(record["key"].get("smoke") for records in report["studies"].values() for record in records):
            raise SystemExit("these numbers are of --smoke and mean nothing: measure first")
        calls = study_calls(report)
        return {
            name: [*caption(calls[name]), "", *lines, *_picture(name, pictures, document)]
            for name, lines in study_tables(report).items()
        }
    if "tasks" in report:
        return {"vectors": queries_and_files(report)}
    results = _circumstances(report)
    for title, runs in configurations(report):
        results += ["", f"### {title}", "", *speed_table(runs), *scaling(runs), *quality_table(runs)]
    about = ["", *_circumstances(report)]
    return {"jobs": [*jobs_table(report), *about], "ratios": [*ratios(report), *about], "results": results}


def _picture(study: str, pictures: Path, document: Path) -> list[str]:
    path = pictures / f"{study}.png"
    if not path.exists():
        return []
    return ["", f"![{find_study(study).TITLE}]({Path(os.path.relpath(path, document.parent)).as_posix()})"]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "results", nargs="+", type=Path, help="JSON that compare.py, micro.py, full.py or vectors.py wrote"
    )
    parser.add_argument(
        "--update-docs", action="store_true", help="write the blocks of README.md and docs/performance.md"
    )
    parser.add_argument("--blocks", nargs="+", help="of these blocks alone, such as jobs (default: all)")
    options = parser.parse_args(arguments)
    for path in options.results:
        report = json.loads(path.read_text(encoding="utf-8"))
        if options.update_docs:
            for document in DOCUMENTS:
                blocks = document_blocks(report, path.parent, document)
                kept = {name: lines for name, lines in blocks.items() if name in (options.blocks or blocks)}
                found = update_blocks(document, kept)
                print(f"{document}: {', '.join(found) or 'nothing'} of {path}")
        else:
            blocks = document_blocks(report, path.parent, Path("report.md"))
            print("\n".join(line for lines in blocks.values() for line in [*lines, ""]))


if __name__ == "__main__":
    main()
