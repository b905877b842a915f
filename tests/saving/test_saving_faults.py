"""Every call that touches the file system fails once, or is the last one: the old content is there, or the new."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from saving_faults import die_at, fail, fault

from wordmill.errors import OutputError
from wordmill.saving import atomic_directory, atomic_file, atomic_files, remove, standing, standing_set, sweep
from wordmill.saving.disk import _exchange_call

FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
FEW = 12  # calls that each action makes at least
TRUE_OF_OLD = "what was there is untouched"
TRUE_OF_NEW = "is written, but the disk does not confirm it"


class Directory:
    """A directory of two files."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "m"

    def write(self, text: str) -> None:
        with atomic_directory(self.path) as directory:
            for name in "ab":
                (directory / name).write_bytes(text.encode())

    def read(self) -> str:
        place = standing(self.path)
        texts = {(place / name).read_text() for name in "ab"} if place.exists() else {"nothing"}
        assert len(texts) == 1
        return texts.pop()


class File:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "f.txt"

    def write(self, text: str) -> None:
        with atomic_file(self.path) as file, file.open("w") as stream:
            stream.write(text)

    def read(self) -> str:
        place = standing(self.path)
        return place.read_text() if place.exists() else "nothing"


class Pair:
    """Two files in two directories."""

    def __init__(self, folder: Path) -> None:
        self.path, self.other = folder / "f.tsv", folder / "beside" / "f_keys.tsv"
        self.other.parent.mkdir(exist_ok=True)

    def write(self, text: str) -> None:
        with atomic_files(self.path, self.other) as files:
            for file in files:
                with file.open("w") as stream:
                    stream.write(text)

    def read(self) -> str:
        places = standing_set(self.path, self.other)
        if not places[0].exists():
            return "nothing"
        texts = {place.read_text() for place in places}
        assert len(texts) == 1
        return texts.pop()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flush nothing: no test cuts the power."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


KINDS = [Directory, File, Pair]
KINDS_AND_WAYS = [
    (Directory, False),
    pytest.param(Directory, True, marks=pytest.mark.skipif(not _exchange_call(), reason="no exchange here")),
    (File, False),
    (Pair, False),
]


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.name.startswith("."))


@pytest.mark.parametrize("before", ["nothing", "old"])
@pytest.mark.parametrize(("kind", "exchange"), KINDS_AND_WAYS)
def test_a_call_that_fails(tmp_path: Path, kind: type[File], before: str, exchange: bool) -> None:
    """The message is true of what is there, and the next save is as if nothing had been."""
    number, calls = 0, list[str]()
    while len(calls) >= number:  # else no call of this number is left
        (folder := tmp_path / str(number)).mkdir()
        thing = kind(folder)
        if before == "old":
            thing.write("old")
        with fault(number, fail, exchange=exchange) as calls:
            message = ""
            try:
                thing.write("new")
            except OutputError as error:
                message = str(error)
        now = thing.read()
        assert now in ((before, "new") if message else ("new",))
        assert not message or (TRUE_OF_NEW if now == "new" else TRUE_OF_OLD) in message
        assert "\n" not in message
        thing.write("newest")
        assert thing.read() == "newest"
        sweep(folder)
        assert left(folder) == []
        number += 1
    assert number > FEW


@FORKS
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("before", ["nothing", "old"])
@pytest.mark.parametrize(("kind", "exchange"), KINDS_AND_WAYS)
def test_a_process_that_dies(tmp_path: Path, kind: type[File], before: str, exchange: bool) -> None:
    """Reading finds the old or the new without changing anything; the next save clears up."""
    number, died = 0, True
    while died:
        (folder := tmp_path / str(number)).mkdir()
        thing = kind(folder)
        if before == "old":
            thing.write("old")
        died = die_at(number, lambda thing=thing: thing.write("new"), exchange=exchange)  # type: ignore[misc]
        found = sorted(folder.rglob("*"))
        assert thing.read() in ((before, "new") if died else ("new",))
        assert sorted(folder.rglob("*")) == found
        thing.write("newest")
        assert thing.read() == "newest"
        assert left(folder) == []
        number += 1
    assert number > FEW


@pytest.mark.parametrize("kind", KINDS)
def test_a_save_that_fails_after_a_kill(tmp_path: Path, kind: type[File]) -> None:
    """What is found beside the name stays until there is something better."""
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    number, died = 0, True
    while died:
        (folder := tmp_path / str(number)).mkdir()
        thing = kind(folder)
        thing.write("old")
        died = die_at(number, lambda thing=thing: thing.write("new"), exchange=False)  # type: ignore[misc]
        found = thing.read()
        with pytest.raises((TypeError, AttributeError)):
            thing.write(None)  # type: ignore[arg-type]
        assert thing.read() == found
        number += 1


def make_tree(path: Path) -> None:
    (path / "deep").mkdir(parents=True)
    for file in (path / "a", path / "deep" / "b"):
        file.write_text("mine")


def whole(path: Path) -> bool:
    return (path / "a").exists() and (path / "deep" / "b").exists()


def test_a_removal_that_fails_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    number, calls = 0, list[str]()
    while len(calls) >= number:  # else no call of this number is left
        make_tree(path := tmp_path / str(number) / "c")
        caplog.clear()
        with fault(number, fail, exchange=True) as calls:
            gone = remove(path)
        assert gone != path.exists()
        assert gone or whole(path)
        over = [name for name in left(path.parent) if not name.endswith("lock")]
        assert (gone and not over) or "remove it by hand" in caplog.text
        sweep(path.parent)
        assert remove(path)
        assert left(path.parent) == []
        number += 1
    assert number > FEW


@FORKS
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_process_that_dies_while_it_removes(tmp_path: Path) -> None:
    number, died = 0, True
    while died:
        make_tree(path := tmp_path / str(number) / "c")
        action: Callable[[], object] = lambda path=path: remove(path)  # type: ignore[misc]  # noqa: E731
        died = die_at(number, lambda action=action: action() and None, exchange=True)  # type: ignore[misc]
        assert whole(path) or not path.exists()
        sweep(path.parent)
        assert remove(path)
        assert left(path.parent) == []
        number += 1
    assert number > FEW


def test_what_another_removed_first(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    make_tree(path := tmp_path / "c")
    assert remove(path)
    assert remove(path)
    assert remove(tmp_path / "never" / "there")
    assert not list(tmp_path.iterdir())
    assert not caplog.records
