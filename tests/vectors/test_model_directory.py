from __future__ import annotations

import json
import logging
import os
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

from wordmill.errors import FormatError, OutputError
from wordmill.safetensors import read_safetensors, write_safetensors
from wordmill.saving import fingerprint
from wordmill.text import tokenize
from wordmill.vectors import KeyedVectors
from wordmill.vectors.formats import directory
from wordmill.vectors.formats.directory import load_model, save_model
from wordmill.vectors.formats.tokenizer_json import unreachable_keys, write_tokenizer
from wordmill.vectors.keys import TextKeys

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
    assert_same(model.table, kv)
    assert model.settings == {"epochs": 5, "note": "é"}
    assert model.training is not None
    assert set(model.training) == {"output_vectors", "step"}
    np.testing.assert_array_equal(model.training["output_vectors"], training["output_vectors"])
    np.testing.assert_array_equal(model.training["step"], training["step"])
    assert KeyedVectors.of(model.table).most_similar(kv.keys[0]) == kv.most_similar(kv.keys[0])
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


# -- files whose checksums are right, and that say what cannot be -----------------------------------------------------


def lie(model: Path, file: str, change: Any) -> None:
    """Change what a file of a model says, by a function or to something else, and make its checksum right."""
    if file.endswith(".safetensors"):
        arrays = {name: np.array(array) for name, array in read_safetensors(model / file).items()}
        write_safetensors(model / file, change(arrays) if callable(change) else arrays | change)
    else:
        content = json.loads((model / file).read_text(encoding="utf-8"))
        content = change(content) if callable(change) else change
        (model / file).write_text(json.dumps(content), encoding="utf-8")
    if file != "manifest.json":
        manifest = json.loads((model / "manifest.json").read_text(encoding="utf-8"))
        manifest["files"][file] = fingerprint(model / file)
        (model / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def refuse(model: Path, message: str, **options: Any) -> None:
    with pytest.raises(FormatError, match=message) as caught:
        load_model(model, **options)
    said = str(caught.value).removeprefix(str(model))
    assert said.isprintable()
    assert len(said) < 400


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_vectors_that_are_no_numbers_are_refused(tmp_path: Path, dtype: Any, number: float) -> None:
    vectors = np.ones((2, 3), np.float64)
    KeyedVectors(["a", "b"], vectors).save(tmp_path / "m", dtype=dtype)
    vectors[1, 2] = number
    lie(tmp_path / "m", "model.safetensors", {"embeddings": vectors.astype(dtype)})
    refuse(tmp_path / "m", r"model\.safetensors holds NaN or infinity: copy the directory again")


def test_scales_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    KeyedVectors(["a", "b"], np.ones((2, 3))).save(tmp_path / "m", dtype="int8")
    lie(tmp_path / "m", "model.safetensors", {"weights": np.array([1, np.inf], dtype=np.float32)})
    refuse(tmp_path / "m", "holds NaN or infinity")


def test_signalling_nan_is_refused_without_a_warning(tmp_path: Path) -> None:
    for bits, dtype in ((np.uint16(0x7D00), "float16"), (np.uint32(0x7FA00000), "float32")):
        KeyedVectors(["a", "b"], np.ones((2, 3))).save(tmp_path / dtype, dtype=dtype)
        lie(tmp_path / dtype, "model.safetensors", {"embeddings": np.full((2, 3), bits).view(dtype)})
        refuse(tmp_path / dtype, "holds NaN or infinity")


EPOCH = dict.fromkeys(("epoch", "examples", "tokens", "subsampled", "centres", "without_context"), 1) | {
    "loss": 2.5, "seconds": 0.1, "tokens_per_second": 10.0, "alpha": 0.02,
}  # fmt: skip


def at(place: str, value: Any) -> Any:
    """Return a change of JSON: another value at a.b.c, or none there (None)."""

    def change(content: Any) -> Any:
        *outer, last = place.split(".")
        inner = content
        for name in outer:
            inner = inner[int(name) if isinstance(inner, list) else name]
        if value is None:
            del inner[last]
        else:
            inner[last] = value
        return content

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (at("files", {}), r"files: .* is not listed"),
        (at("files", []), "files: Input should be a valid dict"),
        (at("files", None), "files: Field required"),
        (at("files.x", 5), "files.x: Input should be"),
        (lambda content: content | {"files": content["files"] | {"../../x": {"bytes": 0, "crc32": "0" * 8}}}, "match"),
        (at("format", True), "format: Input should be a valid integer"),
        (at("format", "1"), "format: Input should be a valid integer"),
        (at("format", 2), "use a newer wordmill"),
        ([], "not a JSON object"),
    ],
)
def test_a_manifest_says_what_it_must(tmp_path: Path, change: Any, message: str) -> None:
    make().save(tmp_path / "m")
    lie(tmp_path / "m", "manifest.json", change)
    refuse(tmp_path / "m", message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (at("size", 7), r"norms is float32 \(8,\), not float32 \(7,\)"),
        (at("size", 0), "size: Input should be greater"),
        (at("vector_size", 6), r"embeddings is float32 \(8, 5\), not float32 \(8, 6\)"),
        (at("vector_size", "5"), "vector_size: Input should be a valid integer"),
        (at("keys", "int"), "keys is missing"),
        (at("keys", "words"), "keys: Input should be 'str' or 'int'"),
        (at("tokenizer", "Words"), "tokenizer: Input should be"),
        (at("lowercase", 1), "lowercase: Input should be a valid boolean"),
        (at("storage", None), "storage: Field required"),
        (at("storage.dtype", "float64"), r"norms is float32 \(8,\), not float64"),
        (at("storage.dtype", "bfloat16"), "storage.dtype: Input should be"),
        (at("storage.similarity_error", float("nan")), "similarity_error: Input should be a finite number"),
        (at("settings", []), "settings: Input should be a valid dict"),
        (at("settings.params", [1]), "settings.params: Input should be a valid dictionary"),
        (at("settings.params", {"alpha": {}}), "settings.params.alpha"),
        (at("settings.params", {"\n\x1b[2J" * 90: {}}), r"settings\.params"),
        (at("settings.history", {}), "settings.history: Input should be a valid list"),
        (at("settings.history", [5]), "settings.history.0: Input should be a valid dict"),
        (
            at("settings.history", [EPOCH, EPOCH | {"loss": "2"}]),
            "settings.history.1.loss: Input should be a valid num",
        ),
        (at("settings.history", [EPOCH | {"tokens": -1}]), "settings.history.0.tokens: Input should be greater"),
        (at("settings.history", [EPOCH | {"epoch": True}]), "settings.history.0.epoch: Input should be a valid int"),
        (at("settings.history", [EPOCH | {"interval_losses": 1}]), "interval_losses: Input should be a valid list"),
        (at("settings.corpus", 5), "settings.corpus: Input should be a valid string"),
        (at("settings.used", [5]), "settings.used: Input should be a valid dict"),
        (at("settings.params", {"\ud800": 1}), "wordmill.json is not JSON"),
        (at("settings.history", [EPOCH | {"tokens": 10**30}]), "settings.history.0.tokens: Input should be less than"),
        (at("settings.run", 5), "settings.run: Input should be a valid string"),
    ],
)
def test_settings_say_what_can_be(tmp_path: Path, change: Any, message: str) -> None:
    save_model(tmp_path / "m", make(), settings={"history": [EPOCH], "note": [1, {"a": None}]})
    lie(tmp_path / "m", "wordmill.json", change)
    refuse(tmp_path / "m", message)
    refuse(tmp_path / "m", message, verify=False)


def without(name: str) -> Any:
    return lambda arrays: {other: array for other, array in arrays.items() if other != name}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without("norms"), "norms is missing"),
        (without("key_order"), "key_order is missing"),
        (without("key_bytes"), "key_bytes is missing"),
        ({"norms": np.ones(7, np.float32)}, r"norms is float32 \(7,\), not"),
        ({"norms": np.ones((8, 1), np.float32)}, r"norms is float32 \(8, 1\), not"),
        ({"norms": np.ones(8)}, r"norms is float64 \(8,\), not float32"),
        ({"norms": -np.ones(8, np.float32)}, "norms holds a number below 0"),
        ({"norms": np.full(8, np.nan, np.float32)}, "norms holds a number below 0, or NaN"),
        ({"counts": np.ones(8)}, r"counts is float64 \(8,\), not int64"),
        ({"counts": np.full(8, -1)}, "counts holds a number below 0"),
        ({"key_order": np.arange(8, dtype=np.uint64)}, "key_order is uint64"),
        ({"key_order": np.array([0, 1, 2, 3, 4, 5, 6, 6])}, "order of the keys does not name the rows"),
        ({"key_order": np.array([0, 1, 2, 3, 4, 5, 6, 8])}, "order of the keys does not name the rows"),
        ({"key_offsets": np.arange(9)}, "offsets of the keys do not fit"),
        ({"key_offsets": np.array([0, 2**63 - 1, -2, *[3] * 5, 40])}, "offsets of the keys do not fit"),
        ({"key_bytes": np.ones((8, 2), np.uint8)}, r"key_bytes is uint8 \(8, 2\), not uint8 \(any length,\)"),
    ],
)
def test_arrays_are_what_they_must_be(tmp_path: Path, change: Any, message: str) -> None:
    make().save(tmp_path / "m")
    lie(tmp_path / "m", "wordmill.safetensors", change)
    refuse(tmp_path / "m", message)
    refuse(tmp_path / "m", message, verify=False)


def test_what_the_manifest_does_not_list_is_not_believed(tmp_path: Path) -> None:
    make().save(tmp_path / "m")
    write_safetensors(tmp_path / "m" / "training.safetensors", {"output_vectors": np.ones((8, 5))})
    refuse(
        tmp_path / "m", r"training\.safetensors is not of this model, whose manifest\.json does not list it: remove it"
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_in_a_directory_is_no_file_of_it(tmp_path: Path) -> None:
    make().save(tmp_path / "m")
    (tmp_path / "m" / "model.safetensors").unlink()
    os.mkfifo(tmp_path / "m" / "model.safetensors")
    refuse(tmp_path / "m", r"model\.safetensors is missing")


def test_norms_are_the_lengths_of_the_vectors(tmp_path: Path) -> None:
    kv = make()
    kv.save(tmp_path / "m")
    norms = np.array(kv.norms)
    norms[3] *= 2
    lie(tmp_path / "m", "wordmill.safetensors", {"norms": norms})
    refuse(tmp_path / "m", r"wordmill\.safetensors: the norm of row 3 is .*, and its vector .* long")


@pytest.mark.parametrize("swap", [(0, 1), (6, 7)])
def test_order_is_that_of_the_keys(tmp_path: Path, swap: tuple[int, int]) -> None:
    make().save(tmp_path / "m")
    order = read_safetensors(tmp_path / "m" / "wordmill.safetensors")["key_order"].copy()
    order[[*swap]] = order[[*swap[::-1]]]
    lie(tmp_path / "m", "wordmill.safetensors", {"key_order": order})
    refuse(tmp_path / "m", "the stored order of the keys is not their order")


def test_keys_that_come_twice(tmp_path: Path) -> None:
    KeyedVectors(["ab", "cd"], np.ones((2, 3))).save(tmp_path / "text")
    lie(tmp_path / "text", "wordmill.safetensors", {"key_bytes": np.frombuffer(b"abab", np.uint8)})
    refuse(tmp_path / "text", "or a key comes twice")
    KeyedVectors([5, 6], np.ones((2, 3))).save(tmp_path / "integers")
    lie(tmp_path / "integers", "wordmill.safetensors", {"keys": np.array([5, 5])})
    refuse(tmp_path / "integers", r"key 5 appears twice \(rows 0 and 1\)")


@given(st.sets(st.text(max_size=3), min_size=1, max_size=30), st.integers(1, 4))
@settings(deadline=None)
def test_the_order_that_is_saved_is_believed(keys: set[str], at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wordmill.vectors.keys._KEYS", at_once)
        TextKeys(TextKeys([*keys]).packed).check_order()


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
