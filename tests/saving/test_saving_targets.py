"""What a target is: links, devices, pipes, modes, a user's own hidden files, and who else writes it."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from wordmill.errors import OutputError
from wordmill.saving import (
    Scratch,
    atomic_directory,
    atomic_file,
    check_directory,
    check_file,
    claim,
    disk,
    is_ours,
    remove,
    standing,
    sweep,
)
from wordmill.saving.staging import Staging

POSIX = pytest.mark.skipif(os.name != "posix", reason="of POSIX systems")


def write(path: Path, text: str = "new") -> None:
    with atomic_file(path) as file, file.open("w") as stream:
        stream.write(text)


def write_directory(path: Path, text: str = "new") -> None:
    with atomic_directory(path) as directory:
        (directory / "a").write_text(text)


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


# A user's own


@pytest.mark.parametrize("name", [".m.old", ".m.new", ".m.filling-1", ".m.wordmill-0a1b2c3d", ".m.wordmill-lock.d"])
def test_a_users_hidden_directories_are_left_alone(tmp_path: Path, name: str) -> None:
    (theirs := tmp_path / name).mkdir()
    (theirs / "thesis").write_text("mine")
    (theirs / "new").mkdir()
    assert standing(tmp_path / "m") == tmp_path / "m"
    for text in ("one", "two"):
        write_directory(tmp_path / "m", text)
    sweep(tmp_path)
    assert remove(tmp_path / "m")
    assert (theirs / "thesis").read_text() == "mine"
    assert hidden(tmp_path) == [name]


def make_full_directory(path: Path) -> None:
    path.mkdir()
    (path / "thesis").touch()


@POSIX
@pytest.mark.parametrize(
    "make",
    [
        make_full_directory,
        lambda path: path.write_text("my thesis"),
        lambda path: os.mkfifo(path),  # noqa: PLW0108 (Windows has none)
        lambda path: path.symlink_to("thesis"),
    ],
    ids=["directory", "file", "pipe", "link"],
)
def test_what_only_has_the_name_of_a_lock_is_left_alone(tmp_path: Path, make: Callable[[Path], Any]) -> None:
    make(lock := tmp_path / ".m.wordmill-lock")
    before = lock.lstat()
    for save in (write, write_directory, check_file, check_directory, claim):
        with pytest.raises(OutputError, match="is not wordmill's, and has the name that its lock needs: move it away"):
            save(tmp_path / "m")
    sweep(tmp_path)
    assert not is_ours(lock)
    assert (lock.lstat().st_ino, lock.lstat().st_size) == (before.st_ino, before.st_size)
    assert [path.name for path in tmp_path.iterdir()] == [lock.name]


@pytest.mark.parametrize("content", [b"", bytes(9), b'{"pi', b'{"pid": 1, "host": "here", "training": true}'])
def test_a_lock_that_a_kill_or_a_crash_left_binds_no_one(tmp_path: Path, content: bytes) -> None:
    (lock := tmp_path / ".m.wordmill-lock").write_bytes(content)
    assert is_ours(lock)
    write_directory(tmp_path / "m")
    assert hidden(tmp_path) == []


def test_a_lock_that_could_not_be_removed_goes_with_what_is_left_of_its_target(tmp_path: Path) -> None:
    """As where its removal failed once, after that of the target: what asks for that again finds no target."""
    (tmp_path / ".m.wordmill-lock").write_bytes(b'{"pid": 1, "host": "here", "training": true}')
    assert remove(tmp_path / "m")
    assert hidden(tmp_path) == []
    (strange := tmp_path / ".m.wordmill-lock").write_bytes(b"mine")
    assert remove(tmp_path / "m")
    assert strange.read_bytes() == b"mine"


def test_a_marked_directory_of_another_name_is_not_ours(tmp_path: Path) -> None:
    staging = Staging.create(tmp_path / "other")
    moved = staging.path.rename(tmp_path / ".m.wordmill-0a1b2c3d")
    write_directory(tmp_path / "m")
    assert moved.exists()


def test_a_file_that_came_during_a_save_is_not_lost(tmp_path: Path) -> None:
    def only_a(directory: Path, target: Path) -> None:
        if strangers := {path.name for path in directory.iterdir()} - {"a"}:
            raise OutputError(f"{target} holds {strangers}")

    def save_while_a_file_comes(path: Path) -> None:
        with atomic_directory(path, may_replace=only_a) as directory:
            (directory / "a").write_text("new")
            (path / "thesis").write_text("mine")

    for in_steps in (False, True):
        write_directory(path := tmp_path / f"m{in_steps}", "old")
        with pytest.MonkeyPatch.context() as patch:
            if in_steps:
                patch.setattr(disk, "_exchange_call", lambda: None)
            with pytest.raises(OutputError, match="thesis"):
                save_while_a_file_comes(path)
        assert (path / "thesis").read_text() == "mine"
        assert (path / "a").read_text() == "old"
    assert hidden(tmp_path) == []


def test_removal_takes_what_a_kill_left(tmp_path: Path) -> None:
    staging = Staging.create(tmp_path / "m")
    staging.for_filling().mkdir()
    (staging.filling / "a").write_text("half")
    empty = tmp_path / ".m.wordmill-0a1b2c3d"
    empty.mkdir()
    write_directory(tmp_path / "m")
    assert hidden(tmp_path) == []


# Links, devices, pipes, modes


@POSIX
def test_links_are_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    for name, make in (("f", write), ("m", write_directory)):
        link = tmp_path / name
        link.symlink_to(tmp_path / "real" / name)
        for text in ("one", "two"):  # the first time it leads nowhere
            make(link, text)
            assert link.is_symlink()
        assert (tmp_path / "real" / name).exists()
    assert (tmp_path / "f").read_text() == (tmp_path / "m" / "a").read_text() == "two"
    assert hidden(tmp_path) == hidden(tmp_path / "real") == []


@POSIX
def test_a_loop_of_links_is_named(tmp_path: Path) -> None:
    (loop := tmp_path / "loop").symlink_to(loop)
    actions: list[Callable[[Path], None]] = [write, write_directory, check_file, check_directory]
    for action in actions:
        with pytest.raises(OutputError, match="loop cannot be written: it is a loop of links"):
            action(loop)


@POSIX
def test_a_pipe_is_written_through(tmp_path: Path) -> None:
    os.mkfifo(pipe := tmp_path / "pipe")
    check_file(pipe)
    with ThreadPoolExecutor() as pool:
        read = pool.submit(pipe.read_text)
        write(pipe, "x" * 200_000)
        assert read.result() == "x" * 200_000
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


@POSIX
def test_a_pipe_whose_reader_leaves_is_named(tmp_path: Path) -> None:
    os.mkfifo(pipe := tmp_path / "pipe")

    def look() -> None:
        with pipe.open("rb") as file:
            file.read(10)

    with ThreadPoolExecutor() as pool:
        pool.submit(look)
        with pytest.raises(OutputError, match="pipe was closed by its reader before all was written"):
            write(pipe, "x" * 2_000_000)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_a_device_is_written_through(tmp_path: Path) -> None:
    try:
        os.mknod(null := tmp_path / "null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        write(null)
    except (PermissionError, OutputError):
        pytest.skip("this user may make no devices, or use none here")
    assert null.is_char_device()
    assert list(tmp_path.iterdir()) == [null]
    with pytest.raises(OutputError, match="/dev/full could not be written to its end"):
        write(Path("/dev/full"))
    assert Path("/dev/full").is_char_device()
    with pytest.raises(OutputError, match="choose another name"):
        write_directory(null)


@POSIX
@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_is_written_through(tmp_path: Path, name: str) -> None:
    if not Path(name).exists():
        pytest.skip(f"no {name} here")
    program = (
        "import sys\nfrom wordmill.saving import atomic_file\nprint('before', end=' ')\n"
        f"with atomic_file({name!r}) as file: file.write_text('within ')\nprint('after', end='')"
    )
    for where in ("pipe", "file"):
        with (tmp_path / "out").open("w") as out:
            out.write("head ")
            out.flush()
            target = subprocess.PIPE if where == "pipe" else out
            done = subprocess.run([sys.executable, "-c", program], stdout=target, text=True, check=True)
        text = "head " + done.stdout if where == "pipe" else (tmp_path / "out").read_text()
        assert text == "head before within after"


@POSIX
def test_replaced_files_keep_their_mode_and_new_ones_have_the_umasks(tmp_path: Path) -> None:
    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    before = os.umask(0o027)
    try:
        write(tmp_path / "f")
        write_directory(tmp_path / "m")
        assert [mode(tmp_path / name) for name in ("f", "m", "m/a")] == [0o640, 0o750, 0o640]
        (tmp_path / "f").chmod(0o600)
        (tmp_path / "m").chmod(0o700)
        (tmp_path / "m" / "a").chmod(0o604)
        write(tmp_path / "f")
        write_directory(tmp_path / "m")
        assert [mode(tmp_path / name) for name in ("f", "m", "m/a")] == [0o600, 0o700, 0o604]
    finally:
        os.umask(before)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives files away")
def test_replaced_files_keep_their_owner(tmp_path: Path) -> None:
    write(tmp_path / "f")
    os.chown(tmp_path / "f", 1234, 1235)
    write(tmp_path / "f")
    assert ((tmp_path / "f").stat().st_uid, (tmp_path / "f").stat().st_gid) == (1234, 1235)


def test_long_names_and_names_of_any_letters(tmp_path: Path) -> None:
    for name in ("x" * 255, "é" * 127, "a[b]*?", ".hidden", "two\nlines", "-o"):
        for text in ("one", "two"):
            write_directory(tmp_path / name, text)
            assert (tmp_path / name / "a").read_text() == text
        assert remove(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


# One writer at a time

HOLD = (
    "import sys, time\nfrom wordmill.saving import claim\nheld = claim(sys.argv[1])\nprint(flush=True)\ntime.sleep(60)"
)


def test_a_claim_keeps_other_processes_away_and_dies_with_its_own(tmp_path: Path) -> None:
    target = tmp_path / "m"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(target)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        actions: list[Callable[[Path], object]] = [claim, write_directory, write, check_directory]
        for action in actions:
            with pytest.raises(OutputError, match=f"m is the output of another training, process {process.pid} on "):
                action(target)
        process.kill()
    write_directory(target)
    with claim(target):
        write_directory(target, "newer")  # one's own saves go on
        with pytest.raises(OutputError, match="m is the output of another training"):
            claim(target)
    with claim(tmp_path / "deep" / "n"):
        assert (tmp_path / "deep").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


WITHOUT_LOCKS = """
import errno, fcntl
def flock(*_):
    raise OSError(errno.ENOLCK, "")
fcntl.flock = flock
"""
SAVE = """
import sys
from pathlib import Path
from wordmill.saving import atomic_directory
for number in range(30):
    with atomic_directory(sys.argv[1]) as directory:
        for name in "ab":
            (directory / name).write_text(f"{sys.argv[2]} {number}")
    saved = {(Path(sys.argv[1]) / name).exists() for name in "ab"}
"""


@pytest.mark.parametrize("kept_apart", [True, False])
def test_savers_into_one_target_lose_nothing(tmp_path: Path, kept_apart: bool) -> None:
    """Also where the file system knows no locks."""
    program = (
        SAVE
        if kept_apart
        else f"import fcntl, errno\ndef flock(*_): raise OSError(errno.ENOLCK, '')\nfcntl.flock = flock\n{SAVE}"
    )
    if not kept_apart and os.name != "posix":
        pytest.skip("of POSIX systems")
    command = [sys.executable, "-c", program, str(tmp_path / "m")]
    savers = [subprocess.Popen([*command, name], stderr=subprocess.PIPE, text=True) for name in ("x", "y", "z")]
    errors = [saver.communicate()[1] for saver in savers]
    assert [saver.returncode for saver in savers] == [0, 0, 0], errors
    texts = {(tmp_path / "m" / name).read_text() for name in "ab"}
    assert len(texts) == 1
    assert texts.pop().endswith(" 29")
    assert hidden(tmp_path) == []


def test_threads_of_one_process_take_turns(tmp_path: Path) -> None:
    inside, most = 0, 0
    guard = threading.Lock()

    def save(number: int) -> None:
        nonlocal inside, most
        with atomic_directory(tmp_path / "m") as directory:
            with guard:
                inside += 1
                most = max(most, inside)
            (directory / "a").write_text(str(number))
            with guard:
                inside -= 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save, range(12)))
    assert most == 1
    assert hidden(tmp_path) == []


@POSIX
def test_a_file_system_without_locks_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", none)
    staging = Staging.create(tmp_path / "m")
    write_directory(tmp_path / "m")
    assert "no locks there" in caplog.text
    assert staging.path.exists()  # perhaps its process lives
    assert len(hidden(tmp_path)) == 1


# Before the work


@pytest.mark.parametrize("check", [check_directory, check_file])
def test_checks_leave_nothing(tmp_path: Path, check: Callable[[Path], None]) -> None:
    check(tmp_path / "x")
    check(tmp_path / "no" / "such" / "x")
    assert list(tmp_path.iterdir()) == []


def test_outputs_that_would_fail_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="file is a file"):
        check_directory(tmp_path / "file")
    for check in (check_directory, check_file):
        with pytest.raises(OutputError, match="cannot be written"):
            check(tmp_path / "file" / "x")
    with pytest.raises(OutputError, match="is a directory"):
        check_file(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match="is the directory you are in"):
        check_directory(".")
    monkeypatch.setattr(Path, "is_mount", lambda self: self == tmp_path)
    (tmp_path / "inside").mkdir()
    monkeypatch.chdir(tmp_path.parent)
    with pytest.raises(OutputError, match="is a mount point"):
        check_directory(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="as Linux says it")
def test_a_part_of_the_same_file_system_that_is_mounted_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (directory := tmp_path / "directory").mkdir()
    (file := tmp_path / "file").touch()
    assert not disk.is_mounted(directory)
    assert not disk.is_mounted(file)
    assert not disk.is_mounted(tmp_path / "nothing")
    monkeypatch.setattr(disk, "_mount", lambda path: "1" if path == tmp_path else "2")
    with pytest.raises(OutputError, match="is a mount point, which cannot be replaced"):
        check_directory(directory)
    with pytest.raises(OutputError, match="is a mount point, which cannot be replaced"):
        check_file(file)


def test_a_directory_that_cannot_be_renamed_is_refused_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_directory(tmp_path / "m")
    check_directory(tmp_path / "m")
    rename = Path.rename

    def as_overlay(path: Path, to: Path) -> Path:
        if path == tmp_path / "m":
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", as_overlay)
    with pytest.raises(OutputError, match=r"m cannot be replaced .*, as directories of a container's image"):
        check_directory(tmp_path / "m")
    assert (tmp_path / "m" / "a").read_text() == "new"
    assert hidden(tmp_path) == []


# Scratch

SCRATCH = """
import os, sys
from wordmill.saving import Scratch
scratch = Scratch(sys.argv[1])
(scratch.path / "x").touch()
"""


def test_scratch_goes_with_its_process_or_with_the_next(tmp_path: Path) -> None:
    program = SCRATCH
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)
    assert list(tmp_path.iterdir()) == []
    subprocess.run([sys.executable, "-c", program + "os._exit(9)", str(tmp_path)], check=False)
    (killed,) = tmp_path.glob("wordmill-*")
    (theirs := tmp_path / "wordmill-thesis").mkdir()
    living = Scratch(tmp_path)
    other = Scratch(tmp_path)
    assert not killed.exists()
    assert living.path.exists()
    living.remove()
    other.remove()
    assert list(tmp_path.iterdir()) == [theirs]
