"""Markdown that the program writes about itself: parameters, commands, and the names that other tools use."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import groupby
from typing import Any

import typer

from wordmill.cli.app import app
from wordmill.config import KINDS, Knob, TrainConfig, expected
from wordmill.other_names import renamed
from wordmill.vectors.formats import FORMATS

__all__ = ["commands", "formats", "other_names", "parameters"]

GROUPS = {
    "Model": "What is learned.",
    "Documents": "Of `Doc2Vec` alone, which calls `documents` its `mode`.",
    "Training": "How it is learned.",
    "Corpus": "How the corpus is read.",
    "Run": "How the work is done.",
    "Cluster": "Training on several machines, with backend ray ([Several machines](guide/machines.md)).",
}

#: Parameters of other tools with their defaults, by tool, in the order of their manuals.
OTHER_TOOLS: dict[str, dict[str, object]] = {
    "gensim": {
        "sentences": None, "corpus_file": None, "vector_size": 100, "alpha": 0.025, "window": 5, "min_count": 5,
        "max_vocab_size": None, "sample": 1e-3, "seed": 1, "workers": 3, "min_alpha": 1e-4, "sg": 0, "hs": 0,
        "negative": 5, "ns_exponent": 0.75, "cbow_mean": 1, "hashfxn": "hash", "epochs": 5, "trim_rule": None,
        "sorted_vocab": 1, "batch_words": 10_000, "compute_loss": False, "callbacks": "()", "max_final_vocab": None,
        "shrink_windows": True,
    },
    "fastText": {
        "input": None, "model": "skipgram", "lr": 0.05, "dim": 100, "ws": 5, "epoch": 5, "minCount": 5, "minn": 3,
        "maxn": 6, "neg": 5, "wordNgrams": 1, "loss": "ns", "bucket": 2_000_000, "thread": 12, "t": 1e-4,
    },
    "word2vec.c": {
        "size": 100, "window": 5, "sample": 1e-3, "hs": 0, "negative": 5, "threads": 12, "iter": 5, "min-count": 5,
        "alpha": 0.025, "cbow": 1,
    },
}  # fmt: skip


def parameters() -> str:
    """Write a section for each parameter, by group, from the fields of `TrainConfig`."""
    lines: list[str] = []
    for group, entries in groupby(fields(TrainConfig), lambda entry: entry.metadata["knob"].group):
        lines += [f"## {group}", "", GROUPS[group], ""]
        for entry in entries:
            knob: Knob = entry.metadata["knob"]
            facts = {
                "takes": expected(KINDS[entry.name], knob),
                "default": f"`{entry.default!r}`",
                "unit": knob.unit,
                "option": "" if entry.name == "verbose" else f"`{option(entry.name)}`",
                "source": knob.source,
            }
            lines += [f"### {entry.name}", "", knob.help, ""]
            lines += [f"- {name}: {fact}" for name, fact in facts.items() if fact] + [""]
    return "\n".join(lines)


def commands() -> str:
    """Write a section for each command, from the Typer application."""
    lines: list[str] = []
    program: Any = typer.main.get_command(app)
    for name, command in program.commands.items():
        arguments = [param for param in command.params if param.param_type_name == "argument"]
        options = [param for param in command.params if param.param_type_name == "option"]
        usage = " ".join(["wordmill", name, *map(_placeholder, arguments), "[OPTIONS]"])
        examples = command.epilog.partition(":")[2].split("  |  ")
        lines += [f"## wordmill {name}", "", command.help, "", "```text", usage, "```", "", "For example:", ""]
        lines += ["```text", *(example.strip() for example in examples), "```", ""]
        lines += _table(("argument", "meaning"), ((f"`{param.name}`", param.help) for param in arguments))
        lines += _table(("option", "default", "meaning"), map(_option_row, options))
    return "\n".join(lines)


def formats() -> str:
    """Write a table of the file formats of vectors, from the table that reads and writes them."""
    rows = []
    for name, form in FORMATS.items():
        module = inspect.getmodule(form.write)
        about = (inspect.getdoc(module) or "").partition("\n\n")[0].replace("\n", " ").rstrip(":")
        rows.append((f"`{name}`", ", ".join(f"`{suffix}`" for suffix in form.suffixes), about))
    return "\n".join(_table(("format", "endings", "what it is"), rows))


def other_names() -> str:
    """Write a section for each tool: its parameters and ours, with the defaults of both."""
    ours = {entry.name: entry.default for entry in fields(TrainConfig)}
    lines: list[str] = []
    for tool, theirs in OTHER_TOOLS.items():
        rows = ((f"`{name}`", _shown(default), *_here(name, default, ours)) for name, default in theirs.items())
        lines += [f"## Parameters of {tool}", ""]
        lines += _table((tool, "default there", "here", "default here"), rows)
    return "\n".join(lines)


def option(name: str) -> str:
    """Return the command-line option of a parameter."""
    return "--" + name.replace("_", "-")


def _here(name: str, default: object, ours: dict[str, object]) -> tuple[str, str]:
    """Say what another tool's parameter is here, and our default."""
    same = name.replace("-", "_")
    if same in ours:
        return "the same" if same == name else f"`{option(same)}`", _shown(ours[same])
    hint = renamed(name, default)
    if hint is None:
        raise LookupError(f"wordmill.other_names does not know {name}")
    hint = hint.removeprefix("here it is ").removeprefix("write ")
    named = hint.partition("=")[0]
    if named in ours:
        return f"`{hint}`", _shown(ours[named])
    return hint, ""


def _shown(default: object) -> str:
    return f"`{default}`"


def _placeholder(argument: Any) -> str:
    name = argument.name.upper() + ("..." if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _option_row(param: Any) -> tuple[str, str, str]:
    names = ", ".join(f"`{name}`" for name in [*param.opts, *param.secondary_opts])
    default = "" if param.default in (None, False) else "on" if param.default is True else f"`{param.default}`"
    return names, "needed" if param.required else default, param.help


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    cells = [[str(cell).replace("|", "\\|") for cell in row] for row in rows]
    if cells:
        for row in (heading, ["---"] * len(heading), *cells):
            yield "| " + " | ".join(row) + " |"
        yield ""
