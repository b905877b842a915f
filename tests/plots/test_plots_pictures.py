"""Maps and curves: the file is a picture, the words are where their vectors say, the rest is reported."""

from __future__ import annotations

import dataclasses
import logging
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from wordmill.datasets.word_groups import WORD_GROUPS
from wordmill.errors import MissingDependencyError, MissingKeyError, OutputError, ParameterError
from wordmill.evaluation import compare_models
from wordmill.plots import plot_comparison, plot_loss, plot_map
from wordmill.plots.figure import fonts_for
from wordmill.plots.loss import loss_figure

PNG = b"\x89PNG\r\n\x1a\n"


class Clusters:
    """Three clusters of ten words, far apart."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.index_to_key: list[Any] = [f"{name}{i}" for name in "abc" for i in range(10)]
        self.key_to_index: dict[Any, int] = {key: row for row, key in enumerate(self.index_to_key)}
        self.vectors: NDArray[Any] = np.repeat(np.eye(3, 8), 10, axis=0) + rng.normal(0, 0.05, (30, 8))


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_map_keeps_clusters_together(tmp_path: Path, method: Any) -> None:
    vectors = Clusters()
    groups = {name: vectors.index_to_key[10 * i : 10 * i + 10] for i, name in enumerate("abc")}
    drawn = plot_map(vectors, groups, tmp_path / "map.png", method=method)
    assert drawn.path.read_bytes().startswith(PNG)
    assert list(drawn.words) == vectors.index_to_key
    assert drawn.unknown == drawn.unlabelled == ()
    distances = np.linalg.norm(drawn.positions[:, None] - drawn.positions[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (distances.argmin(axis=1) // 10 == np.arange(30) // 10).all()


def test_unknown_words_are_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        drawn = plot_map(Clusters(), ["a1", "a2", "b1", "unicorn"], tmp_path / "map.svg", method="pca")
    assert drawn.unknown == ("unicorn",)
    assert "for want of a vector: unicorn" in caplog.text
    assert drawn.path.read_text(encoding="utf-8").startswith("<?xml")


def test_words_may_hold_dollars_and_repeat(tmp_path: Path) -> None:
    vectors = Clusters()
    vectors.index_to_key[:2] = ["$x", "a$b$"]
    vectors.key_to_index = {key: row for row, key in enumerate(vectors.index_to_key)}
    drawn = plot_map(vectors, ["$x", "a$b$", "a3", "$x"], tmp_path / "map.png", method="pca")
    assert drawn.words == ("$x", "a$b$", "a3")


def test_integer_keys_are_drawn(tmp_path: Path) -> None:
    vectors = Clusters()
    vectors.index_to_key = list(range(30))
    vectors.key_to_index = {key: key for key in range(30)}
    assert plot_map(vectors, [1, 2, 11], tmp_path / "map.png", method="pca").words == (1, 2, 11)
    titles = {1: "The Saloon", 2: "Orbit", 11: "Crypt"}
    drawn = plot_map(vectors, [1, 2, 11, 12], tmp_path / "map.svg", method="pca", labels=titles)
    svg = drawn.path.read_text(encoding="utf-8")
    assert all(f"<!-- {label} -->" in svg for label in [*titles.values(), "12"])


def test_letters_without_a_font_are_boxes_and_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    vectors = Clusters()
    words = [f"{chr(0xF0000 + i)}a" for i in range(30)]  # a plane for private use: no font has its letters
    vectors.key_to_index = {key: row for row, key in enumerate(words)}
    with caplog.at_level(logging.WARNING):
        drawn = plot_map(vectors, {words[0]: words}, tmp_path / "map.svg", method="pca", title=words[1])
    (line,) = caplog.messages
    assert "no installed font has 30 letters of the map" in line
    assert "\u25a1a" in drawn.path.read_text(encoding="utf-8")


def test_no_known_word_is_an_error_and_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(MissingKeyError, match="of 2 words for the map 0 have a vector"):
        plot_map(Clusters(), ["x", "y"], tmp_path / "map.png")
    assert not (tmp_path / "map.png").exists()


def test_more_words_than_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wordmill.plots.word_map._MOST", 29)
    with pytest.raises(ParameterError, match="30 words for the map, and more than 29 cannot be read"):
        plot_map(Clusters(), Clusters().index_to_key, tmp_path / "map.png")


def test_bad_method_ending_and_place(tmp_path: Path) -> None:
    words = ["a1", "a2", "a3"]
    with pytest.raises(ParameterError, match="method='mds' is unknown"):
        plot_map(Clusters(), words, tmp_path / "map.png", method="mds")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="no picture format has this ending"):
        plot_map(Clusters(), words, tmp_path / "map.txt", method="pca")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        plot_map(Clusters(), words, tmp_path / "file" / "map.png", method="pca")


@pytest.mark.parametrize(
    ("module", "method", "cure"),
    [
        ("sklearn.manifold", "tsne", r"wordmill\[map\]"),
        ("umap", "umap", r"wordmill\[umap\]"),
        ("matplotlib.figure", "pca", "plot"),
    ],
)
def test_missing_library_names_its_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, method: Any, cure: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)  # as if it were not installed
    with pytest.raises(MissingDependencyError, match=f"pip install.*{cure}"):
        plot_map(Clusters(), ["a1", "a2", "a3"], tmp_path / "map.png", method=method)


def test_the_legend_names_all_that_is_drawn() -> None:
    entry = {"loss": 2.0, "validation_loss": 2.1, "alpha": 0.01, "interval_losses": [2.2, 2.0]}
    figure = loss_figure([{"epoch": 1, **entry}, {"epoch": 2, **entry}])
    named = [text.get_text() for text in figure.legends[0].get_texts()]
    assert named == ["loss within epochs", "loss", "validation loss", "learning rate"]
    assert len(named) == sum(len(axes.lines) for axes in figure.axes)


def test_loss_curve(tmp_path: Path) -> None:
    history = [{"epoch": epoch, "loss": 4 / epoch, "alpha": 0.01} for epoch in range(1, 4)]
    assert plot_loss(history, tmp_path / "loss.png").read_bytes().startswith(PNG)
    with pytest.raises(ParameterError, match="history is empty"):
        plot_loss([], tmp_path / "loss.png")


def test_word_groups_are_disjoint() -> None:
    words = [word for group in WORD_GROUPS.values() for word in group]
    assert len(words) == len(set(words))


def test_comparison_picture(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("a1\ta2\t9\na1\tb2\t1\nb1\tb2\t8\nc1\ta3\t2\n", encoding="utf-8")
    comparison = compare_models({"one": Clusters(), "two": Clusters()}, pairs=[pairs])
    svg = plot_comparison(comparison, tmp_path / "scores.svg").read_text(encoding="utf-8")
    assert all(f"<!-- {text} -->" in svg for text in ("one", "two", "pairs"))


def test_a_font_installed_after_matplotlib_listed_them_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import matplotlib as mpl
    from matplotlib import font_manager

    bundled = Path(mpl.get_data_path()) / "fonts" / "ttf"
    fonts = [font_manager.get_font(str(bundled / name)).get_charmap() for name in ("STIXGeneral.ttf", "DejaVuSans.ttf")]
    letter = chr(min(set(fonts[0]) - set(fonts[1])))
    listed = [font for font in font_manager.fontManager.ttflist if font.name == "DejaVu Sans"]
    gone = dataclasses.replace(listed[0], name="Gone", fname=str(tmp_path / "gone.ttf"))
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [*listed, gone])
    new = shutil.copy(bundled / "STIXGeneral.ttf", tmp_path / "new.ttf")
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [str(new), str(tmp_path / "broken.ttf")])
    found = fonts_for([letter])
    assert (found.families, found.missing) == (("STIXGeneral",), "")


def test_names_in_pictures_are_no_formulas(tmp_path: Path) -> None:
    words = [f"$x^{i}" for i in range(30)]
    vectors = Clusters()
    vectors.index_to_key, vectors.key_to_index = words, {word: row for row, word in enumerate(words)}
    drawn = plot_map(
        vectors, {"_first": words[:3], r"$\frac{": words[3:]}, tmp_path / "m.svg", method="pca", title="$$"
    )
    assert drawn.words == tuple(words)
    text = (tmp_path / "m.svg").read_text(encoding="utf-8")
    assert "_first" in text
    assert r"$\frac{" in text
