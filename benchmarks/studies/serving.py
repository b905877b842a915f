"""Questions over HTTP: how many a second, how long each takes, and what of it is HTTP."""

from __future__ import annotations

import json
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np

from harness import CONSOLE, Measurement, Record, Setting
from markdown import number, table
from programs import program_build
from wordmill.vectors import KeyedVectors

TITLE = "Serving: wordmill serve under load, on this machine"
ROWS, SIZE, NEIGHBOURS = 50_000, 100, 10
CONNECTIONS = [1, 32]
ASKED = {
    "/health": "/health",
    "/similarity": '/similarity?a=k" .. math.random(0, last) .. "&b=k" .. math.random(0, last) .. "',
    "/nearest": '/nearest?key=k" .. math.random(0, last) .. "&n=10',
}
SCRIPT = """
local last = {last}
request = function() return wrk.format("GET", "{asked}") end
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('\\n{{"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "errors": %d}}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e6, latency:percentile(99) / 1e6,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield one for each way to ask: in this process, then by connections to workers."""
    if shutil.which("wrk") is None:
        CONSOLE.print("serving: left out, it needs wrk (Debian: apt install wrk)")
        return
    build = program_build("wordmill")
    for asked in ["one by one", "32 at once"]:
        yield Measurement({"server": "none", "asked": asked, "build": build}, partial(_in_process, setting, asked))
    for workers in (2,) if setting.smoke else (1, 2):
        key = {"server": f"{workers} worker{'s' * (workers > 1)}", "build": build}
        yield Measurement(key, partial(_served, setting, workers))


def _in_process(setting: Setting, asked: str) -> Record:
    vectors = KeyedVectors.load(_model(setting))
    draw, many = random.Random(1), 1 if asked == "one by one" else 32
    answer: Callable[[list[str]], Any] = (
        (lambda keys: vectors.most_similar(keys, topn=NEIGHBOURS))
        if many == 1
        else partial(vectors.nearest, k=NEIGHBOURS)
    )
    took: list[float] = []
    end = time.monotonic() + _seconds(setting)
    while time.monotonic() < end:
        keys = [f"k{draw.randrange(len(vectors))}" for _ in range(many)]
        begun = time.perf_counter()
        answer(keys)
        took.append(time.perf_counter() - begun)
    p99 = sorted(took)[int(0.99 * len(took))]
    return {
        "loads": [
            {"asked": "/nearest", "rate": many * len(took) / sum(took), "p50": statistics.median(took), "p99": p99}
        ]
    }


def _served(setting: Setting, workers: int) -> Record:
    model = _model(setting)
    last = len(KeyedVectors.load(model)) - 1
    with _server(model, workers, _seconds(setting)) as address:
        each = product(["/nearest"], [8]) if setting.smoke else product(ASKED, CONNECTIONS)
        loads = [_load(setting, address, asked, connections, last) for asked, connections in each]
    return {"loads": loads}


def _load(setting: Setting, address: str, asked: str, connections: int, last: int) -> Record:
    """Ask by some connections, each as soon as it has its answer, for a bounded time."""
    script = setting.scratch / "load.lua"
    script.write_text(SCRIPT.format(last=last, asked=ASKED[asked]), encoding="utf-8")
    command = ["wrk", "-t1", f"-c{connections}", f"-d{_seconds(setting)}s", "--latency", "-s", str(script), address]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return {
        "asked": asked, "connections": connections, "rate": found["requests"] / found["seconds"],
        "p50": found["p50"], "p99": found["p99"], "errors": found["errors"],
    }  # fmt: skip


@contextmanager
def _server(model: Path, workers: int, seconds: int) -> Iterator[str]:
    command = [sys.executable, "-m", "wordmill", "serve", str(model), "--port", "0", "--workers", str(workers)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None  # noqa: S101 (for the type)
            line = next((line for line in process.stderr if " at http" in line), "")
            address = line.partition(" at ")[2].partition("/ ")[0]
            _wait(f"{address}/health", seconds)
            yield address
        finally:
            process.terminate()


def _wait(address: str, seconds: int) -> None:
    """Wait for the first answer, which may take as long as the first worker, and let the others come."""
    with urlopen(address, timeout=60) as answer:  # noqa: S310 (of this machine)
        answer.read()
    subprocess.run(["wrk", "-t1", "-c8", f"-d{seconds}s", address], check=True, capture_output=True, timeout=120)


def _seconds(setting: Setting) -> int:
    return 1 if setting.smoke else 10


def _model(setting: Setting) -> Path:
    path = setting.scratch / "served"
    if not path.exists():
        rows = 1_000 if setting.smoke else ROWS
        matrix = np.random.default_rng(1).normal(size=(rows, SIZE)).astype(np.float32)
        KeyedVectors([f"k{row}" for row in range(rows)], matrix).save(path)
    return path


def report(records: list[Record]) -> list[str]:
    """Rates and times."""
    rows = [
        [
            record["server"], load["asked"] if record["server"] != "none" else record["asked"],
            load.get("connections", "-"), f"{load['rate']:,.0f}", number(load["p50"], 1e-3), number(load["p99"], 1e-3),
            load.get("errors", 0),
        ]
        for record in records
        for load in record["loads"]
    ]  # fmt: skip
    return [
        f"{ROWS:,} random vectors of {SIZE} numbers; /nearest is {NEIGHBOURS} exact neighbours of a random key. wrk",
        "asks by one thread, each connection as soon as it has its answer; it and the server share the cores. /health",
        "is what HTTP costs alone. Without a server: `most_similar` one by one, and `nearest` of 32 keys at once,",
        "whose time is that of all 32.",
        "",
        *table(["server", "asked", "connections", "questions/s", "p50, ms", "p99, ms", "errors"], rows, left=2),
    ]
