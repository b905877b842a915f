"""Commands that meet a fault: at the n-th call that changes a file, an error of the system, or the process's end."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

HERE = Path(__file__).parent

KILLED = -9


@dataclass(frozen=True)
class Fault:
    """What happens at a call: an error (`what` is an errno) once, or from there on where room is needed; or the end."""

    what: int
    lasts: bool = False

    def __str__(self) -> str:
        names = {0: "nothing", -1: "killed", -2: "killed halfway"}
        return names.get(self.what) or errno.errorcode[self.what] + ("-from-there-on" if self.lasts else "")


NOTHING = Fault(0)
FAULTS = [
    Fault(errno.EIO),
    Fault(errno.ENOSPC),
    Fault(errno.EPERM),
    Fault(errno.ENOSPC, lasts=True),
    Fault(-1),
    Fault(-2),
]


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and the calls below its directory."""

    code: int
    err: str
    calls: list[str]


class Faults:
    """Runs commands in a directory; `scratch` is for what the runs themselves need."""

    def __init__(self, shim: Path, scratch: Path) -> None:
        self._shim, self._scratch = shim, scratch

    def __enter__(self) -> Self:
        self._server = subprocess.Popen(
            [sys.executable, HERE / "fault_server.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "LD_PRELOAD": str(self._shim), "TMPDIR": str(self._scratch)},
        )
        return self

    def __exit__(self, *error: object) -> None:
        self._server.communicate()

    def run(self, directory: Path, *arguments: str, place: int = 0, fault: Fault = NOTHING) -> Outcome:
        """Run a command, with a fault at a place."""
        out, err, log = (self._scratch / name for name in ("out", "err", "log"))
        request = {
            "arguments": arguments,
            "directory": str(directory.resolve()),
            "place": place,
            "fault": fault.what,
            "lasts": int(fault.lasts),
            "out": str(out),
            "err": str(err),
            "log": str(log),
        }
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        code = int(self._server.stdout.readline())
        return Outcome(code, err.read_text(encoding="utf-8"), log.read_text(encoding="utf-8").splitlines())


def compile_shim(place: Path) -> Path | None:
    """Compile the shim; None where there is no compiler or no Linux."""
    if sys.platform != "linux":
        return None
    shim = place / "fault_shim.so"
    command = [
        os.environ.get("CC", "cc"),
        "-shared",
        "-fPIC",
        "-O1",
        "-o",
        str(shim),
        str(HERE / "fault_shim.c"),
        "-ldl",
    ]
    try:
        subprocess.run(command, check=True)
    except FileNotFoundError:
        return None
    return shim
