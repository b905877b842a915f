"""Spool: an array written block by block, in memory up to a limit, then in a temporary file."""

from __future__ import annotations

import mmap
import tempfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus.resources import Resources
from wordmill.errors import OutputError

Integer = TypeVar("Integer", np.int32, np.int64)


class Spool(Generic[Integer]):
    """An array written block by block; read back by `blocks` or `whole`, once.

    From `resources.memory_bytes` on, everything goes to a temporary file without a name, so that it vanishes with its
    last user.
    """

    def __init__(self, dtype: type[Integer], resources: Resources) -> None:
        self._dtype: type[Integer] = dtype
        self._memory_bytes = resources.memory_bytes
        self._directory = Path(resources.spill_directory or tempfile.gettempdir())
        self._file: IO[bytes] | None = None
        self._blocks: deque[NDArray[Integer]] = deque()  # in memory
        self._sizes: list[int] = []

    def __len__(self) -> int:
        return sum(self._sizes)

    def append(self, block: NDArray[Integer]) -> None:
        """Add a block, which then belongs to the spool.

        Raises
        ------
        OutputError
            The temporary file cannot be written.
        """
        self._sizes.append(len(block))
        self._blocks.append(block)
        if self._file is None and len(self) * np.dtype(self._dtype).itemsize <= self._memory_bytes:
            return
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._directory)  # noqa: SIM115
            while self._blocks:
                self._file.write(self._blocks.popleft().data)
        except OSError as error:
            raise OutputError(
                f"a temporary file in {self._directory} cannot be written: {error.strerror}; free space there, or "
                "name another directory (spill_directory)"
            ) from error

    def blocks(self) -> Iterator[NDArray[Integer]]:
        """Give the blocks back as they came, and forget them."""
        if self._file is None:
            while self._blocks:
                yield self._blocks.popleft()
        else:
            with self._file as file:
                file.seek(0)
                for size in self._sizes:
                    yield np.fromfile(file, self._dtype, size)

    def whole(self) -> NDArray[Integer]:
        """Give everything back as one array, a map of the file if there is one, and forget it."""
        if self._file is not None:
            with self._file as file:
                file.flush()
                return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), self._dtype)
        array = np.empty(len(self), self._dtype)
        at = 0
        for block in self.blocks():
            array[at : at + len(block)] = block
            at += len(block)
        return array
