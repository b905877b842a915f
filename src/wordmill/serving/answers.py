"""The forms of answers, for the description of the interface; `questions` writes them."""

from __future__ import annotations

from pydantic import BaseModel, Field

from wordmill.vectors.keys import Key

__all__ = ["About", "Analogies", "Encoded", "Error", "Health", "NearestKeys", "Similarities", "Vectors"]

_COSINE = Field(ge=-1, le=1, description="Cosine similarity.")


class Error(BaseModel):
    """What went wrong."""

    error: str = Field(description="One line: what is wrong, and the cure.")


class Health(BaseModel):
    """That the server answers."""

    status: str
    wordmill: str = Field(description="Its version.")


class AboutModel(BaseModel):
    """One model."""

    name: str
    keys: int
    dimension: int
    kind: str = Field(description="What keys are: str or int.")
    counts: bool = Field(description="Whether it knows how often each key was seen.")
    subwords: bool = Field(description="Whether words that are no keys have a vector too.")


class About(BaseModel):
    """The models; the first is asked where a request names none."""

    models: list[AboutModel]


class Near(BaseModel):
    """A neighbour."""

    key: Key
    similarity: float = _COSINE


class NearestOfOne(BaseModel):
    """What was asked for, and its neighbours, best first."""

    key: Key | None = None
    positive: list[Key] | None = None
    negative: list[Key] | None = None
    neighbors: list[Near]


class _OfModel(BaseModel):
    model: str = Field(description="The model that answered.")


class NearestKeys(_OfModel):
    """Neighbours, in the order of the question."""

    nearest: list[NearestOfOne]


class VectorOfOne(BaseModel):
    """A key and its vector."""

    key: Key
    vector: list[float]


class Vectors(_OfModel):
    """Vectors, in the order of the question."""

    vectors: list[VectorOfOne]


class SimilarityOfOne(BaseModel):
    """Two keys and how alike they are."""

    a: Key
    b: Key
    similarity: float = _COSINE


class Similarities(_OfModel):
    """Similarities, in the order of the question."""

    similarities: list[SimilarityOfOne]


class AnalogyOfOne(BaseModel):
    """a is to b as c is to the answers, best first."""

    a: Key
    b: Key
    c: Key
    answers: list[Near]


class Analogies(_OfModel):
    """Analogies, in the order of the question."""

    analogies: list[AnalogyOfOne]


class Encoded(_OfModel):
    """A vector for each text."""

    vectors: list[list[float]]
