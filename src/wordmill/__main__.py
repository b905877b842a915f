"""``python -m wordmill``: the command line."""

from __future__ import annotations

from wordmill.cli import main

if __name__ == "__main__":
    main()
