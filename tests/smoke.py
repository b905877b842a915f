"""Train, save, query, explore and serve with an installed wordmill: what a wheel must do without a compiler."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import wordmill
from wordmill.core import instruction_set


def main() -> None:
    """Run the smoke test; any failure raises."""
    sentences = [["king", "queen", "crown"], ["cat", "dog", "fur"]] * 200
    model = wordmill.Word2Vec(vector_size=16, min_count=1, epochs=20, sample=0, seed=1).fit(sentences)
    with tempfile.TemporaryDirectory() as folder:
        saved, page = Path(folder) / "model", Path(folder) / "map.html"
        model.save(saved)
        vectors = wordmill.KeyedVectors.load(saved)
        nearest = {neighbour.key for neighbour in vectors.most_similar("king", topn=2)}
        if nearest != {"queen", "crown"}:
            raise SystemExit(f"king's nearest should be queen and crown, not {nearest}")
        exploring = ("explore", saved, "--html", page, "--no-umap")
        if find_spec("sklearn"):
            check_page(command(*exploring), page)
        else:
            check_extra_is_named(command(*exploring), "explore")
        if not find_spec("starlette"):
            check_extra_is_named(command("serve", saved), "serve")
    print(f"wordmill {wordmill.__version__} works ({instruction_set()})")


def check_page(done: subprocess.CompletedProcess[str], page: Path) -> None:
    """Look at the explorer's page: its parts are in the wheel, and the model in the page."""
    if done.returncode != 0:
        raise SystemExit(f"wordmill explore fails: {done.stderr}")
    text = page.read_text(encoding="utf-8")
    if missing := [
        part for part in ("<!doctype html", "</html>", "<script", "<style", "queen") if part not in text.lower()
    ]:
        raise SystemExit(f"the explorer's page lacks {missing}")


def check_extra_is_named(done: subprocess.CompletedProcess[str], extra: str) -> None:
    """Look at the answer where an extra is missing: one line that names it."""
    if done.returncode != 1 or f"wordmill[{extra}]" not in done.stderr or len(done.stderr.splitlines()) != 1:
        raise SystemExit(f"wordmill should say in a line that [{extra}] is missing, but says: {done.stderr}")


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command line as a program, warnings being errors."""
    program = [sys.executable, "-W", "error", "-c", "from wordmill.cli import main; main()"]
    return subprocess.run([*program, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300)


if __name__ == "__main__":
    main()
