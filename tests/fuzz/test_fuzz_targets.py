"""Files that are damaged, or lie: what is fuzzed for hours by `make fuzz`, here for seconds."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import pytest
from fuzz_targets import TARGETS, attempt
from hypothesis import given, settings
from hypothesis import strategies as st

FINDINGS = Path(__file__).parent / "findings"
EXAMPLES = {
    "parquet": 20,
    "evaluation": 20,
    "events": 20,
    "model": 40,
    "documents": 40,
    "checkpoint": 40,
    "fasttext-training": 40,
}  # the slow ones
PIECES = st.binary(max_size=4) | st.sampled_from(
    [b" ", b"\n", b"\t", b"9", b"99999999999999", b"nan", b"1e400", b"\xff\xff\xff\xff", b"\0\0\0\0\0\0\0\x7f"]
)


@cache
def seeds(name: str) -> list[bytes]:
    with tempfile.TemporaryDirectory() as directory:
        return list(TARGETS[name].seeds(Path(directory)))


@pytest.mark.parametrize("name", sorted(set(TARGETS) - {"detected"}))  # among which are files that are refused
def test_whole_files_are_read(tmp_path: Path, name: str) -> None:
    for index, seed in enumerate(seeds(name)):
        (tmp_path / str(index)).mkdir()
        TARGETS[name].read(tmp_path / str(index), seed)


@pytest.mark.parametrize("name", TARGETS)
def test_only_errors_of_ours_come_of_damaged_files(name: str) -> None:
    @given(st.data())
    @settings(max_examples=EXAMPLES.get(name, 100))
    def damage_one(data: st.DataObject) -> None:
        content = bytearray(data.draw(st.sampled_from(seeds(name))))
        for _ in range(data.draw(st.integers(1, 5))):
            at = data.draw(st.integers(0, len(content)))
            content[at : at + data.draw(st.integers(0, 4))] = data.draw(PIECES)
        end = data.draw(st.just(len(content)) | st.integers(0, len(content)))
        attempt(TARGETS[name], bytes(content[:end]))

    damage_one()


@pytest.mark.parametrize("file", sorted(FINDINGS.glob("*/*")), ids=lambda file: f"{file.parent.name}-{file.name}")
def test_what_was_found_before(file: Path) -> None:
    attempt(TARGETS[file.parent.name], file.read_bytes())
