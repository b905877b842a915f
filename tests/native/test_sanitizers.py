"""`make test-sanitize`: the core that it tests is the one built with sanitizers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wordmill.core import core


def test_the_core_under_test_is_the_sanitized_one() -> None:
    wanted = os.environ.get("WORDMILL_SANITIZED")
    if wanted is None:
        pytest.skip("no build with sanitizers: make test-sanitize makes two")
    assert Path(wanted).resolve() in Path(str(core.__file__)).resolve().parents
    libraries = Path("/proc/self/maps").read_text(encoding="utf-8")
    assert "libasan" in libraries or "libtsan" in libraries
