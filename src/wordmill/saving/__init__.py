"""Outputs that appear whole or not at all, that no two write at once, and that touch nothing that is not ours.

disk.py         what the file system is asked
staging.py      where new content is made, and how it proves to be ours
locks.py        one writer at a time
directories.py, files.py   the swap: old or new, at every moment
removal.py      away by name first, then bit by bit
scratch.py      directories among temporary files
checks.py       whether an output can be written, before the work
"""

from __future__ import annotations

from wordmill.saving.checks import check_directory, check_file
from wordmill.saving.directories import atomic_directory
from wordmill.saving.disk import fingerprint
from wordmill.saving.files import atomic_file, atomic_files, is_written_through
from wordmill.saving.locks import Claim, claim
from wordmill.saving.removal import remove, sweep
from wordmill.saving.scratch import Scratch
from wordmill.saving.staging import is_ours, standing, standing_set

__all__ = [
    "Claim",
    "Scratch",
    "atomic_directory",
    "atomic_file",
    "atomic_files",
    "check_directory",
    "check_file",
    "claim",
    "fingerprint",
    "is_ours",
    "is_written_through",
    "remove",
    "standing",
    "standing_set",
    "sweep",
]
