"""A browser, and an explorer that has everything: subwords, another model, errors, a film, and keys that mean harm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from browsing import chromium_path
from explorer_models import HOSTILE

from wordmill import Checkpoint, FastText
from wordmill.explorer import Explorer, explore

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_GROUPS = [
    ["king", "queen", "prince", "princess", "duke", "throne", "crown", "palace", "royal", "kingdom"],
    ["man", "woman", "boy", "girl", "father", "mother", "son", "daughter", "brother", "sister"],
    ["paris", "london", "berlin", "madrid", "rome", "athens", "france", "england", "germany", "spain"],
    [*HOSTILE, "water", "fire", "earth"],
]


def _corpus(seed: int) -> list[list[str]]:
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(3, 13)
    drawn = rng.choice(10, (1600, 8), p=weights / weights.sum())
    return [[_GROUPS[at % 4][word] for word in row] for at, row in enumerate(drawn.tolist())]


@pytest.fixture(scope="package", name="everything")
def _everything(tmp_path_factory: pytest.TempPathFactory) -> Explorer:
    folder = tmp_path_factory.mktemp("explored")
    settings = {
        "vector_size": 16,
        "epochs": 3,
        "workers": 1,
        "min_count": 1,
        "window": 3,
        "sample": 0.0,
        "subwords": (3, 4),
        "buckets": 500,
    }
    keep = Checkpoint(folder / "checkpoints", seconds=None, epochs=1, keep=9)
    model = FastText(seed=1, **settings).fit(_corpus(1), callbacks=[keep])
    other = FastText(seed=2, **settings).fit(_corpus(2))
    analogies, pairs = folder / "analogies.txt", folder / "pairs.tsv"
    analogies.write_text(": family\nman king woman queen\nfather son mother daughter\nboy man girl rome\n")
    pairs.write_text("king\tqueen\t9.0\nparis\tlondon\t1.0\nboy\tberlin\t8.0\n")
    return explore(
        model.wv, other.wv, umap=False, analogies=[analogies], pairs=[pairs], checkpoints=folder / "checkpoints"
    )


@pytest.fixture(scope="package", name="file")
def _file(everything: Explorer, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("file") / "map.html"
    everything.save(path)
    return Path(path).as_uri()


@pytest.fixture(scope="module", name="server")
def _server(everything: Explorer) -> Iterator[str]:
    serving = pytest.importorskip("wordmill.serving", reason="no server: the extra serve")
    with serving.Background(everything.application()) as background:
        yield background.address + "/"


@pytest.fixture(scope="module", name="browser")  # no longer: its event loop is the main thread's
def _browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright: pip install playwright")
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium: apt install chromium, or WORDMILL_CHROMIUM=PATH")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
