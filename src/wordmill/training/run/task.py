"""What a run gives its backend: the task, made from corpus and settings."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus.vocab import keep_probabilities
from wordmill.errors import CorpusError
from wordmill.training.backends import Backend, Documents, Task, create_backend
from wordmill.training.run.corpora import TrainingCorpus, longest, made_tokens, step_contexts, stored, tags_of
from wordmill.training.run.document_rows import DocumentRows
from wordmill.training.run.objective import make_objective
from wordmill.training.run.state import Run

__all__ = ["here", "make_backend", "make_task"]

LONGEST_WINDOW = 20_001  # tokens, with window="sequence": as many as the widest window in numbers spans


def make_task(run: Run, counts: NDArray[np.int64], corpus: TrainingCorpus, offsets: NDArray[np.int64]) -> Task:
    """Make a task of a corpus whose words occur so often, (V,), cut into sequences at these offsets.

    They may be parts of the corpus's own: a part has the tags of its document.
    """
    config = run.config
    if config.window == "sequence":
        _check_length(longest(corpus, offsets))
    return Task(
        shape="pairs" if config.architecture == "skipgram" else "mean",
        mean_update=config.cbow_update,
        objective=make_objective(config, counts, run.vocab.counts),
        window=0 if config.window == "sequence" else config.window,
        shrink_windows=config.shrink_windows and config.window != "sequence",
        seed=config.seed,
        ids=stored(corpus)[0],
        offsets=offsets,
        keep=keep_probabilities(counts, config.sample),
        counts=counts,
        file=corpus.file,
        bags=run.rows.bags,
        made=made_tokens(corpus),
        step_contexts=config.step_contexts or step_contexts(corpus),
        documents=_documents(run, corpus, offsets),
        words_are_inputs=config.words_are_inputs,
    )


def _documents(run: Run, corpus: TrainingCorpus, offsets: NDArray[np.int64]) -> Documents | None:
    """Return what sequences have beside their words, where they are documents."""
    tags, own = tags_of(corpus), stored(corpus)[1]
    if not isinstance(run.rows, DocumentRows) or tags is None:
        return None
    sequences = np.arange(len(own) - 1)
    if offsets is not own:  # then an empty document has no part: it shares its place with the one behind it
        sequences = np.searchsorted(own, offsets[:-1], side="right") - 1
    return run.rows.of_sequences(tags, sequences)


def make_backend(run: Run, task: Task) -> Backend:
    """Make a backend that trains the run's matrices in this process."""
    config = run.config
    return create_backend(
        here(config.backend),
        task,
        run.input_vectors,
        run.output_vectors,
        workers=config.threads,
        deterministic=config.deterministic,
    )


def here(backend: Literal["native", "reference", "ray"]) -> Literal["native", "reference"]:
    """Return the backend that does in this process what a backend does elsewhere."""
    return "native" if backend == "ray" else backend


def _check_length(longest: int) -> None:
    """Refuse sequences whose every token would be a context of every other for hours: the work grows as the square."""
    if longest > LONGEST_WINDOW:
        raise CorpusError(
            f"window='sequence' makes one window of each sequence, and the longest has {longest:,} tokens, more than "
            f"{LONGEST_WINDOW:,}: break the text into lines, or give window=5"
        )
