"""What is missing is named with its purpose and its cure, and what is there but broken is told apart."""

from __future__ import annotations

import sys
from importlib.metadata import requires
from pathlib import Path

import pytest

from wordmill import extras
from wordmill.errors import MissingDependencyError


def test_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usearch", None)
    monkeypatch.delitem(sys.modules, "usearch.index", raising=False)
    with pytest.raises(MissingDependencyError) as caught:
        extras.import_extra("usearch.index", "approximate indexes", "search exactly")
    message = "approximate indexes need usearch: python -m pip install 'wordmill[ann]', or search exactly"
    assert str(caught.value) == message


def test_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    with pytest.raises(
        MissingDependencyError, match=r"^maps need umap-learn: python -m pip install 'wordmill\[umap\]'$"
    ):
        extras.check_extra("umap", "maps")


def test_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "umap.py").write_text("import a_part_that_is_gone\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "umap", raising=False)
    with pytest.raises(MissingDependencyError, match=r"fails to load .*a_part_that_is_gone.*--upgrade"):
        extras.import_extra("umap", "maps")


def test_what_is_told_to_install_exists() -> None:
    extra = {requirement for _, requirement in extras._EXTRAS.values() if "[" in requirement}
    declared = "".join(requires("wordmill") or [])
    for requirement in extra:
        name = requirement.partition("[")[2].partition("]")[0]
        assert f"extra == '{name}'" in declared.replace('"', "'")
