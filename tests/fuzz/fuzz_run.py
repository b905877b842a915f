"""Coverage-guided fuzzing of the readers, by atheris: `make fuzz FUZZ_SECONDS=600 FUZZ_TARGETS="npz text"`.

Each target runs in a process of its own. What it found out about inputs is kept in build/fuzz/corpus, for the next run;
inputs that fail are put into build/fuzz/findings. A finding that is understood goes to tests/fuzz/findings/TARGET/,
where the suite reads it from then on.
"""

from __future__ import annotations

import argparse
import gc
import logging
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from types import FunctionType

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build" / "fuzz"
SLOWEST = 20  # seconds that an input may take
MEMORY = 3000  # MiB
LONGEST = 1 << 15  # bytes of an input

sys.path.insert(0, str(HERE.parent))  # where helpers of several parts of the tests are


def main() -> int:
    """Fuzz the targets one after the other; 1 if something was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("targets", nargs="*", help="left out: all")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    given = parser.parse_args()
    import fuzz_targets

    if unknown := set(given.targets) - set(fuzz_targets.TARGETS):
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(fuzz_targets.TARGETS)}")
    if find_spec("atheris") is None:
        parser.error("needs the package atheris, which there is for Linux: python -m pip install --group fuzz")
    failed = [name for name in given.targets or fuzz_targets.TARGETS if not fuzz(name, given.seconds)]
    print(f"findings in {BUILD / 'findings'}: {', '.join(failed)}" if failed else "nothing found")
    return int(bool(failed))


def fuzz(name: str, seconds: int) -> bool:
    """Fuzz one target in a new process; whether it finished."""
    import fuzz_targets

    corpus, findings = BUILD / "corpus" / name, BUILD / "findings" / name
    for directory in (corpus, findings):
        directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for index, seed in enumerate(fuzz_targets.TARGETS[name].seeds(Path(scratch))):
            (corpus / f"seed-{index}").write_bytes(seed)
    if (HERE / "findings" / name).is_dir():
        shutil.copytree(HERE / "findings" / name, corpus, dirs_exist_ok=True)
    print(f"-- {name}", flush=True)
    options = {
        "max_total_time": seconds, "timeout": SLOWEST, "rss_limit_mb": MEMORY, "max_len": LONGEST,
        "artifact_prefix": f"{findings}/", "print_final_stats": 1, "verbosity": 0,
    }  # fmt: skip
    program = f"import fuzz_run; fuzz_run.child({name!r})"
    arguments = [f"-{option}={value}" for option, value in options.items()]
    return subprocess.run([sys.executable, "-c", program, *arguments, corpus], cwd=HERE, check=False).returncode == 0


def child(name: str) -> None:
    """Fuzz one target in this process, by the options of libFuzzer in `sys.argv`."""
    import atheris
    import fuzz_targets

    for function in gc.get_objects():  # `atheris.instrument_imports` does not get past an editable install's loader
        if isinstance(function, FunctionType) and str(function.__module__).startswith("wordmill"):
            atheris.instrument_func(function)
    logging.disable()
    target = fuzz_targets.TARGETS[name]
    atheris.Setup(sys.argv, lambda data: fuzz_targets.attempt(target, data))
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
