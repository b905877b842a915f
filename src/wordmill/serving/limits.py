"""What a request may ask for."""

from __future__ import annotations

from dataclasses import dataclass, fields

from wordmill.errors import ParameterError
from wordmill.foreign import quoted

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """Bounds of requests: what asks for more gets an error, and costs next to nothing.

    Attributes
    ----------
    body
        Bytes of a request's body.
    keys
        Keys, vectors or texts in a request.
    n
        Neighbours of each.
    results
        Neighbours of all of them, or numbers of all vectors.
    seconds
        Until the answer begins.
    requests
        Requests at the same time.
    """

    body: int = 1 << 20
    keys: int = 1_000
    n: int = 1_000
    results: int = 1_000_000
    seconds: float = 10
    requests: int = 1_000

    def __post_init__(self) -> None:
        for name in (entry.name for entry in fields(self)):
            number = getattr(self, name)
            whole = isinstance(number, int) or name == "seconds"
            if isinstance(number, bool) or not whole or not isinstance(number, int | float) or not 0 < number < 2**63:
                kind = "number" if name == "seconds" else "integer"
                raise ParameterError(f"limits: {name} must be a positive {kind}, not {quoted(number)}")
