"""The explorer of one model: its map and its answers, as a server or as one file."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from os import PathLike
from socket import socket
from typing import Any

from wordmill.explorer.browser import open_browser
from wordmill.explorer.map import Map
from wordmill.explorer.packing import packed
from wordmill.explorer.questions import Questions
from wordmill.explorer.single_file import html_file
from wordmill.explorer.tables import Table
from wordmill.paths import checked_path
from wordmill.saving import atomic_file

__all__ = ["Explorer"]

logger = logging.getLogger(__name__)

_IN_NOTEBOOK = 620  # pixels of height


class Explorer:
    """Look around in vectors: `save` writes one HTML file, `serve` opens the browser, a notebook shows it.

    `wordmill.explore` makes one.

    Attributes
    ----------
    questions : Questions
        What the page asks, as methods: `search`, `nearest`, `analogy`, `axis`, `subwords`, `compare`, `evaluation`,
        `film`.
    """

    def __init__(self, drawn: Map, questions: Questions, more: Mapping[str, Table]) -> None:
        self.map, self.questions = drawn, questions
        self._tables = {**drawn.tables(), **more}

    def __repr__(self) -> str:
        return (
            f"Explorer({self.map.name}, {len(self.map.shown)} of {len(self.map.vectors)} keys): .serve() or .save(path)"
        )

    def manifest(self) -> dict[str, Any]:
        """Return what the page begins with, of a server."""
        described = {name: table.described() for name, table in self._tables.items()}
        return {**self.map.about(), "features": self.questions.features, "limits": [], "tables": described}

    @property
    def tables(self) -> Mapping[str, Table]:
        """The tables that a server gives."""
        return self._tables

    def html(self) -> str:
        """Return the explorer as one HTML file that asks for nothing outside itself."""
        manifest, tables = packed(self.manifest(), self._tables, self.questions)
        return html_file(manifest, tables)

    def save(self, path: str | PathLike[str]) -> None:
        """Write one HTML file that works without a server and without a network."""
        text = self.html()
        with atomic_file(checked_path(path)) as staging:
            staging.write_text(text, encoding="utf-8")

    def application(self) -> Any:
        """Return the explorer as an ASGI application, for a server of your own. Needs the extra `serve`."""
        from wordmill.explorer.routes import application  # noqa: PLC0415 (needs the extra)

        return application(self.manifest(), self._tables, self.questions)

    def serve(
        self,
        *,
        port: int = 0,
        browser: bool = True,
        taken: socket | None = None,
        announce: Callable[[str], object] = logger.info,
    ) -> None:
        """Serve the explorer to this machine alone until Ctrl-C. Needs the extra `serve`.

        Parameters
        ----------
        port
            Where; 0 is any free port.
        browser
            Whether to open the browser, where there is a screen.
        taken
            In place of a port one that is taken already: `wordmill.serving.listen`.
        announce
            Gets a line with the address, before the first request.
        """
        application = self.application()
        from wordmill.serving import address_of, listen, serve  # noqa: PLC0415 (needs the extra)

        taken = listen("127.0.0.1", port) if taken is None else taken
        self.questions.index.warm()
        address = address_of(taken) + "/"
        opened = browser and open_browser(address)
        announce(f"{address} is open in the browser" if opened else f"open {address} in a browser of this machine")
        serve(lambda: application, taken)

    def _repr_html_(self) -> str:
        """Show it in a notebook, in a frame that can reach nothing outside itself."""
        inside = self.html().replace("&", "&amp;").replace('"', "&quot;")
        return (
            f'<iframe sandbox="allow-scripts" style="width: 100%; height: {_IN_NOTEBOOK}px; border: 0" '
            f'title="wordmill" srcdoc="{inside}"></iframe>'
        )
