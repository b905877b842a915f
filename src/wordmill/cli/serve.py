"""``wordmill serve``: answer questions about vectors over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wordmill.cli.usage import CommandLineError
from wordmill.errors import ParameterError
from wordmill.foreign import quoted

EXAMPLES = (
    "Examples: wordmill serve model/  |  wordmill serve old=2023/ new=2024/ --port 9000 --workers 2  |  "
    "curl 'http://127.0.0.1:8000/nearest?key=king&n=5'"
)


def command(
    models: Annotated[
        list[str], typer.Argument(metavar="[NAME=]MODEL...", help="Model directories, or files of vectors.")
    ],
    host: Annotated[str, typer.Option(help="The address to listen on; 127.0.0.1 is this machine alone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0: any that is free.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes; models are in memory once.")] = 1,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="One more name that the server is called by, that of a proxy say.")
    ] = None,
    max_keys: Annotated[int, typer.Option(min=1, max=1_000_000, help="Most keys or texts in a request.")] = 1_000,
    max_n: Annotated[int, typer.Option(min=1, max=1_000_000, help="Most neighbours of a key.")] = 1_000,
    max_body: Annotated[int, typer.Option(min=1, max=2**30, help="Most bytes of a request.")] = 1 << 20,
    timeout: Annotated[float, typer.Option(min=0.001, max=86_400, help="Seconds until an answer is given up.")] = 10,
) -> None:
    """Answer /nearest, /vector, /similarity, /analogy and /encode in JSON; /docs shows how to ask.

    Only this machine can ask, unless --host says otherwise, and no page of another site.

    A model that is saved anew is read again. SIGTERM and Ctrl-C end it when what is under way is answered.
    """
    import contextlib
    import functools

    from wordmill.cli.console import at_work, note
    from wordmill.config import available_cores
    from wordmill.serving import Hosts, Limits, address_of, create_app, is_loopback, listen, serve

    sources = named(models)
    if workers > 1 and "-" in sources.values():
        raise CommandLineError("standard input is read once, and each worker reads the model: give a file")
    make_app = functools.partial(
        create_app,
        sources,
        limits=Limits(body=max_body, keys=max_keys, n=max_n, seconds=timeout),
        hosts=Hosts(host, tuple(allow_host or ())),
        threads=max(1, available_cores() // workers),
    )
    with listen(host, port) as taken:
        with at_work(f"reading {', '.join(sources.values())}"):
            app = make_app()  # with several workers too: what cannot be read is said once, and before they start
        if not is_loopback(host):
            note(f"{host} is more than this machine: whoever reaches it may ask, with no password and unencrypted")
        note(f"serving {', '.join(sources)} at {address_of(taken)}/ (how to ask: /docs; Ctrl-C ends it)")
        with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again when all under way is answered
            serve((lambda: app) if workers == 1 else make_app, taken, workers=workers)
    note("ended")


def named(models: list[str]) -> dict[str, str]:
    """Tell names from paths: ``name=path``, or a path, which is called by its last part."""
    sources: dict[str, str] = {}
    for given in models:
        name, equals, path = given.partition("=")
        if not equals or Path(given).exists():
            name, path = Path(given).resolve().name if given != "-" else "-", given
        if name in sources:
            raise ParameterError(f"two models are called {quoted(name)}: give them names, NAME={quoted(path)}")
        sources[name] = path
    return sources
