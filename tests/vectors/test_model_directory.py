from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from wordmill.atomic import fingerprint
from wordmill.errors import FormatError, OutputError
from wordmill.safetensors import read_safetensors, write_safetensors
from wordmill.text import tokenize
from wordmill.vectors import KeyedVectors
from wordmill.vectors.formats import directory
from wordmill.vectors.formats.directory import load_model, save_model
from wordmill.vectors.formats.tokenizer_json import unreachable_keys, write_tokenizer

WORDS = ["the", "king", "Εὐκλείδης", "日本", "naïve", "a", "1st", "🙂"]


def make(keys: Any = None, size: Any = 5, **more: Any) -> Any:
    keys = WORDS if keys is None else keys
    vectors = np.random.default_rng(len(keys)).standard_normal((len(keys), size)).astype(np.float32)
    return KeyedVectors(keys, vectors, counts=np.arange(len(keys), 0, -1), **more)


def assert_same(left: Any, right: Any) -> None:
    assert list(left) == list(right)
    np.testing.assert_array_equal(left.vectors, right.vectors)
    np.testing.assert_array_equal(left.norms, right.norms)
    np.testing.assert_array_equal(left.counts, right.counts)
    assert (left.tokenizer, left.lowercase, left.kind) == (right.tokenizer, right.lowercase, right.kind)


def names(path: Path) -> Any:
    return sorted(file.name for file in path.iterdir())


@pytest.mark.parametrize("keys", [WORDS, np.array([5, -1, 2**60])])
def test_round_trip(tmp_path: Path, keys: Any) -> None:
    kv = make(keys)
    training = {"output_vectors": np.random.default_rng(0).standard_normal((len(kv), 5)), "step": np.array(3)}
    save_model(tmp_path / "m", kv, settings={"epochs": 5, "note": "é"}, training=training)
    model = load_model(tmp_path / "m")
    assert_same(model.keyed_vectors, kv)
    assert model.settings == {"epochs": 5, "note": "é"}
    assert model.training is not None
    assert set(model.training) == {"output_vectors", "step"}
    np.testing.assert_array_equal(model.training["output_vectors"], training["output_vectors"])
    np.testing.assert_array_equal(model.training["step"], training["step"])
    assert model.keyed_vectors.most_similar(kv.keys[0]) == kv.most_similar(kv.keys[0])
    (tmp_path / "m" / "training.safetensors").unlink()
    assert load_model(tmp_path / "m").training is None
    assert names(tmp_path) == ["m"]


def test_keyed_vectors_save_and_load(tmp_path: Path) -> None:
    kv = make(tokenizer="words", lowercase=True)
    kv.save(str(tmp_path / "deep" / "m"))
    assert_same(KeyedVectors.load(tmp_path / "deep" / "m"), kv)


def test_loaded_arrays_are_mapped_and_read_only(tmp_path: Path) -> None:
    make().save(tmp_path / "m")
    kv = KeyedVectors.load(tmp_path / "m")
    base: Any = kv.vectors
    while base is not None and not isinstance(base, np.memmap):
        base = base.base
    assert isinstance(base, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        kv.vectors[0] = 1
    assert "keys" not in kv.key_table.__dict__  # nothing decoded before it is needed
    assert kv.get_index("naïve") == 4


def test_padded_rows_are_saved_without_padding(tmp_path: Path) -> None:
    padded = np.zeros((8, 16), dtype=np.float32)
    padded[:, :5] = make().vectors
    KeyedVectors(WORDS, padded[:, :5]).save(tmp_path / "m")
    np.testing.assert_array_equal(load_file(tmp_path / "m" / "model.safetensors")["embeddings"], make().vectors)


def test_save_replaces_a_model_and_nothing_else(tmp_path: Path) -> None:
    save_model(tmp_path / "m", make(), training={"x": np.ones(3)})
    (tmp_path / "m" / ".DS_Store").touch()
    make(["x", "y"]).save(tmp_path / "m")
    assert list(KeyedVectors.load(tmp_path / "m")) == ["x", "y"]
    assert "training.safetensors" not in names(tmp_path / "m")
    (tmp_path / "m" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"not of a saved model \(thesis.txt\)"):
        make().save(tmp_path / "m")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes").touch()
    with pytest.raises(OutputError, match="notes"):
        make().save(tmp_path / "full")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="is a file"):
        make().save(tmp_path / "file")
    (tmp_path / "empty").mkdir()
    make().save(tmp_path / "empty")
    assert names(tmp_path) == ["empty", "file", "full", "m"]


def test_unwritable_target(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        make().save(tmp_path / "file" / "m")


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_full_disk_keeps_the_old_model(tmp_path: Path) -> None:
    make(["old"]).save(tmp_path / "m")
    program = (
        "import resource, sys, numpy as np; from wordmill.vectors import KeyedVectors\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "KeyedVectors(['a', 'b'], np.ones((2, 50_000))).save(sys.argv[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "m")], capture_output=True, text=True, check=False
    )
    assert "OutputError" in done.stderr
    assert "what was there is untouched" in done.stderr
    assert list(KeyedVectors.load(tmp_path / "m")) == ["old"]
    assert names(tmp_path) == ["m"]


def test_error_while_saving_keeps_the_old_model(tmp_path: Path) -> None:
    make(["old"]).save(tmp_path / "m")
    with pytest.raises(TypeError):
        save_model(tmp_path / "m", make(), settings={"not for JSON": object()})
    assert list(KeyedVectors.load(tmp_path / "m")) == ["old"]
    assert names(tmp_path) == ["m"]


@pytest.mark.parametrize("survived", range(4))
def test_interrupted_swap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, survived: Any) -> None:
    """The machine stops before the n-th renaming or removal of a swap: the old or the new model is there, whole."""
    make(["old"]).save(tmp_path / "m")
    steps = 0

    class PowerCutError(BaseException):
        pass

    def counted(function: Any) -> Any:
        def step(*arguments: Any, **options: Any) -> Any:
            nonlocal steps
            if steps == survived:
                raise PowerCutError
            steps += 1
            return function(*arguments, **options)

        return step

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", counted(Path.rename))
        patch.setattr(shutil, "rmtree", counted(shutil.rmtree))
        with pytest.raises(PowerCutError):
            make(["new"]).save(tmp_path / "m")
    assert list(KeyedVectors.load(tmp_path / "m")) == [["old"], ["old"], ["new"], ["new"]][survived]
    make(["newest"]).save(tmp_path / "m")
    assert list(KeyedVectors.load(tmp_path / "m")) == ["newest"]
    assert [name for name in names(tmp_path) if not name.startswith(".m.filling")] == ["m"]


def test_swap_is_undone_where_only_the_old_is_left(tmp_path: Path) -> None:
    make(["old"]).save(tmp_path / "m")
    (tmp_path / "m").rename(tmp_path / ".m.old")
    assert list(KeyedVectors.load(tmp_path / "m")) == ["old"]


def test_a_model_that_is_half_old_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(["a", "b"]).save(tmp_path / "m")
    newer = KeyedVectors(["a", "b"], np.zeros((2, 5)))
    read = read_safetensors

    def save_in_between(path: Path) -> Any:
        arrays = read(path)
        if path.name == "wordmill.safetensors" and arrays["norms"].any():
            newer.save(tmp_path / "m")
        return arrays

    monkeypatch.setattr(directory, "read_safetensors", save_in_between)
    kv = KeyedVectors.load(tmp_path / "m")
    assert not kv.norms.any()
    assert not kv.vectors.any()


def test_saving_while_others_load(tmp_path: Path) -> None:
    """Whoever loads gets a whole model, the old or the new; whoever saves is not disturbed."""
    make(["0"]).save(tmp_path / "m")
    done = threading.Event()

    def save_often() -> None:
        try:
            for number in range(1, 25):
                make([str(number)]).save(tmp_path / "m")
        finally:
            done.set()

    with ThreadPoolExecutor() as pool:
        saving = pool.submit(save_often)
        seen = []
        while not done.is_set():
            seen.append(int(next(iter(KeyedVectors.load(tmp_path / "m")))))
        saving.result()
    assert seen == sorted(seen)
    assert list(KeyedVectors.load(tmp_path / "m")) == ["24"]
    assert names(tmp_path) == ["m"]


FILES = ["model.safetensors", "wordmill.safetensors", "wordmill.json", "tokenizer.json", "manifest.json"]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["missing", "truncated", "changed", "empty"])
def test_damaged_files_are_named(tmp_path: Path, name: str, damage: str) -> None:
    make().save(tmp_path / "m")
    file = tmp_path / "m" / name
    content = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        middle = len(content) // 2
        changed = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        file.write_bytes({"truncated": content[:-9], "changed": changed, "empty": b""}[damage])
    with pytest.raises(FormatError, match=name.replace(".", r"\.") if name != "manifest.json" else "m") as caught:
        load_model(tmp_path / "m")
    assert "again" in str(caught.value) or name == "manifest.json"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_vectors_that_are_no_numbers_are_refused(tmp_path: Path, dtype: Any, number: float) -> None:
    """Also where every checksum is right, as of files that another program wrote."""
    KeyedVectors(["a", "b"], np.ones((2, 3))).save(tmp_path / "m")
    vectors = np.ones((2, 3), dtype)
    vectors[1, 2] = number
    refuse_vectors(tmp_path / "m", {"embeddings": vectors})


def test_scales_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    KeyedVectors(["a", "b"], np.ones((2, 3))).save(tmp_path / "m")
    weights = np.array([1, np.inf], dtype=np.float32)
    refuse_vectors(tmp_path / "m", {"embeddings": np.eye(2, 3, dtype=np.int8), "weights": weights})


def test_signalling_nan_is_refused_without_a_warning(tmp_path: Path) -> None:
    KeyedVectors(["a", "b"], np.ones((2, 3))).save(tmp_path / "m")
    for bits, dtype in ((np.uint16(0x7D00), np.float16), (np.uint32(0x7FA00000), np.float32)):
        refuse_vectors(tmp_path / "m", {"embeddings": np.full((2, 3), bits).view(dtype)})


def refuse_vectors(model: Path, tensors: dict[str, Any]) -> None:
    """Write other vectors into a model, make its checksums right, and see it refused."""
    write_safetensors(model / "model.safetensors", tensors)
    manifest = json.loads((model / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["model.safetensors"] = fingerprint(model / "model.safetensors")
    (model / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(FormatError, match=r"model\.safetensors holds NaN or infinity: copy the directory again"):
        KeyedVectors.load(model)


def test_not_a_model(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "absent", tmp_path / "file", tmp_path):
        with pytest.raises(FormatError, match="model"):
            load_model(path)


def test_newer_format(tmp_path: Path) -> None:
    make().save(tmp_path / "m")
    manifest = json.loads((tmp_path / "m" / "manifest.json").read_text(encoding="utf-8"))
    (tmp_path / "m" / "manifest.json").write_text(json.dumps(manifest | {"format": 99}), encoding="utf-8")
    with pytest.raises(FormatError, match="newer wordmill"):
        load_model(tmp_path / "m")


# -- tokenizer.json ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lowercase", [False, True])
@pytest.mark.parametrize("tokenizer", ["whitespace", "words"])
@given(
    st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=20, unique=True),
    st.lists(st.text(max_size=5), max_size=20),
)
@settings(max_examples=40, deadline=None)
def test_tokenizer_json_splits_as_we_do(
    tmp_path_factory: pytest.TempPathFactory, tokenizer: Any, lowercase: bool, keys: Any, noise: Any
) -> None:
    file = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    unreachable = set(write_tokenizer(file, keys, tokenizer, lowercase=lowercase).tolist())
    loaded = Tokenizer.from_file(str(file))
    assert loaded.get_vocab_size() == len(keys)
    text = "\u2003".join([*noise, *keys, *noise]).replace("\u2581", "")
    rows = {key: row for row, key in enumerate(keys) if row not in unreachable}
    expected = [rows[token] for token in tokenize(text, tokenizer, lowercase=lowercase) if token in rows]
    assert loaded.encode(text).ids == expected


@pytest.mark.parametrize(
    ("keys", "splitter", "unreachable"),
    [
        (["new york", "york", ""], ("whitespace", False), [0, 2]),
        (["York", "york", "\u03a3\u039f\u03a3", "\u03c3\u03bf\u03c3"], ("whitespace", True), [0, 2]),
        (["don't", "dont", "2,5"], ("words", False), [0, 2]),
        (["\u2581x", "x", "a\x1cb", "a\u2028b"], ("whitespace", False), [0, 3]),
        (["a", "b"], ("whitespace", True), []),
    ],
)
def test_unreachable_keys(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, keys: Any, splitter: Any, unreachable: Any
) -> None:
    tokenizer, lowercase = splitter
    assert unreachable_keys(keys, tokenizer, lowercase=lowercase).tolist() == unreachable
    with caplog.at_level(logging.WARNING, logger=directory.__name__):
        make(keys, tokenizer=tokenizer, lowercase=lowercase).save(tmp_path / "m")
    said = f"{len(unreachable)} of {len(keys)} keys cannot be reached"
    assert (said in caplog.text) == bool(unreachable)
    assert list(KeyedVectors.load(tmp_path / "m")) == keys


def test_without_tokenizer_the_other_tools_files_are_left_out(tmp_path: Path) -> None:
    make(tokenizer=None).save(tmp_path / "text")
    make(np.arange(3)).save(tmp_path / "numbers")
    for name in ("text", "numbers"):
        expected = ["manifest.json", "model.safetensors", "wordmill.json", "wordmill.safetensors"]
        assert names(tmp_path / name) == expected
