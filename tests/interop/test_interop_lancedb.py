"""LanceDB takes the Parquet file and the Arrow table as they are, and searches them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wordmill import KeyedVectors

lancedb = pytest.importorskip("lancedb", reason="lancedb is in the group interop: make test-interop")


@pytest.mark.filterwarnings("ignore")  # of lancedb
@pytest.mark.parametrize("way", ["parquet", "arrow"])
def test_lancedb_searches(way: str, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    rows = np.random.default_rng(1).normal(size=(300, 16)).astype(np.float32)
    vectors = KeyedVectors([f"w{row}" for row in range(300)], rows, counts=np.arange(300, 0, -1))
    vectors.save(tmp_path / "vectors.parquet")
    data = pq.read_table(tmp_path / "vectors.parquet") if way == "parquet" else vectors.to_arrow()
    table = lancedb.connect(tmp_path / "lance").create_table("vectors", data=data)
    found = table.search(vectors["w7"]).metric("cosine").limit(6).to_list()
    assert [row["key"] for row in found] == ["w7", *(one.key for one in vectors.most_similar("w7", topn=5))]
    assert found[0]["count"] == 293
