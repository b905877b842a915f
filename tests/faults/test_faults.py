"""A failure at every call that changes a file: nothing is lost, and what is said is true.

A few places in each run of the suite; all of them by `make test-kill`.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fault_runs import FAULTS, KILLED, Fault, Faults, Outcome, compile_shim

from wordmill import EncodedCorpus, KeyedVectors, Word2Vec

EVERYWHERE = bool(os.environ.get("WORDMILL_KILLS"))
PLACES = 3  # of each command and fault, where not all are asked for


@dataclass(frozen=True)
class Command:
    """A command that replaces an output, and what that output holds."""

    arguments: str
    target: str
    content: Callable[[Path], Any]


def vectors(path: Path) -> tuple[list[Any], bytes]:
    loaded = KeyedVectors.load(path)
    return list(loaded), loaded.vectors.tobytes()


COMMANDS = {
    "convert": Command("convert new.npz m", "m", vectors),
    "binary": Command("export new.npz v.bin", "v.bin", vectors),
    "compressed": Command("export new.npz v.txt.gz", "v.txt.gz", vectors),
    "pair of files": Command("export new.npz t.tsv", "t.tsv", vectors),
    "parquet": Command("export new.npz v.parquet", "v.parquet", vectors),
    "encode": Command("encode new.txt -o e --min-count 1", "e", lambda path: EncodedCorpus.load(path).fingerprint()),
}
TRAIN = (
    "train new.txt -o trained --vector-size 4 --epochs 4 --min-count 1 --workers 1 --alpha 0.5 -q "
    "--checkpoint-every 1epoch --validation new-held-out.txt --early-stopping --patience 9 --log log"
)


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faults]:
    shim = compile_shim(tmp_path_factory.mktemp("shim"))
    if shim is None:
        pytest.skip("needs Linux and a C compiler")
    with Faults(shim, tmp_path_factory.mktemp("scratch")) as server:
        yield server


@pytest.fixture(scope="module")
def begin(faults: Faults, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as every run finds it: old outputs, and new sources."""
    place = tmp_path_factory.mktemp("begin")
    random_ = np.random.default_rng(1)
    for name, size in (("old", 20), ("new", 30)):
        keys = [f"{name}{i}" for i in range(size)]
        KeyedVectors(keys, random_.normal(size=(size, 6)).astype(np.float32)).save(place / f"{name}.npz")
        for text in (f"{name}.txt", f"{name}-held-out.txt"):
            lines = [" ".join(f"{name}{i}" for i in random_.integers(0, size, 12)) for _ in range(40)]
            (place / text).write_text("\n".join(lines), encoding="utf-8")
    for command in COMMANDS.values():
        assert faults.run(place, *command.arguments.replace("new", "old").split()).code == 0
    assert faults.run(place, *TRAIN.replace("new", "old").split()).code == 0
    (place / "log").unlink()
    return place


def places(calls: list[str], seed: str) -> list[int]:
    """Return all places of calls, or some of them, other ones for each fault."""
    everywhere = range(1, len(calls) + 1)
    return list(everywhere) if EVERYWHERE else sorted(random.Random(seed).sample(everywhere, PLACES))


def names(place: Path) -> set[str]:
    return {path.name for path in place.iterdir()}


def is_told_well(outcome: Outcome, fault: Fault) -> None:
    """Check exit code and message; who was killed says nothing."""
    if fault.what < 0:
        assert outcome.code == KILLED
        return
    assert outcome.code in {0, 1}, outcome.err
    assert "Traceback" not in outcome.err, outcome.err
    assert outcome.code == 0 or outcome.err.splitlines()[-1].startswith("wordmill: "), outcome.err


@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.parametrize("name", COMMANDS)
def test_an_output_is_the_old_or_the_new(faults: Faults, begin: Path, tmp_path: Path, name: str, fault: Fault) -> None:
    command = COMMANDS[name]
    arguments = command.arguments.split()
    whole = shutil.copytree(begin, tmp_path / "whole")
    undisturbed = faults.run(whole, *arguments)
    assert undisturbed.code == 0, undisturbed.err
    old, new = command.content(begin / command.target), command.content(whole / command.target)
    for place in places(undisturbed.calls, f"{name} {fault}"):
        met = shutil.copytree(begin, tmp_path / "met")
        outcome = faults.run(met, *arguments, place=place, fault=fault)
        where = f"at call {place}, {undisturbed.calls[place - 1]}: {outcome.err}"
        is_told_well(outcome, fault)
        found = command.content(met / command.target)
        assert found in (old, new), where
        if outcome.code == 0:
            assert found == new, where
        if "untouched" in outcome.err:
            assert found == old, where
        again = faults.run(met, *arguments)
        assert again.code == 0, where + again.err
        assert command.content(met / command.target) == new, where
        assert names(met) == names(whole), where
        shutil.rmtree(met)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_training_goes_on_to_the_same_bits(faults: Faults, begin: Path, tmp_path: Path, fault: Fault) -> None:
    whole = shutil.copytree(begin, tmp_path / "whole")
    undisturbed = faults.run(whole, *TRAIN.split())
    assert undisturbed.code == 0, undisturbed.err
    old, new = trained(begin), trained(whole)
    for place in places(undisturbed.calls, str(fault)):
        met = shutil.copytree(begin, tmp_path / "met")
        outcome = faults.run(met, *TRAIN.split(), place=place, fault=fault)
        where = f"at call {place}, {undisturbed.calls[place - 1]}: {outcome.err}"
        is_told_well(outcome, fault)
        found = trained(met)
        assert found in (old, new), where
        if outcome.code == 0:
            assert found == new, where
        again = faults.run(met, *TRAIN.split(), "--resume")
        assert again.code == 0, where + again.err
        assert trained(met) == new, where
        assert names(met) - {"log"} == names(whole) - {"log"}, where
        shutil.rmtree(met)


def trained(place: Path) -> tuple[bytes, bytes]:
    model = Word2Vec.load(place / "trained")
    return model.wv.vectors.tobytes(), model.output_vectors.tobytes()
