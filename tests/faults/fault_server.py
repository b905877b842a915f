"""Runs commands of wordmill, each in a child of its own, with a fault on demand: started with the shim before libc.

A request is a line of JSON on standard input, the answer a line on standard output.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import traceback
from typing import Any, NoReturn

import wordmill.cli.app
import wordmill.cli.training
import wordmill.evaluation
import wordmill.plots  # noqa: F401 (so that a child begins at once)
from wordmill.cli import main


def serve() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            run(request)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def run(request: dict[str, Any]) -> NoReturn:
    code = 99
    try:
        os.chdir(request["directory"])
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(request[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
        log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
        sys.argv = ["wordmill", *request["arguments"]]
        arm = ctypes.CDLL(None).fault_arm
        arm.argtypes = [ctypes.c_char_p, ctypes.c_long, ctypes.c_int, ctypes.c_int, ctypes.c_int]
        arm(os.fsencode(request["directory"]), request["place"], request["fault"], request["lasts"], log)
        main()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


serve()
