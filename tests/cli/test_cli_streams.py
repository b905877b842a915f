"""Standard streams that are closed, full, or without a reader: work goes on, and a lost result is an error."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from wordmill import Word2Vec
from wordmill.errors import CorpusError, OutputError
from wordmill.standard_streams import Decoration, ReaderGoneError, Results
from wordmill.training.callbacks.progress import Progress

pytestmark = pytest.mark.skipif(os.name != "posix", reason="closes and fills POSIX descriptors")

WORDMILL = [sys.executable, "-c", "from wordmill.cli import main; main()"]
FAST = ["--vector-size", "8", "--epochs", "3", "--workers", "1"]
#: Every command, and whether it has results for standard output.
COMMANDS = {
    "train": (["train", "CORPUS", "-o", "made", *FAST], False),
    "dry run": (["train", "CORPUS", "--dry-run"], True),
    "encode": (["encode", "CORPUS", "-o", "made"], False),
    "phrases": (["phrases", "CORPUS", "--top", "9"], True),
    "export": (["export", "MODEL", "made.bin"], False),
    "convert": (["convert", "MODEL", "made"], False),
    "map": (["map", "MODEL", "--top", "5", "--method", "pca", "-o", "made.svg"], False),
    "explore": (["explore", "MODEL", "--no-umap", "--html", "made.html"], False),
    "nearest": (["nearest", "MODEL", "cat"], True),
    "analogy": (["analogy", "MODEL", "one", "two", "cat"], True),
    "similarity": (["similarity", "MODEL", "one", "two", "--json"], True),
    "evaluate": (["evaluate", "MODEL"], True),
    "info": (["info", "MODEL"], True),
    "help": (["--help"], True),
    "version": (["--version"], True),
    "usage": (["nearest", "MODEL", "--nope"], False),
    "mistake": (["nearest", "missing", "cat"], False),
}
CODES = {"usage": 2, "mistake": 1}


def redirected(command: Iterable[str], redirections: str) -> list[str]:
    """Put a command behind a shell's redirections, such as 2>&-."""
    return ["sh", "-c", f'exec "$@" {redirections}', "sh", *command]


@pytest.fixture
def pipe_without_reader() -> Iterator[int]:
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


@pytest.fixture
def full_disk() -> Iterator[int]:
    if not Path("/dev/full").exists():
        pytest.skip("needs a full device")
    descriptor = os.open("/dev/full", os.O_WRONLY)
    yield descriptor
    os.close(descriptor)


@pytest.fixture
def run(corpus: Path, model: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    def call(name: str, redirections: str = "", **streams: object) -> subprocess.CompletedProcess[bytes]:
        places = {"CORPUS": str(corpus), "MODEL": str(model)}
        command = redirected([*WORDMILL, *(places.get(word, word) for word in COMMANDS[name][0])], redirections)
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
        return subprocess.run(command, cwd=tmp_path, check=False, **options)  # type: ignore[call-overload, no-any-return]

    return call


@pytest.mark.parametrize("name", COMMANDS)
def test_all_streams_may_be_closed(run: Callable[..., subprocess.CompletedProcess[bytes]], name: str) -> None:
    has_results = COMMANDS[name][1]
    done = run(name, "<&- 2>&-")
    assert done.returncode == CODES.get(name, 0)
    assert bool(done.stdout) == has_results
    done = run(name, "<&- >&-")
    assert done.returncode == CODES.get(name, int(has_results))
    assert b"Traceback" not in done.stderr
    assert (b"standard output cannot be written: it is closed" in done.stderr) == has_results


@pytest.mark.parametrize("name", ["train", "export", "nearest", "mistake"])
@pytest.mark.parametrize("stream", ["pipe_without_reader", "full_disk"])
def test_standard_error_is_decoration(
    run: Callable[..., subprocess.CompletedProcess[bytes]],
    name: str,
    stream: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    done = run(name, stderr=request.getfixturevalue(stream))
    assert done.returncode == CODES.get(name, 0)
    assert bool(done.stdout) == COMMANDS[name][1]
    assert len(list(tmp_path.glob("made*"))) == (name in {"train", "export"})


@pytest.mark.parametrize("name", ["nearest", "info", "help", "version"])
def test_results_that_a_full_disk_takes_no_more_are_an_error(
    run: Callable[..., subprocess.CompletedProcess[bytes]], name: str, full_disk: int, pipe_without_reader: int
) -> None:
    done = run(name, stdout=full_disk)
    assert done.returncode == 1
    assert done.stderr == b"wordmill: standard output cannot be written: No space left on device\n"
    done = run(name, stdout=pipe_without_reader)
    assert (done.returncode, done.stderr) == (0, b"")  # `head` has seen enough


def test_a_closed_standard_input_is_named(
    corpus: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments in (["nearest", model], ["train", "-", "-o", "m"]):
        command = redirected([*WORDMILL, *map(str, arguments)], "<&-")
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert done.stderr.startswith("wordmill: standard input cannot be read: ")
        assert done.stderr.count("\n") == 1
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(CorpusError, match="standard input is closed"):
        Word2Vec().fit("-")


def test_no_file_gets_the_number_of_a_closed_stream(corpus: Path, tmp_path: Path) -> None:
    """Otherwise what a library writes to standard error would end up in the model."""
    program = f"""
import os, sys
from wordmill.standard_streams import take_over
take_over()
with open({str(tmp_path / "file")!r}, "wb") as file:
    assert file.fileno() > 2
for number in range(3):
    os.fstat(number)
"""
    subprocess.run(redirected([sys.executable, "-c", program], "<&- >&- 2>&-"), check=True)


class Broken(io.StringIO):
    """A stream that takes nothing."""

    def __init__(self, problem: Exception, *, terminal: bool = False) -> None:
        super().__init__()
        self.problem, self.terminal = problem, terminal

    def write(self, text: str) -> int:
        raise self.problem

    def isatty(self) -> bool:
        return self.terminal


PROBLEMS = [BrokenPipeError(32, "Broken pipe"), OSError(28, "No space left on device"), OSError(5, "I/O error")]


@pytest.mark.parametrize("problem", [*PROBLEMS, ValueError("I/O operation on closed file")], ids=str)
def test_progress_in_a_program_of_ones_own_is_decoration(
    corpus: Path, problem: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    for terminal in (False, True):
        console = Console(file=Broken(problem, terminal=terminal))
        model = Word2Vec(vector_size=4, epochs=2).fit(corpus, callbacks=[Progress(console)])
        assert len(model.history) == 2
        assert isinstance(console.file, Broken)
    for stream in (Broken(problem), None):
        monkeypatch.setattr("sys.stderr", stream)
        assert len(Word2Vec(vector_size=4, epochs=2, verbose=True).fit(corpus).history) == 2


def test_results_and_decoration_write_to_any_stream() -> None:
    text = io.StringIO()
    print("one", file=Decoration(text))
    print("two", file=Results(text))
    assert text.getvalue() == "one\ntwo\n"
    print("nothing", file=Decoration(None))
    with pytest.raises(OutputError, match="it is closed"):
        Results(None).write("lost")
    with pytest.raises(ReaderGoneError):
        Results(Broken(PROBLEMS[0])).write("lost")


def test_results_wait_for_a_reader_who_is_slow() -> None:
    """A pipe that does not block takes a part; the rest follows."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    sent = "word\n" * 100_000
    program = "import sys; print(len(sys.stdin.read()))"
    with (
        subprocess.Popen([sys.executable, "-c", program], stdin=reading, stdout=subprocess.PIPE) as process,
        os.fdopen(writing, "w", encoding="utf-8") as stream,
    ):
        os.close(reading)
        Results(stream).write(sent)
        stream.close()
        assert process.communicate()[0] == b"%d\n" % len(sent)
