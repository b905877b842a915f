"""The segmenters of the page on languages, each run where it is installed."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from wordmill import KeyedVectors

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "languages.md"
MODULES = dict(re.findall(r"```py\n# (\w+)\.py\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))
TEXTS = {
    "cut_japanese": ("吾輩は猫である。名前はまだ無い。", {"吾輩", "猫", "名前"}),
    "cut_chinese": ("我来到北京清华大学。", {"来到", "北京", "清华大学"}),
    "cut_thai": ("ฉันรักแมวสีขาวตัวนี้มาก", {"ฉัน", "รัก", "แมว"}),
    "cut_vietnamese": ("Trường đại học Bách khoa Hà Nội.", {"Trường", "đại_học", "Hà_Nội"}),
}


def test_each_language_of_the_page_is_tried() -> None:
    assert set(MODULES) == set(TEXTS)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_segmenters(tmp_path: Path, name: str) -> None:
    package = re.findall(r"^(?:from|import) (\w+)", MODULES[name], re.MULTILINE)[-1]
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    text, words = TEXTS[name]
    (tmp_path / f"{name}.py").write_text(MODULES[name], encoding="utf-8")
    (tmp_path / "corpus.txt").write_text(f"{text}\n" * 9, encoding="utf-8")
    command = [sys.executable, "-m", "wordmill", "train", "corpus.txt", "-o", "model", "--tokenizer", f"{name}:words"]
    settings = ["--vector-size", "4", "--epochs", "1", "--sample", "0", "--quiet"]
    done = subprocess.run(
        [*command, *settings], cwd=tmp_path, env={**os.environ, "HOME": str(tmp_path)}, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    keys = set(map(str, KeyedVectors.load(tmp_path / "model").index_to_key))
    assert words <= keys
    assert not keys & set("。.")
