"""The top of the package: quick to import, and clear where the core is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

import wordmill
from wordmill.errors import CoreNotBuiltError


def test_import_loads_nothing_heavy() -> None:
    heavy = "{'numpy', 'rich', 'typer', 'safetensors', 'wordmill._core'}"
    script = f"import sys, wordmill; print(sorted({heavy} & set(sys.modules)))"
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_help_waits_for_nothing_heavy() -> None:
    heavy = "{'numpy', 'pydantic', 'pyarrow', 'scipy', 'wordmill._core', 'wordmill.vectors', 'wordmill.training'}"
    script = f"import sys, wordmill.cli.app; print(sorted({heavy} & set(sys.modules)))"
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_every_public_name_loads() -> None:
    for name in wordmill.__all__:
        assert getattr(wordmill, name) is not None
    assert set(wordmill.__all__) <= set(dir(wordmill))


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Word3Vec'"):
        wordmill.Word3Vec  # noqa: B018


def test_missing_core_names_the_command_that_builds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(wordmill, "_core", raising=False)
    monkeypatch.setitem(sys.modules, "wordmill._core", None)  # as if it were not there
    with pytest.raises(CoreNotBuiltError, match="make build"):
        from wordmill import _core  # noqa: F401
    assert wordmill.TrainConfig().vector_size == 100
