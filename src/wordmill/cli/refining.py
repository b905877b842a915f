"""Options that change vectors after training, before they are judged or written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wordmill.errors import ParameterError

if TYPE_CHECKING:
    from wordmill.vectors import KeyedVectors

__all__ = ["Refining"]


def _option(*flags: str, **rest: Any) -> Any:
    return typer.Option(*flags, rich_help_panel="Change the vectors", **rest)


@dataclass(frozen=True)
class Refining:
    """What the command line says of changes, made in this order; each field is an option."""

    outputs: Annotated[
        float, _option("--outputs", min=0, max=1, help="Add a share of the output vectors to a model's: 0.25, say.")
    ] = 0.0
    centre: Annotated[bool, _option("--centre", help="Take the mean of all vectors from each.")] = False
    components: Annotated[
        int, _option("--components", min=0, help="Take so many largest principal components away, and the mean.")
    ] = 0

    def __bool__(self) -> bool:
        return bool(self.outputs or self.centre or self.components)

    def __str__(self) -> str:
        parts = [
            f"{self.outputs:g} of the output vectors added" if self.outputs else "",
            "centred" if self.centre or self.components else "",
            f"without {self.components} principal components" if self.components else "",
        ]
        return ", ".join(filter(None, parts))

    def refuse(self, option: str, does: str) -> None:
        """Refuse changes beside another option, which does something else."""
        if self:
            raise ParameterError(f"{option} {does}: leave it out, or --outputs, --centre and --components")

    def tell(self) -> None:
        """Say what was changed."""
        from wordmill.cli.console import note

        if self:
            note(f"the vectors were changed: {self}")

    def apply(self, path: Path, vectors: KeyedVectors) -> KeyedVectors:
        """Return the vectors that were read from `path`, changed."""
        from wordmill.vectors.postprocess import all_but_the_top, centre

        if self.outputs:
            whole = _with_outputs(path, self.outputs)
            vectors = whole if len(whole) == len(vectors) else whole.subset(vectors.index_to_key)
        if self.components:
            return all_but_the_top(vectors, self.components)
        return centre(vectors) if self.centre else vectors


def _with_outputs(path: Path, share: float) -> KeyedVectors:
    from wordmill.training import Doc2Vec, Word2Vec
    from wordmill.vectors.formats.directory import is_model_directory, load_model

    saved = load_model(path, verify=False) if is_model_directory(path) else None
    if saved is None or "params" not in saved.settings:
        raise ParameterError(f"--outputs needs a model that was trained here: {path} holds vectors alone")
    kind = Word2Vec if saved.documents is None else Doc2Vec
    return kind.load(path).with_outputs(share)
