"""Layouts that took long, kept in a file beside the model and known by what they were made of."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError, OutputError
from wordmill.safetensors import read_metadata, read_safetensors, write_safetensors
from wordmill.saving import atomic_file
from wordmill.vectors.matrix import Floats

__all__ = ["KeptLayouts", "fingerprint_of"]

logger = logging.getLogger(__name__)


class KeptLayouts:
    """The file of one model's layout; nothing is kept without a path, or of what is no file and no directory."""

    def __init__(self, model: Path | None) -> None:
        self.path: Path | None = None
        if model is not None and (model.is_file() or model.is_dir()):
            whole = Path(os.path.abspath(model))  # noqa: PTH100 (a link's place, not its target's)
            self.path = whole.with_name(whole.name + ".layout.safetensors")

    def get(self, fingerprint: str, make: Callable[[], NDArray[np.float32]]) -> NDArray[np.float32]:
        """Return the layout of this fingerprint: from the file, else made, and written there where that can be."""
        found = self._read(fingerprint)
        if found is not None:
            return found
        made = make()
        self._write(fingerprint, made)
        return made

    def _read(self, fingerprint: str) -> NDArray[np.float32] | None:
        if self.path is None or not self.path.is_file():
            return None
        try:
            if read_metadata(self.path).get("fingerprint") != fingerprint:
                return None
            positions: NDArray[np.float32] = read_safetensors(self.path)["positions"]
        except (FormatError, KeyError, OSError) as error:
            logger.warning("%s: no layout that can be read, it is made anew (%s)", self.path, error)
            return None
        whole = positions.ndim == 2 and positions.dtype == np.float32 and bool(np.isfinite(positions).all())
        return np.array(positions) if whole else None

    def _write(self, fingerprint: str, positions: NDArray[np.float32]) -> None:
        if self.path is None:
            return
        try:
            with atomic_file(self.path) as staging:
                write_safetensors(staging, {"positions": positions}, {"fingerprint": fingerprint})
        except OutputError as error:
            logger.warning("the layout is not kept for the next time: %s", error)


def fingerprint_of(units: Floats, *settings: object) -> str:
    """Name points (n, D) and the settings of what is made of them."""
    digest = hashlib.blake2b(repr((units.shape, units.dtype.str, settings)).encode(), digest_size=16)
    digest.update(np.ascontiguousarray(units).data)
    return digest.hexdigest()
