"""Held-out tokens: how they are chosen, and their loss."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import CorpusError, ParameterError
from wordmill.foreign import quoted
from wordmill.graphs import Walks
from wordmill.training.backends import Backend, Blocks
from wordmill.training.cluster.corpus import ShardedCorpus
from wordmill.training.run.corpora import TrainingCorpus
from wordmill.training.run.schedule import cut_into_blocks

__all__ = ["HeldOut", "Split", "checked_share", "split", "split_corpus", "split_documents"]

#: The loss is measured with the windows and negatives of this epoch, which no training has.
EPOCH = 2**32


@dataclass(frozen=True, eq=False)
class Split:
    """A corpus in blocks, some of them held out.

    Attributes
    ----------
    begins, ends : (n,) int64
        The blocks, in the order of the corpus.
    held_out : (n,) bool
        Which of them are not trained.
    offsets : (S + 1,) int64
        The sequences, ended where training and held-out blocks meet, so that no window crosses over.
    """

    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    held_out: NDArray[np.bool_]
    offsets: NDArray[np.int64]


def checked_share(share: object) -> float:
    """Return the share of tokens to hold out; `ParameterError` where it cannot be one."""
    if isinstance(share, bool) or not isinstance(share, Real) or not 0 <= float(share) <= 0.5:
        raise ParameterError(
            f"validation={quoted(share)} is not allowed: it must be a share from 0 to 0.5, or a corpus"
        )
    return float(share)


def split_corpus(corpus: TrainingCorpus, fraction: float, seed: int) -> Split:
    """Hold out a fraction of a corpus; of walks, which are others each epoch, whole ones at the same positions.

    Of files on a cluster nothing can be held out.
    """
    if isinstance(corpus, ShardedCorpus):
        if fraction:
            raise ParameterError(
                f"validation={fraction:g} holds out a share of a corpus that is here, and these files are with the "
                "workers: give a corpus to validate by, validation='held-out.txt'"
            )
        edges = cut_into_blocks(corpus.tokens)
        return Split(edges[:-1], edges[1:], np.zeros(len(edges) - 1, np.bool_), np.zeros(1, np.int64))
    if not isinstance(corpus, Walks):
        return split(len(corpus.ids), corpus.offsets, fraction, seed)
    edges = cut_into_blocks(corpus.positions)
    edges = np.unique(np.rint(edges / corpus.walk_length).astype(np.int64)) * corpus.walk_length
    held_out = _chosen(np.diff(edges), fraction, seed)
    return Split(edges[:-1], edges[1:], held_out, np.zeros(1, np.int64))


def split(tokens: int, offsets: NDArray[np.int64], fraction: float, seed: int) -> Split:
    """Hold out blocks chosen at random until they make up a fraction of the tokens; 0 holds out none.

    A held-out block is a run of whole sequences, or a piece of a sequence that is longer than a block.
    """
    edges = cut_into_blocks(tokens)
    if not fraction:
        return Split(edges[:-1], edges[1:], np.zeros(len(edges) - 1, np.bool_), offsets)
    edges = _snapped(edges, offsets)
    held_out = _chosen(np.diff(edges), fraction, seed)
    meetings = edges[1:-1][held_out[1:] != held_out[:-1]]
    return Split(edges[:-1], edges[1:], held_out, np.union1d(offsets, meetings))


def _chosen(sizes: NDArray[np.int64], fraction: float, seed: int) -> NDArray[np.bool_]:
    """Choose blocks at random until they make up a fraction of the tokens; 0: none."""
    held_out = np.zeros(len(sizes), np.bool_)
    if not fraction:
        return held_out
    if len(sizes) < 2:
        raise CorpusError(f"the corpus is too small to hold a part of it out: {sizes.sum():,} tokens in one piece")
    order = np.random.default_rng([seed, 2]).permutation(len(sizes))
    count = 1 + int(np.searchsorted(np.cumsum(sizes[order]), fraction * sizes.sum()))
    held_out[order[: min(count, len(sizes) - 1)]] = True
    return held_out


def split_documents(ids: NDArray[np.int32], offsets: NDArray[np.int64], fraction: float, seed: int) -> Split:
    """Hold out the second half of documents chosen at random, until they make up a fraction of the tokens.

    A document's vector is learnt from its first half: of one that is held out whole there is none.
    """
    tokens = len(ids)
    edges = cut_into_blocks(tokens)
    if not fraction:
        return Split(edges[:-1], edges[1:], np.zeros(len(edges) - 1, np.bool_), offsets)
    halves = np.diff(offsets) // 2
    order = np.random.default_rng([seed, 2]).permutation(np.flatnonzero(halves))
    if not len(order):
        raise CorpusError("no document has two tokens, one to learn from and one to hold out")
    chosen = np.sort(order[: 1 + int(np.searchsorted(np.cumsum(halves[order]), fraction * tokens))])
    ends = offsets[chosen + 1]
    begins = ends - halves[chosen]
    edges = np.union1d(edges, np.concatenate([begins, ends]))
    at = np.searchsorted(begins, edges[:-1], side="right") - 1
    held_out = (at >= 0) & (edges[:-1] < ends[at])
    return Split(edges[:-1], edges[1:], held_out, np.union1d(offsets, begins))


class HeldOut:
    """The loss of tokens that are not trained, under the vectors as they are.

    Parameters
    ----------
    backend : Backend
        Made for a problem without subsampling.
    begins, ends : (n,) int64
        The tokens, in blocks.
    """

    def __init__(self, backend: Backend, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
        self._backend = backend
        # At rate 0 a step leaves every vector as it is: so each block's loss is the same on any number of threads.
        self._blocks = Blocks(begins=begins, ends=ends, alphas=np.zeros(len(begins)), alpha_step=0.0)

    def loss(self) -> float:
        """Return the loss per example, with windows and negatives that are always the same.

        Raises
        ------
        CorpusError
            No held-out token has a context.
        """
        sums = self._backend.train(EPOCH, self._blocks)
        examples = int(sums.examples.sum())
        if not examples:
            raise CorpusError("no held-out token has a context to be predicted from: hold out more")
        return float(sums.loss.sum()) / examples


def _snapped(edges: NDArray[np.int64], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Move each edge to the nearest end of a sequence, unless that is more than half a block away."""
    after = np.searchsorted(offsets, edges).clip(1, len(offsets) - 1)
    before = after - 1
    nearest = np.where(edges - offsets[before] < offsets[after] - edges, offsets[before], offsets[after])
    half = (edges[1] - edges[0]) // 2
    return np.unique(np.where(np.abs(nearest - edges) <= half, nearest, edges))
