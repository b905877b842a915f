"""What every backend is given, returns and does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.mapped import MappedFile
from wordmill.training.backends.objectives import Objective

__all__ = ["Backend", "Bags", "Blocks", "Course", "Documents", "MadeTokens", "Sums", "Task"]


@dataclass(frozen=True)
class Bags:
    """Words that are made of several rows of the input vectors: a word's vector is the mean of its rows."""

    ends: NDArray[np.int64]  #: (V + 1,) word w's rows are rows[ends[w]:ends[w + 1]]
    rows: NDArray[np.int32]  #: one at least a word; one that occurs twice counts twice

    def of(self, word: int) -> NDArray[np.int32]:
        """Return the rows of a word."""
        return self.rows[self.ends[word] : self.ends[word + 1]]


@dataclass(frozen=True)
class Documents:
    """Rows of the input vectors that stand for the sequences of a corpus: inputs of each window in them."""

    ends: NDArray[np.int64]  #: (S + 1,) sequence s has rows[ends[s]:ends[s + 1]]
    rows: NDArray[np.int32]  #: those of one sequence are distinct, and no word's

    def of(self, sequence: int) -> NDArray[np.int32]:
        """Return the rows of a sequence."""
        return self.rows[self.ends[sequence] : self.ends[sequence + 1]]


@dataclass(frozen=True)
class MadeTokens:
    """Tokens that the core makes when they are trained, others each epoch."""

    maker: core.TokenMaker
    counts: NDArray[np.int64]  #: (V,) of an epoch
    sequences: int  #: of an epoch


@dataclass(frozen=True)
class Task:
    """What is trained: fixed for a run.

    In letters: V words, R rows of the input vectors, the first V of them the words'.
    """

    shape: Literal["pairs", "mean"]  #: each context by itself meets what is asked (skip-gram), or their mean (CBOW)
    mean_update: Literal["mean", "sqrt", "word2vec"]  #: what each of C contexts gets of the mean's gradient
    objective: Objective  #: what is asked
    window: int  #: words each side; 0: the whole sequence
    shrink_windows: bool
    seed: int
    ids: NDArray[np.int32]  #: (N,) the corpus
    offsets: NDArray[np.int64]  #: (S + 1,) sequence s is ids[offsets[s]:offsets[s + 1]]
    keep: NDArray[np.float64]  #: (V,) probability that a token is kept
    counts: NDArray[np.int64] | None = None  #: (V,) of the words, where ids are a part of the corpus; None: count ids
    file: MappedFile | None = None  #: what ids and offsets are mapped from
    frozen: NDArray[np.bool_] | None = None  #: (R,) rows of the input vectors that never change
    bags: Bags | None = None  #: what words are made of; None: each is its own row
    step_contexts: int = core.STEP_CONTEXTS  #: of a window that a step of pairs takes: it sums over them
    made: MadeTokens | None = None  #: tokens that are not stored: then there are no ids and offsets
    documents: Documents | None = None  #: what sequences have beside their words
    words_are_inputs: bool = True  #: else documents are the only ones, and words are asked for alone
    outputs_learn: bool = True

    @property
    def composed(self) -> Bags | None:
        """What the words among the inputs are made of, where it is several rows."""
        return self.bags if self.words_are_inputs else None


@dataclass(frozen=True)
class Blocks:
    """Stretches of the corpus in training order; a block owns its centres and reads contexts across its edges."""

    begins: NDArray[np.int64]  #: (n,) first token
    ends: NDArray[np.int64]  #: (n,) past the last token
    alphas: NDArray[np.float64]  #: (n,) learning rate at the first token
    alpha_step: float  #: rate lost per token inside a block


@dataclass(frozen=True)
class Sums:
    """What training did, an entry a block, in the order of the blocks."""

    loss: NDArray[np.float64]  #: (n,) summed over examples
    examples: NDArray[np.int64]  #: (n,) of pairs: (input, target); of means: windows
    subsampled: NDArray[np.int64]  #: (n,) tokens dropped by subsampling
    centres: NDArray[np.int64]  #: (n,) tokens trained as centres
    without_context: NDArray[np.int64]  #: (n,) kept tokens that had no input

    @property
    def tokens(self) -> NDArray[np.int64]:
        """(n,) tokens accounted for: subsampled, trained as centres or without context."""
        return self.subsampled + self.centres + self.without_context


@dataclass(frozen=True)
class Course:
    """How vectors of new documents are inferred."""

    epochs: int
    alpha: float  #: the rate at the first token of a document
    min_alpha: float  #: and after the last token of its last epoch; linear in between

    def blocks(self, tokens: int) -> list[Blocks]:
        """Return the block of each epoch of a document of so many tokens."""
        step = (self.alpha - self.min_alpha) / (tokens * self.epochs)
        begins, ends = np.zeros(1, np.int64), np.full(1, tokens, np.int64)
        return [
            Blocks(begins, ends, np.array([self.alpha - step * (epoch * tokens)]), step) for epoch in range(self.epochs)
        ]


class Backend(Protocol):
    """Trains blocks of one task on one pair of matrices."""

    def train(self, epoch: int, blocks: Blocks) -> Sums:
        """Train the blocks, updating the matrices in place."""
