"""What the program writes into the documents about itself is complete."""

from __future__ import annotations

import runpy
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from wordmill.config import TrainConfig, knobs

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def generated() -> dict[str, Any]:
    return runpy.run_path(str(DOCS / "generated.py"))


@pytest.mark.parametrize(
    ("page", "function"),
    [
        ("parameters.md", "parameters"),
        ("command-line.md", "commands"),
        ("formats.md", "formats"),
        ("other-tools.md", "other-names"),
    ],
)
def test_pages_hold_what_is_generated(page: str, function: str) -> None:
    assert f"```{{generated}} {function}\n" in (DOCS / page).read_text(encoding="utf-8")


def test_parameters_page_names_every_field_with_its_default_and_help(generated: dict[str, Any]) -> None:
    sections = generated["parameters"]().split("\n### ")[1:]
    assert [section.partition("\n")[0] for section in sections] == [entry.name for entry in fields(TrainConfig)]
    for entry, (_, knob), section in zip(fields(TrainConfig), knobs(), sections, strict=True):
        assert knob.help in section
        assert f"default: `{entry.default!r}`" in section


def test_every_group_is_explained(generated: dict[str, Any]) -> None:
    assert set(generated["GROUPS"]) == {knob.group for _, knob in knobs()}


def test_every_command_and_each_of_its_options_is_described(generated: dict[str, Any]) -> None:
    page = generated["commands"]()
    program = generated["typer"].main.get_command(generated["app"])
    assert [line for line in page.splitlines() if line.startswith("## ")] == [
        f"## wordmill {c}" for c in program.commands
    ]
    for command in program.commands.values():
        for param in command.params:
            assert all(f"`{name}`" in page for name in param.opts)


def test_every_format_of_vectors_is_in_the_table(generated: dict[str, Any]) -> None:
    rows = [line.split(" | ") for line in generated["formats"]().splitlines()[2:]]
    assert [row[0].strip("| `") for row in rows] == list(generated["FORMATS"])
    assert all(row[2].strip("| ") for row in rows)


def test_every_parameter_of_other_tools_has_an_answer(generated: dict[str, Any]) -> None:
    page = generated["other_names"]()
    for tool, parameters in generated["OTHER_TOOLS"].items():
        table = page.partition(f"## Parameters of {tool}\n")[2].partition("\n## ")[0]
        rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| `")]
        assert [row[0].strip("| `") for row in rows] == list(parameters)
        assert all(row[2].strip() for row in rows)
