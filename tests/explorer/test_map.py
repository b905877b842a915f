from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from explorer_models import grouped_vectors
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill import Doc2Vec
from wordmill.errors import FormatError, MissingDependencyError, ParameterError
from wordmill.explorer import Explorer, explore
from wordmill.explorer.neighbourhoods import mean_cosine
from wordmill.vectors import KeyedVectors


def test_the_manifest_says_what_is_there(explorer: Explorer, vectors: KeyedVectors) -> None:
    manifest = explorer.manifest()
    about = {name: manifest[name] for name in ("kind", "keys", "shown", "dimension", "limits")}
    assert about == {"kind": "words", "keys": 200, "shown": 150, "dimension": 12, "limits": []}
    assert {f"colour/{colour['id']}" for colour in manifest["colours"]} <= set(manifest["tables"])
    for name, table in manifest["tables"].items():
        assert table["shape"][0] == 150, name
    assert manifest["anisotropy"]["mean_cosine"] == pytest.approx(mean_cosine(explorer.map.shown.units))
    assert abs(manifest["anisotropy"]["cured"]) < abs(manifest["anisotropy"]["mean_cosine"])
    id_, times = manifest["hubs"]["top"][0]
    assert times == (explorer.map.neighbours.ids == id_).sum() == explorer.map.neighbours.occurrences.max()
    (faithful,) = [colour for colour in explorer.map.colours if colour.id == "faithful:pca"]
    assert manifest["layouts"][0]["faithful"] == pytest.approx(float(faithful.values.mean()))


def test_clusters_are_those_that_the_words_were_made_of() -> None:
    drawn = explore(grouped_vectors(400), umap=False)
    (cluster,) = [colour for colour in drawn.map.colours if colour.id == "cluster"]
    for number in np.unique(cluster.values):
        members = np.flatnonzero(cluster.values == number) % 4
        assert (members == np.bincount(members).argmax()).mean() > 0.9
    names = cluster.about["labels"][0].split(", ")
    assert {drawn.map.shown.keys.index(name) % 4 for name in names} == {drawn.map.shown.keys.index(names[0]) % 4}


def test_groups_of_a_file_are_a_colour(vectors: KeyedVectors, tmp_path: Path) -> None:
    (tmp_path / "parts.txt").write_text("w8 absent\n: red\nw9 w8\n: <b>\nw9\n", encoding="utf-8")
    drawn = explore(vectors, groups=tmp_path / "parts.txt", umap=False)
    (colour,) = [colour for colour in drawn.map.colours if colour.id == "group:parts"]
    assert colour.about["labels"] == ["no group", "others", "red", "<b>"]
    assert {key: int(colour.values[drawn.map.shown.keys.index(key)]) for key in ("w8", "w9", "w10")} == {
        "w8": 1,
        "w9": 2,
        "w10": 0,
    }


@settings(max_examples=15)
@given(st.integers(1, 30), st.integers(1, 5), st.booleans(), st.booleans())
def test_models_of_any_size_can_be_explored(keys: int, size: int, counted: bool, zeros: bool) -> None:
    rows = np.zeros((keys, size)) if zeros else np.random.default_rng(keys).standard_normal((keys, size))
    counts = np.arange(keys) if counted else None
    drawn = explore(KeyedVectors([f"k{row}" for row in range(keys)], rows, counts=counts), umap=False)
    manifest = drawn.manifest()
    assert ("counts" in manifest["tables"]) is counted
    assert manifest["tables"]["neighbours"]["shape"] == [keys, min(10, keys - 1)]
    assert len(drawn.html()) > 1000
    assert drawn.questions.nearest("k0", 3)["known"]


def test_files_of_any_format_and_documents_are_opened(tmp_path: Path) -> None:
    kv = grouped_vectors(30).subset([f"w{row}" for row in range(7, 30)])
    kv.save(tmp_path / "v.txt")
    assert explore(tmp_path / "v.txt", umap=False).map.name == "v.txt"
    model = Doc2Vec(vector_size=4, min_count=1, epochs=1, workers=1).fit([("d1", ["a", "b"]), ("d2", ["b", "c"])])
    model.save(tmp_path / "docs")
    for source in (model, tmp_path / "docs"):
        assert explore(source, umap=False).map.shown.keys == ["d1", "d2"]
        assert set(explore(source, kind="words", umap=False).map.shown.keys) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("model", "options", "says"),
    [
        (None, {}, "takes a model"),
        (3, {}, "takes a path, a model or its vectors"),
        ("absent", {}, "absent"),
        (grouped_vectors(8), {"keys": 0}, "keys must be a positive integer"),
        (grouped_vectors(8), {"kind": "things"}, "kind='things'"),
        (grouped_vectors(8), {"groups": "absent.txt"}, "absent.txt"),
        (grouped_vectors(8), {"colour": 3}, "colour"),
        (grouped_vectors(8), {"seed": -1}, "seed must be"),
        (grouped_vectors(8), {"analogies": "absent.txt"}, "absent.txt"),
    ],
)
def test_mistakes_are_told(model: object, options: dict[str, object], says: str) -> None:
    with pytest.raises((ParameterError, FormatError, TypeError), match=says):
        explore(model, **options)  # type: ignore[arg-type]


def test_a_notebook_shows_a_frame_that_reaches_nothing(explorer: Explorer) -> None:
    frame = explorer._repr_html_()
    assert frame.startswith('<iframe sandbox="allow-scripts"')
    assert frame.count('"') == 2 * frame.split("srcdoc=")[0].count('="') + 2
    assert frame.endswith('"></iframe>')


@pytest.mark.parametrize(("package", "options"), [("sklearn", {}), ("umap", {"umap": True})])
def test_a_package_that_is_missing_is_told_before_the_work(
    monkeypatch: pytest.MonkeyPatch, package: str, options: dict[str, bool]
) -> None:
    monkeypatch.setattr("wordmill.extras.find_spec", lambda name: None if name == package else object())
    with pytest.raises(MissingDependencyError, match=r"pip install 'wordmill\[(explore|umap)\]'"):
        explore("a model that is never read", **options)  # type: ignore[arg-type]
