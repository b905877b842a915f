from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from wordmill.errors import FormatError
from wordmill.safetensors import read_metadata, read_safetensors, write_safetensors

DTYPES = ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "?"]


def test_the_files_are_those_of_the_package(tmp_path: Path) -> None:
    arrays = {f"array {dtype}": np.arange(7).astype(dtype) for dtype in DTYPES}
    arrays |= {"matrix": np.arange(12.0).reshape(3, 4)[:, 1:], "scalar": np.array(2.5), "none": np.empty((0, 3))}
    write_safetensors(tmp_path / "ours", arrays, {"made": "here"})
    theirs, ours = load_file(tmp_path / "ours"), read_safetensors(tmp_path / "ours")
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, tmp_path / "theirs")
    again = read_safetensors(tmp_path / "theirs")
    for name, array in arrays.items():
        for read in (theirs[name], ours[name], again[name]):
            np.testing.assert_array_equal(read, array)
            assert read.dtype == array.dtype
        assert ours[name].flags.aligned
    assert read_metadata(tmp_path / "ours") == {"made": "here"}
    assert read_metadata(tmp_path / "theirs") == {}


def entry(begin: Any, end: Any, shape: Any = None, dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": [2] if shape is None else shape, "data_offsets": [begin, end]}


def content(header: Any, data: bytes = bytes(8)) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


ONE = b'"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (b"", "header too small"),
        (bytes(7), "header too small"),
        ((10**18).to_bytes(8, "little") + b"{}", "claims more bytes than can be"),
        ((20).to_bytes(8, "little") + b"{}", "claims more bytes than there are"),
        (content(b"[]"), "sequence"),
        (content(b"{no}"), "JSON"),
        (content(b"[" * 100_000), "JSON"),
        (content(b'{"a":' * 100_000), "recursion"),
        (content(b"{" + ONE + b',"y":{"more":' + b"[" * 100_000), "JSON"),
        (content(b'{"\xff":' + ONE[4:] + b"}"), "UTF-8"),
        (content({"x": entry(0, 4, [1])}), "its arrays are not all of its bytes"),
        (content({"x": entry(0, 8)}, bytes(9)), "its arrays are not all of its bytes"),
        (content({"x": entry(0, 8)}, bytes(7)), "its arrays are not all of its bytes"),
        (content({"x": entry(4, 8, [1])}), "overlap or leave a hole .*`x`"),
        (content({"x": entry(0, 8), "y": entry(0, 8)}), "overlap or leave a hole"),
        (content({"x": entry(8, 0)}), "overlap or leave a hole"),
        (content({"x": entry(0, 8, [3])}), "not as many as its shape says"),
        (content({"x": entry(0, 8, [2**63, 2**63])}), "a shape is too large"),
        (content({"x": entry(0, 8, [-2, -1])}), "integer `-2`"),
        (content({"x": entry(0, 8, [True, 2])}), "boolean `true`"),
        (content({"x": entry(False, 8)}), "boolean `false`"),
        (content({"x": entry(0, 8, 2)}), "expected a sequence"),
        (content({"x": entry(0, 8, dtype="float32")}), "unknown variant `float32`"),
        (content({"x": entry(0, 8, [4], dtype="BF16")}), "'x' is BF16, which NumPy has not"),
        (content({"x": ["F32", [2], [0, 8]]}), "'x' has no dtype, shape and data_offsets by name"),
        (content({"__metadata__": {"a": 1}, "x": entry(0, 8)}), "expected a string"),
        (content(b"{" + ONE + b"," + ONE + b"}"), "names 'x' twice"),
        (content(b'{"__metadata__":{"a":"1","a":"2"},' + ONE + b"}"), "names 'a' twice"),
        (content(b"{" + ONE[:-1] + b',"more":' + b"9" * 4300 + b"}}"), "number out of range"),
        (content({"x\n\x1b[2J" * 90: entry(4, 8, [1])}), "overlap"),
    ],
)
def test_refused_with_the_reason(tmp_path: Path, file: bytes, message: str) -> None:
    (tmp_path / "x").write_bytes(file)
    with pytest.raises(FormatError, match=message) as caught:
        read_safetensors(tmp_path / "x")
    said = str(caught.value).removeprefix(str(tmp_path))
    assert said.isprintable()
    assert len(said) < 400


NUMBERS = st.integers(0, 12) | st.sampled_from([True, False, None, -1, 2.0, 2**64])
ENTRIES = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "F32", "F16", "U8"]),
        "shape": st.lists(st.integers(0, 3) | NUMBERS, max_size=2),
        "data_offsets": st.lists(st.sampled_from([0, 4, 8]) | NUMBERS, min_size=2, max_size=2),
    }
)


@given(st.dictionaries(st.sampled_from("ab"), ENTRIES, max_size=2), st.integers(0, 12))
@settings(max_examples=200, deadline=None)
def test_as_strict_as_the_reference(tmp_path_factory: pytest.TempPathFactory, header: Any, size: int) -> None:
    file = tmp_path_factory.mktemp("x") / "x"
    file.write_bytes(content(header, bytes(range(size))))
    try:
        expected = load_file(file)
    except SafetensorError:
        with pytest.raises(FormatError):
            read_safetensors(file)
        return
    found = read_safetensors(file)
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert found[name].tobytes() == array.tobytes()
