"""How fast a training will be: the beginning of the corpus is trained, on vectors that are thrown away."""

from __future__ import annotations

import time
from dataclasses import replace

from wordmill.config import TrainConfig
from wordmill.training.run.corpora import TrainingCorpus, beginning, positions
from wordmill.training.run.matrices import begin_run
from wordmill.training.run.setup import make_trainer
from wordmill.training.run.task import here

__all__ = ["measure_speed"]

_ENOUGH = 0.5  # seconds
_FIRST_PIECE = 5_000  # tokens; each further piece has four times as many


def measure_speed(corpus: TrainingCorpus, config: TrainConfig) -> float:
    """Return tokens a second of a training by these settings, which is not begun; takes about a second.

    Raises
    ------
    DivergenceError
        The learning rate is too high.
    """
    config = replace(config, epochs=1, verbose=False, backend=here(config.backend), workers=config.threads)
    run, tokens = begin_run(config, corpus), _FIRST_PIECE
    while True:
        piece = beginning(corpus, tokens)
        trainer = make_trainer(replace(run, history=[], tokens_done=0), piece, 0.0, [])
        begin = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - begin
        if seconds >= _ENOUGH or positions(piece) == positions(corpus):
            return positions(piece) / seconds
        tokens *= 4
