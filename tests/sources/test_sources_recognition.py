"""Files that are no text are named as what they are; text is not taken for anything else."""

from __future__ import annotations

import gzip
import io
import pickle
import sqlite3
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from wordmill import KeyedVectors, read_corpus
from wordmill.errors import CorpusError
from wordmill.sources.recognition import what_it_is

VECTORS = KeyedVectors(["the", "king", "queen"], np.random.default_rng(1).normal(size=(3, 8)).astype(np.float32))


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("word2vec-binary", "holds vectors in word2vec's binary format, not text: wordmill info shows it"),
        ("word2vec-text", "holds vectors in word2vec's text format"),
        ("glove", "holds vectors as text, as GloVe writes them"),
        ("npz", r"is a NumPy archive \(npz\)"),
        ("finalfusion", "holds vectors of finalfusion"),
        ("parquet", "(is a Parquet file: pass one of its columns|has the columns .*: say which holds the text)"),
        ("arrow", "is an Arrow file: pass one of its columns"),
        ("directory", "is a model, not text: wordmill info shows it"),
    ],
)
@pytest.mark.parametrize("compressed", [False, True])
def test_files_of_vectors(tmp_path: Path, form: str, told: str, compressed: bool) -> None:
    path = tmp_path / "v"
    VECTORS.save(path, format=form)
    if compressed and path.is_file():
        path.write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(CorpusError, match=f"/v {told}"):
        read_corpus(path)


def test_other_files(tmp_path: Path) -> None:
    names = ("zip", "docx", "tar", "sqlite", "npy", "pickle", "safetensors", "corpus")
    paths = {name: tmp_path / name for name in names}
    with zipfile.ZipFile(paths["zip"], "w") as archive:
        archive.writestr("a.txt", "the king")
    with zipfile.ZipFile(paths["docx"], "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
    with tarfile.open(paths["tar"], "w") as tar:
        tar.addfile(tarfile.TarInfo("a.txt"), io.BytesIO())
    with sqlite3.connect(paths["sqlite"]) as database:
        database.execute("create table t (a)")
    database.close()
    with paths["npy"].open("wb") as file:
        np.save(file, np.ones(3))
    paths["pickle"].write_bytes(pickle.dumps(["a"]))
    VECTORS.save(tmp_path / "model")
    paths["safetensors"].write_bytes((tmp_path / "model" / "model.safetensors").read_bytes())
    read_corpus([["a", "b"]] * 5).save(paths["corpus"])
    told = {
        "zip": "is a zip archive: unpack it",
        "docx": "is a document of an office program",
        "tar": "is a tar archive",
        "sqlite": "is an SQLite database",
        "npy": "is a NumPy array",
        "pickle": "is a pickle",
        "safetensors": "is a safetensors file",
        "corpus": "is an encoded corpus, which is read from its own file alone",
    }
    for name, message in told.items():
        with pytest.raises(CorpusError, match=message):
            read_corpus([paths[name], paths[name]])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3 4\n",
        "3 4\n1 2 3 4 5\n6 7 8 9 10\n",
        "3 4\n5 6\n7 8\n",
        "1 2 3 4 5 6\n2 3 4 5 6 7\n",
        "the 1.5 2.5\nking 3.5 4.5\n",
        "0.1 0.2 0.3 0.4 0.5 0.6\n0.2 0.3 0.4 0.5 0.6 0.7\n",
        "PARIS is a city\nGIFs are pictures\n",
        "in 1999 2.5 of 3.5 were 4.5 5.5 6.5\nin 2000 2.5 of 3.5 were 4.5 5.5 6.5\n",
        "\ufeffthe king\n",
        '{"a": 1}\n',
    ],
)
def test_text_is_text(text: str) -> None:
    assert what_it_is(text.encode()) is None


def test_real_text_and_real_vectors(shared_data: Path) -> None:
    globs = "corpora/*/*.txt", "graphs/*/*.*list", "sequences/*/*.*"
    text = [path for pattern in globs for path in shared_data.glob(pattern)]
    assert {path.name: told for path in text if (told := what_it_is(path.read_bytes()[: 1 << 16]))} == {}
    for name in ("gensim/test_glove.txt", "gensim/lee_fasttext.vec", "node2vec/karate.emb", "magnitude/word2vec.bin"):
        assert "vectors" in str(what_it_is((shared_data / "fixtures" / name).read_bytes()[: 1 << 16]))
