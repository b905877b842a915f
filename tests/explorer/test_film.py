from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wordmill import Checkpoint, Doc2Vec, Word2Vec
from wordmill.errors import FormatError
from wordmill.explorer import explore

SENTENCES = [[f"a{i % 7}", f"b{i % 5}", f"a{(i + 1) % 7}"] for i in range(200)]


@pytest.fixture(scope="module", name="checkpoints")
def _checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("film") / "checkpoints"
    keep = Checkpoint(directory, seconds=None, epochs=1, keep=9)
    Word2Vec(vector_size=6, epochs=3, min_count=1, seed=1, workers=1).fit(SENTENCES, callbacks=[keep])
    return directory


def test_a_frame_for_each_checkpoint_the_last_one_as_the_map_has_it(checkpoints: Path) -> None:
    before = sorted(str(path) for path in checkpoints.parent.rglob("*"))
    drawn = explore(checkpoints=checkpoints, umap=False)
    frames = drawn.questions.film()["frames"]
    assert [frame["title"] for frame in frames] == ["epoch 1", "epoch 2", "epoch 3"]
    tables = [drawn.tables[frame["table"]] for frame in frames]
    places = [np.frombuffer(table.content, "<f4").reshape(table.shape) for table in tables]
    np.testing.assert_allclose(places[-1], drawn.map.layouts[0].positions, atol=1e-5)
    away = [float(np.linalg.norm(place - places[-1])) for place in places]
    assert away[0] > away[1] > away[2]
    assert drawn.map.name == "checkpoints"
    assert sorted(str(path) for path in checkpoints.parent.rglob("*")) == before


def test_frames_lie_under_another_model_too_and_lack_what_it_has_more(checkpoints: Path) -> None:
    model = Word2Vec(vector_size=6, epochs=1, min_count=1, seed=2, workers=1).fit([*SENTENCES, ["new", "newer"] * 3])
    drawn = explore(model, checkpoints=checkpoints, umap=False)
    table = drawn.tables["film/0"]
    absent = np.isnan(np.frombuffer(table.content, "<f4").reshape(table.shape)).all(axis=1)
    assert {drawn.map.shown.keys[place] for place in np.flatnonzero(absent)} == {"new", "newer"}


def test_a_directory_without_checkpoints_is_refused(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "absent"):
        with pytest.raises(FormatError, match="no checkpoints"):
            explore(checkpoints=place)


def test_documents_are_filmed_as_documents(tmp_path: Path) -> None:
    keep = Checkpoint(tmp_path / "c", seconds=None, epochs=1, keep=9)
    Doc2Vec(vector_size=6, epochs=2, min_count=1, seed=1, workers=1).fit(
        [(f"d{i}", words) for i, words in enumerate(SENTENCES)], callbacks=[keep]
    )
    drawn = explore(checkpoints=tmp_path / "c", umap=False)
    assert drawn.map.kind == "documents"
    assert drawn.map.shown.keys[0].startswith("d")
    assert len(drawn.questions.film()["frames"]) == 2
