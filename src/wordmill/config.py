"""Every knob of training, once: default, meaning, unit, bounds and source.

The constructor of `Word2Vec`, the options of the command line and the documentation all come from the fields of
`TrainConfig`.
"""

from __future__ import annotations

import math
import numbers
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

from wordmill.errors import ParameterError
from wordmill.foreign import quoted
from wordmill.other_names import unknown_parameter
from wordmill.paths import checked_path
from wordmill.phrases import MOST_PASSES, PhraseBook
from wordmill.text import DELIMITER, as_delimiter

__all__ = ["KINDS", "Address", "Knob", "Tokenizer", "TrainConfig", "available_cores", "expected", "knobs"]

Tokenizer = Callable[[str], list[str]]
Address = NewType("Address", str)
LENGTHS = tuple[int, int]

#: The rate that each rule learns best with (measured on 17M tokens of Wikipedia, with subwords on 5M; vector_size 100).
#: Skip-gram's on five corpora of 1M to 43M tokens, 1 to 15 epochs: docs/performance.md#rates-for-skip-gram.
DEFAULT_ALPHA = {
    "skipgram": 0.05,
    "mean": 0.15,
    "sqrt": 0.1,
    "sqrt with subwords": 0.2,
    "word2vec": 0.075,
    "documents": 0.05,  # on 1M tokens of Wikipedia's articles, whose subjects were told by them
}


@dataclass(frozen=True)
class Knob:
    """What a field of `TrainConfig` means: the metadata under the key ``"knob"``."""

    help: str
    group: Literal["Documents", "Model", "Training", "Corpus", "Run", "Cluster"]
    unit: str = ""
    least: float = -math.inf  # inclusive
    above: float = -math.inf  # exclusive
    most: float = math.inf  # inclusive
    source: str = ""

    @property
    def bounds(self) -> str:
        """The bounds in words, empty when there are none."""
        low = f"above {self.above:g}" if self.above > -math.inf else ""
        low = f"from {_plain(self.least)}" if self.least > -math.inf else low
        high = f"to {_plain(self.most)}" if self.most < math.inf else ""
        return " ".join(part for part in (low, high) if part)

    def admits(self, value: float) -> bool:
        """Whether a number lies within the bounds; NaN does not."""
        return self.least <= value <= self.most and value > self.above


def _knob(default: Any, help: str, group: str, **rest: Any) -> Any:  # noqa: A002
    return field(default=default, metadata={"knob": Knob(help, group, **rest)})  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """The settings of a run, validated: a wrong one is a `ParameterError` naming parameter, value and bounds.

    The fields are the parameters of `Word2Vec`, and of `Doc2Vec`, whose `mode` is `documents` here; their metadata
    holds a `Knob` each (see `knobs`).
    """

    architecture: Literal["skipgram", "cbow"] = _knob(
        "skipgram",
        "What predicts what: skipgram is better on rare words, cbow is faster.",
        "Model",
        source="Mikolov et al. 2013a, section 3",
    )
    vector_size: int = _knob(100, "Length of the vectors.", "Model", unit="numbers", least=1, most=65_536)
    window: int | Literal["sequence"] = _knob(
        5,
        "Context words on each side; 'sequence' takes everything in the sequence (baskets, sessions).",
        "Model",
        unit="words",
        least=1,
        most=10_000,
        source="Mikolov et al. 2013a, section 3",
    )
    shrink_windows: bool = _knob(
        True,
        "Draw the width of each window from 1 to window, so that near words count more (no effect on 'sequence').",
        "Model",
        source="Mikolov et al. 2013a, section 3.2",
    )
    objective: Literal["negative_sampling", "hierarchical_softmax"] = _knob(
        "negative_sampling",
        "What is asked of each target: negative_sampling, whether it is the word or one of some noise words; "
        "hierarchical_softmax, the way to it in a tree of all words, which gives exact probabilities.",
        "Model",
        source="Mikolov et al. 2013b, sections 2.1 and 2.2",
    )
    negative: int = _knob(
        5,
        "Noise words per window of negative sampling: 5 to 20 for small corpora, 2 to 5 for large ones.",
        "Model",
        unit="words",
        least=1,
        most=1_000,
        source="Mikolov et al. 2013b, section 2.2",
    )
    ns_exponent: float = _knob(
        0.75,
        "Noise words are drawn by count to this power: 0 evenly, 1 as they occur; items often do well below 0.",
        "Model",
        least=-5.0,
        most=5.0,
        source="Mikolov et al. 2013b, section 2.2; Caselles-Dupre et al. 2018",
    )
    sample: float = _knob(
        1e-3,
        "Words more frequent than this share are thinned out; 0 keeps every word.",
        "Model",
        unit="share of tokens",
        least=0.0,
        most=1.0,
        source="Mikolov et al. 2013b, section 2.3; the formula is word2vec.c's",
    )
    # Measured on two 17M-token parts of Wikipedia, vector_size 100, 5 epochs, each with its own alpha: Google analogies
    # 36.1 and 34.8 (sqrt), 33.2 and 30.5 (mean), 35.5 (word2vec, the first part); word similarity equal within noise.
    cbow_update: Literal["mean", "sqrt", "word2vec"] = _knob(
        "sqrt",
        "Share of the gradient that each of C context words gets in cbow: sqrt 1/sqrt(C), of fewer than 3 as of 3; "
        "mean 1/C (the true gradient); word2vec all of it.",
        "Model",
    )
    subwords: tuple[int, int] | None = _knob(
        None,
        "Shortest and longest character n-grams that words are made of, (3, 6) say: rare and inflected words gain, and "
        "words that were never seen get a vector; left out: words alone.",
        "Model",
        unit="characters",
        least=1,
        most=64,
        source="Bojanowski et al. 2017, section 3.2",
    )
    buckets: int = _knob(
        2_000_000,
        "Buckets that n-grams hash into; only those in use take memory.",
        "Model",
        least=1,
        most=2**31 - 1,
        source="Bojanowski et al. 2017, section 3.2",
    )
    step_contexts: int | None = _knob(
        None,
        "Context words of a window that a skipgram step takes together: it sums their gradients, which is fast. Where "
        "the same few words stand about each other again and again, as in walks on a graph, sums overshoot, and 1 "
        "gives better vectors, at half the speed. Left out: 32, for walks 1 (no effect on cbow).",
        "Training",
        unit="words",
        least=1,
        most=64,
    )
    documents: Literal["dbow", "dm"] | None = _knob(
        None,
        "Give each document of the corpus a vector too, which predicts its words: dbow by itself, dm together with the "
        "words around. Decides the architecture: dbow is skipgram, dm is cbow.",
        "Documents",
        source="Le and Mikolov 2014, sections 2.2 and 2.3",
    )
    train_words: bool = _knob(
        True,
        "Whether words learn by skipgram beside the documents of dbow, so that both lie in one space; without it "
        "documents alone learn, several times faster (no effect on dm).",
        "Documents",
        source="Le and Mikolov 2014; gensim's dbow_words",
    )
    epochs: int = _knob(5, "Passes over the corpus.", "Training", unit="passes", least=1, most=1_000_000)
    alpha: float | None = _knob(
        None,
        "Learning rate at the start; left out: skipgram 0.05, cbow 0.15 (mean), 0.1 (sqrt; 0.2 with subwords) or 0.075 "
        "(word2vec); with documents 0.05.",
        "Training",
        above=0.0,
        most=10.0,
    )
    min_alpha: float = _knob(
        1e-4, "Learning rate at the end; it falls linearly, token by token.", "Training", least=0.0, most=10.0
    )
    seed: int = _knob(1, "Seed of everything random.", "Training", least=0, most=2**63 - 1)
    min_count: int = _knob(
        5, "Leave out words that occur less often.", "Corpus", unit="occurrences", least=1, most=2**62
    )
    max_final_vocab: int | None = _knob(
        None, "Keep at most so many words, the most frequent ones.", "Corpus", unit="words", least=2, most=2**31 - 1
    )
    tokenizer: Literal["whitespace", "words"] | Tokenizer = _knob(  # noqa: RUF009
        "whitespace",
        "How text becomes tokens: at white space; the words of Unicode, without punctuation; or by your own function.",
        "Corpus",
    )
    delimiter: str | None = _knob(
        None,
        "Cut lines at this character instead, and take what lies between whole: ',' for baskets in a CSV file, '\\t' "
        "for tabs.",
        "Corpus",
    )
    lowercase: bool = _knob(False, "Lowercase the text first.", "Corpus")
    errors: Literal["strict", "replace"] = _knob(
        "strict", "Bytes that are not UTF-8: strict stops and names the place, replace puts U+FFFD.", "Corpus"
    )
    phrases: int | Path | PhraseBook = _knob(  # noqa: RUF009
        0,
        "Join phrases first, new_york: the number of passes to find them in (2 finds up to 4 words), phrases, or the "
        "file of saved ones; 0: none. A model joins them in all that it reads from then on.",
        "Corpus",
        unit="passes",
        least=0,
        most=MOST_PASSES,
        source="Mikolov et al. 2013b, section 4",
    )
    workers: int | None = _knob(
        None,
        "Threads; left out: every core that this process may use. With backend ray: workers of the cluster, each with "
        "threads and matrices of its own; left out: one for each machine.",
        "Run",
        unit="threads",
        least=1,
        most=1_024,
    )
    deterministic: bool = _knob(
        False,
        "The same bits on any number of threads, on one instruction set: small batches from frozen rows; slower. "
        "Without it one thread gives the same bits each time, several do not.",
        "Run",
    )
    backend: Literal["native", "reference", "ray"] = _knob(
        "native",
        "native: the compiled core; reference: the NumPy layers, slow, to check against; ray: the core on the machines "
        "of a Ray cluster.",
        "Run",
    )
    verbose: bool = _knob(False, "Show progress on the standard error stream.", "Run")
    rounds: int = _knob(
        16,
        "How often the workers of backend ray meet in an epoch; more rounds learn better and take longer.",
        "Cluster",
        unit="rounds",
        least=1,
        most=100_000,
    )
    threads_per_worker: int | None = _knob(
        None,
        "Threads of each worker of backend ray; left out: as many as the cluster has cores for.",
        "Cluster",
        unit="threads",
        least=1,
        most=1_024,
    )
    address: Address | None = _knob(  # noqa: RUF009
        None,
        "The Ray cluster to join: host:port of its head, or auto for the one that this machine is part of; left out: "
        "one that is started on this machine for the training.",
        "Cluster",
    )

    def __post_init__(self) -> None:
        """Check every field, and turn NumPy's numbers into Python's."""
        for name, knob in knobs():
            object.__setattr__(self, name, _checked(name, getattr(self, name), KINDS[name], knob))
        if self.delimiter is not None and self.tokenizer != "whitespace":
            raise ParameterError(
                f"delimiter={quoted(self.delimiter)} and tokenizer={quoted(self.tokenizer)} cut a line in two ways: "
                "give one"
            )
        if self.documents is not None:
            if self.documents == "dbow" and self.architecture == "cbow":
                raise ParameterError("documents='dbow' and architecture='cbow' do not go together: documents='dm' is")
            object.__setattr__(self, "architecture", "skipgram" if self.documents == "dbow" else "cbow")
        if self.min_alpha > self.start_alpha:
            raise ParameterError(
                f"min_alpha={self.min_alpha:g} is above alpha={self.start_alpha:g}: the rate falls from alpha to it"
            )

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> TrainConfig:
        """Build from a mapping; an unknown name is a `ParameterError` that names ours."""
        cls.check_names(params)
        return cls(**params)

    @staticmethod
    def check_names(params: Mapping[str, Any]) -> None:
        """Refuse a name that is no parameter, and say what it is called here."""
        names = [name for name, _ in knobs()]
        for name, value in params.items():
            if name not in names:
                raise ParameterError(unknown_parameter(name, value, names))

    @property
    def default_alpha(self) -> float:
        """The learning rate at the start where `alpha` is left out."""
        if self.documents is not None:
            return DEFAULT_ALPHA["documents"]
        rule = "skipgram" if self.architecture == "skipgram" else self.cbow_update
        return DEFAULT_ALPHA.get(f"{rule} with subwords" if self.subwords else rule, DEFAULT_ALPHA[rule])

    @property
    def words_are_inputs(self) -> bool:
        """Whether words predict words: not where documents alone do."""
        return self.documents != "dbow" or self.train_words

    @property
    def start_alpha(self) -> float:
        """The learning rate at the start."""
        return self.default_alpha if self.alpha is None else self.alpha

    @property
    def threads(self) -> int:
        """The number of threads of this process, `workers` or every core that it may use."""
        return available_cores() if self.workers is None or self.backend == "ray" else self.workers

    @property
    def filled_in(self) -> dict[str, int | float | None]:
        """The values that training takes for parameters that were left out; None: the cluster decides."""
        return {"alpha": self.start_alpha, "workers": self.workers if self.backend == "ray" else self.threads}

    def as_saved(self) -> dict[str, Any]:
        """Return the values as a saved model has them: what no file of settings holds is None."""
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return {name: _as_saved(value) for name, value in values.items()}

    def resolved(self) -> TrainConfig:
        """Fill in the parameters that were left out: alpha and workers."""
        return replace(self, **self.filled_in)  # type: ignore[arg-type]


def _as_saved(value: Any) -> Any:
    """Return what JSON has for a value; None for a function, and for phrases, which have a file of their own."""
    if callable(value) or isinstance(value, PhraseBook):
        return None
    return str(value) if isinstance(value, Path) else value


def knobs() -> Iterator[tuple[str, Knob]]:
    """Names of the parameters and what they mean, in order."""
    for entry in fields(TrainConfig):
        yield entry.name, entry.metadata["knob"]


def available_cores() -> int:
    """Cores that this process may use: its affinity, and the CPU quota of its container (cgroup v2)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = Path("/sys/fs/cgroup/cpu.max")
    if quota.is_file():
        limit, _, period = quota.read_text(encoding="utf-8").partition(" ")
        if limit.isdigit():
            cores = min(cores, max(1, int(limit) // int(period)))
    return cores


def _checked(name: str, value: Any, kinds: tuple[Any, ...], knob: Knob) -> Any:
    """Return the value as one of its kinds, within the bounds; anything else is a `ParameterError`."""
    for kind in kinds:
        found = _as_kind(value, kind, knob)
        if found is not None or (value is None and kind is NoneType):
            return found
    raise ParameterError(f"{name}={quoted(value)} is not allowed: it must be {expected(kinds, knob)}")


def _as_kind(value: Any, kind: Any, knob: Knob) -> Any:
    """Return the value as this kind, within the bounds; None where it is not that."""
    if kind in (bool, PhraseBook):
        return value if isinstance(value, kind) else None
    if get_origin(kind) is Literal:
        return value if isinstance(value, str) and value in get_args(kind) else None
    if kind in _READERS:
        return _READERS[kind](value)
    if kind == LENGTHS:
        return _lengths(value, knob)
    number = _number(value, kind)
    return number if number is not None and knob.admits(number) else None


def _number(value: Any, kind: Any) -> int | float | None:
    """Return the value as a Python number of this kind, None where it is not one; a bool is never a number."""
    if isinstance(value, bool):
        return None
    if kind is int and isinstance(value, numbers.Integral):
        return int(value)
    if kind is float and isinstance(value, numbers.Real):
        return float(value)
    return None


def _lengths(value: Any, knob: Knob) -> tuple[int, int] | None:
    """Return two rising integers within the bounds as a tuple, None where they are not that."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    numbers = [_number(part, int) for part in value]
    if any(number is None or not knob.admits(number) for number in numbers) or numbers[0] > numbers[1]:  # type: ignore[operator]
        return None
    return int(numbers[0] or 0), int(numbers[1] or 0)


def expected(kinds: tuple[Any, ...], knob: Knob) -> str:
    """Say in words what a parameter takes."""
    words: list[str] = []
    for kind in kinds:
        if kind in (int, float):
            words.append(f"{'an integer' if kind is int else 'a number'} {knob.bounds}".rstrip())
        elif get_origin(kind) is Literal:
            words += [repr(choice) for choice in get_args(kind)]
        elif kind == LENGTHS:
            words.append(f"two integers {knob.bounds}, the shorter first")
        else:
            words.append(_WORDS[kind])
    return " or ".join(words)


#: What reads a value that is no number: None where it is not of this kind.
_READERS: dict[Any, Callable[[Any], Any]] = {
    Tokenizer: lambda value: value if callable(value) else None,
    Address: lambda value: value if isinstance(value, str) and value.strip() else None,
    str: lambda value: as_delimiter(value) or None,
    Path: lambda value: checked_path(value) if isinstance(value, str | os.PathLike) else None,
}
_WORDS = {
    bool: "True or False",
    NoneType: "None",
    Tokenizer: "a function from str to list of str",
    str: DELIMITER,
    Address: "the address of a Ray cluster, host:port or 'auto'",
    Path: "the path of saved ones",
    PhraseBook: "phrases",
}


def _plain(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"


def _kinds(annotation: Any) -> tuple[Any, ...]:
    """Split a union into its members."""
    return get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)


#: The types that each parameter takes, its union split up.
KINDS = {name: _kinds(annotation) for name, annotation in get_type_hints(TrainConfig).items()}
