"""What other tools open: frames, Parquet for DuckDB and Polars, maps for embedding-atlas, indexes for usearch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from wordmill.cli.app import app
from wordmill.errors import FormatError, MissingDependencyError, ParameterError
from wordmill.safetensors import read_safetensors
from wordmill.vectors import KeyedVectors
from wordmill.vectors.formats.embedding_atlas import write_embedding_atlas
from wordmill.vectors.formats.usearch import keys_path

KEYS = ["king", "a\nb", "<b>", "\u202e", "\0", "\U0001f600", "new york"]


def made(keys: Any, size: int = 6, *, counts: bool = True) -> KeyedVectors:
    rows = np.random.default_rng(len(keys)).normal(size=(len(keys), size)).astype(np.float32)
    return KeyedVectors(keys, rows, counts=np.arange(len(keys), 0, -1) if counts else None)


@pytest.fixture(params=["text", "integers"])
def vectors(request: pytest.FixtureRequest) -> KeyedVectors:
    return made(KEYS + [f"w{i}" for i in range(60)] if request.param == "text" else np.arange(67) * 3 - 20)


# -- data frames


def test_pandas(vectors: KeyedVectors) -> None:
    frame = vectors.to_pandas()
    assert [*frame.columns] == ["key", "vector", "count"]
    assert frame["key"].tolist() == vectors.index_to_key
    assert np.array_equal(np.stack(frame["vector"].to_list()), vectors.vectors)
    assert frame["count"].tolist() == [*range(67, 0, -1)]
    again = KeyedVectors(frame["key"], np.stack(frame["vector"].to_list()), counts=frame["count"])
    assert again.index_to_key == vectors.index_to_key


def test_wide_pandas(vectors: KeyedVectors) -> None:
    frame = vectors.to_pandas(wide=True)
    assert frame.shape == (67, 6)
    assert frame.index.name == "key"
    key = vectors.index_to_key[3]
    assert np.array_equal(frame.loc[key].to_numpy(), vectors[key])


def test_polars_and_arrow(vectors: KeyedVectors) -> None:
    import polars

    frame = vectors.to_polars()
    assert frame.schema == {
        "key": polars.String if vectors.kind == "str" else polars.Int64,
        "vector": polars.Array(polars.Float32, 6),
        "count": polars.Int64,
    }
    assert frame["key"].to_list() == vectors.index_to_key
    assert np.array_equal(frame["vector"].to_numpy(), vectors.vectors)
    assert frame.equals(polars.from_arrow(vectors.to_arrow()))


def test_without_counts() -> None:
    vectors = made(KEYS, counts=False)
    for frame in (vectors.to_pandas(), vectors.to_polars()):
        assert [*frame.columns] == ["key", "vector"]
    assert vectors.to_arrow().column_names == ["key", "vector"]


def test_frames_that_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("pandas", "polars"):
        monkeypatch.setitem(__import__("sys").modules, module, None)
        with pytest.raises(MissingDependencyError, match=f"DataFrames need {module}: python -m pip install {module}"):
            getattr(made(KEYS), f"to_{module}")()


# -- Parquet and Arrow as other programs have them


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_polars_reads_arrays(vectors: KeyedVectors, ending: str, tmp_path: Path) -> None:
    import polars

    file = tmp_path / f"vectors.{ending}"
    vectors.save(file)
    read = polars.read_parquet(file) if ending == "parquet" else polars.read_ipc(file)
    assert read.equals(vectors.to_polars())


def test_duckdb_searches_parquet(vectors: KeyedVectors, tmp_path: Path) -> None:
    import duckdb

    file, key = tmp_path / "vectors.parquet", vectors.index_to_key[0]
    vectors.save(file)
    with duckdb.connect() as connection:
        near = connection.execute(
            """
            with one as (select vector::float[6] as vector from read_parquet($file) where key = $key)
            select key, array_cosine_similarity(all_.vector::float[6], one.vector) as similarity
            from read_parquet($file) as all_, one where key != $key order by similarity desc limit 5
            """,
            {"file": str(file), "key": key},
        ).fetchall()
    expected = vectors.most_similar(key, topn=5)
    assert [name for name, _ in near] == [neighbor.key for neighbor in expected]
    assert [similarity for _, similarity in near] == pytest.approx([one.similarity for one in expected], abs=1e-5)


# -- embedding-atlas


def read_map(path: Path) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(path)


def test_a_map_for_embedding_atlas(vectors: KeyedVectors, tmp_path: Path) -> None:
    file = tmp_path / "map.parquet"
    vectors.save(file, format="embedding-atlas")
    table = read_map(file)
    assert table.column_names == ["key", "vector", "count", "projection_x", "projection_y", "neighbors"]
    for row, found in enumerate(table["neighbors"].to_pylist()):
        expected = vectors.most_similar(vectors.index_to_key[row], topn=15)
        assert [vectors.index_to_key[near] for near in found["ids"]] == [neighbor.key for neighbor in expected]
        assert found["distances"] == pytest.approx([1 - neighbor.similarity for neighbor in expected], abs=1e-6)
    again = KeyedVectors.load(file)  # a file of vectors, too
    assert again.index_to_key == vectors.index_to_key
    assert np.array_equal(again.vectors, vectors.vectors)


def test_the_map_is_the_plane_of_largest_variance(tmp_path: Path) -> None:
    vectors = made([f"w{i}" for i in range(200)], 8)
    write_embedding_atlas(tmp_path / "map.parquet", vectors)
    table = read_map(tmp_path / "map.parquet")
    drawn = np.stack([table["projection_x"].to_numpy(), table["projection_y"].to_numpy()], axis=1)
    units = vectors.vectors / vectors.norms[:, None]
    centred = units - units.mean(axis=0)
    _, spreads, axes = np.linalg.svd(centred, full_matrices=False)
    assert np.allclose(np.abs(drawn), np.abs(centred @ axes[:2].T), atol=1e-5)
    assert np.allclose((drawn**2).sum(axis=0), spreads[:2] ** 2, rtol=1e-4)


@given(rows=st.integers(1, 5), size=st.integers(1, 4))
@settings(max_examples=15)
def test_maps_of_hardly_anything(tmp_path_factory: pytest.TempPathFactory, rows: int, size: int) -> None:
    file = tmp_path_factory.mktemp("maps") / "map.parquet"
    KeyedVectors([f"w{row}" for row in range(rows)], np.zeros((rows, size), np.float32)).save(
        file, format="embedding-atlas"
    )
    table = read_map(file)
    assert table.num_rows == rows
    assert {len(found["ids"]) for found in table["neighbors"].to_pylist()} == {rows - 1}
    assert np.isfinite(table["projection_y"].to_numpy()).all()


# -- usearch


@pytest.mark.parametrize("dtype", ["float32", "float16", "int8"])
def test_an_index_that_others_map(vectors: KeyedVectors, dtype: str, tmp_path: Path) -> None:
    """The index and the keys are found with usearch and the layout of the file alone, as another language would."""
    from usearch.index import Index

    vectors.save(tmp_path / "v.usearch", dtype=dtype)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["v.keys.safetensors", "v.usearch"]
    index = Index.restore(str(tmp_path / "v.usearch"), view=True)
    assert index is not None
    assert len(index) == 67
    raw = (tmp_path / "v.keys.safetensors").read_bytes()
    begin = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:begin])

    def array(name: str, kind: str) -> Any:
        first, last = header[name]["data_offsets"]
        return np.frombuffer(raw[begin + first : begin + last], kind)

    assert array("counts", "<i8").tolist() == [*range(67, 0, -1)]
    if vectors.kind == "int":
        keys = array("keys", "<i8").tolist()
    else:
        ends, text = array("key_offsets", "<i8").tolist(), array("key_bytes", "u1").tobytes()
        keys = [text[ends[row] : ends[row + 1]].decode() for row in range(67)]
    assert keys == vectors.index_to_key
    matches = index.search(vectors.vectors[5], 4)
    found = [keys[int(row)] for row in matches.keys]
    assert found[0] == keys[5]
    assert len(set(found[1:]) & {neighbor.key for neighbor in vectors.most_similar(keys[5], topn=5)}) == 3


def test_an_index_gives_no_vectors_back(vectors: KeyedVectors, tmp_path: Path) -> None:
    file = tmp_path / "v.usearch"
    vectors.save(file)
    assert set(read_safetensors(keys_path(file))) >= {"counts"}
    with pytest.raises(FormatError, match="gives no vectors back"):
        KeyedVectors.load(file)
    with pytest.raises(ParameterError, match="dtype"):
        vectors.save(file, dtype="float8")


# -- the command


def test_the_command_exports(vectors: KeyedVectors, tmp_path: Path) -> None:
    model = tmp_path / "model"
    vectors.save(model)
    for arguments, names in (
        (["map.parquet", "--format", "embedding-atlas", "--limit", "20"], ["map.parquet"]),
        (["v.usearch", "--dtype", "int8"], ["v.keys.safetensors", "v.usearch"]),
    ):
        folder = tmp_path / arguments[0]
        folder.mkdir()
        outcome = CliRunner().invoke(app, ["export", str(model), str(folder / arguments[0]), *arguments[1:]])
        assert outcome.exit_code == 0, outcome.output
        assert sorted(file.name for file in folder.iterdir()) == names
    assert read_map(tmp_path / "map.parquet" / "map.parquet").num_rows == 20
