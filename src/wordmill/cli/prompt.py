"""The prompt: lines that can be edited, brought back and completed, and two words for the prompt itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from wordmill.cli.console import ask, note
from wordmill.errors import CorpusError
from wordmill.vectors import KeyedVectors

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.key_binding import KeyBindings

__all__ = ["prompted", "read_line", "session_of"]

HELP, QUIT = ("help", "?"), ("quit", "exit")
MOST_COMPLETIONS = 50


def prompted(vectors: KeyedVectors, what: str) -> Iterator[str]:
    """Yield what a person types, a line a query, until an empty line, `quit` or the end of the input."""
    note(f"{what}; help explains, an empty line ends")
    read = _reader(vectors)
    while line := read().strip():
        if line in QUIT:
            return
        if line in HELP:
            note(
                f"A line is {what}: Enter answers it, Tab completes a key, the arrows bring lines back. quit, an empty "
                "line or Ctrl-D ends. To ask for the words help and quit themselves put them in quotes."
            )
        else:
            yield line[1:-1] if line[1:-1] in HELP + QUIT and line[0] == line[-1] in "'\"" else line


def read_line() -> str:
    """Read a line of standard input; an empty text is its end."""
    try:
        return sys.stdin.readline()
    except OSError as problem:
        raise CorpusError(f"standard input cannot be read: {problem.strerror}; give the words as arguments") from None


def session_of(vectors: KeyedVectors, **terminal: Any) -> PromptSession[str]:
    """Make the session of a terminal, `input` and `output` of prompt_toolkit."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document

    from wordmill.foreign import printable

    class Keys(Completer):
        """Keys that start with the word before the cursor, the most frequent first."""

        def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:  # noqa: ARG002
            begun = document.get_word_before_cursor(WORD=True)
            if not begun:
                return
            keys = vectors.key_table.take(vectors.key_table.beginning_with(begun, MOST_COMPLETIONS))
            for key in map(str, keys):
                if len(key.split()) == 1:  # white space would end it
                    yield Completion(key, start_position=-len(begun), display=printable(key))

    return PromptSession(
        completer=Keys(),
        complete_while_typing=False,
        complete_in_thread=True,  # the first one may have to sort all keys
        key_bindings=_bindings(),
        **terminal,
    )


def _reader(vectors: KeyedVectors) -> Callable[[], str]:
    """Return what reads a line; where standard error is no terminal, by the system's own means."""
    if not sys.stderr.isatty():
        return _plain
    from prompt_toolkit.output import create_output

    session = session_of(vectors, output=create_output(sys.__stderr__))

    def read() -> str:
        try:
            return session.prompt("> ")
        except EOFError:
            return ""

    return read


def _plain() -> str:
    ask("> ")
    line = read_line()
    if not line:
        note("")  # after Ctrl-D
    return line


def _bindings() -> KeyBindings:
    """Ctrl-C drops a line that is begun; on an empty one it is what it is elsewhere."""
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    bindings = KeyBindings()

    @bindings.add("c-c")
    def _(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=KeyboardInterrupt, style="class:aborting")

    return bindings
