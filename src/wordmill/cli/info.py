"""``wordmill info``: what a model is."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wordmill.cli.options import Json, ModelPath
from wordmill.cli.wording import as_options
from wordmill.config import TrainConfig, knobs
from wordmill.errors import ParameterError
from wordmill.foreign import bounded, listed

if TYPE_CHECKING:
    from wordmill.vectors.formats.directory import Model

KNOBS = [name for name, _ in knobs()]
EXAMPLES = "Example: wordmill info model/ --json"


def command(model: ModelPath, json: Json = False) -> None:
    """Show the size, the most frequent keys, the settings and the training history of a model."""
    from wordmill.cli.console import print_json, print_text
    from wordmill.cli.queries import open_vectors
    from wordmill.vectors.formats import detect
    from wordmill.vectors.formats.directory import Model, load_model, model_of_documents
    from wordmill.vectors.formats.pipes import readable_again

    with readable_again(model) as file:
        form = detect(file)
        saved = load_model(file) if form == "directory" else Model(open_vectors(file), {}, None, {})
        whole = form == "fasttext" and _is_whole(file)
        of_documents = form == "directory" and model_of_documents(file) is not None
    vectors = saved.table
    total = None if vectors.counts is None else int(vectors.counts.sum())
    facts: dict[str, Any] = {
        "format": form,
        "keys": len(vectors),
        "vector_size": vectors.vector_size,
        "kind": vectors.kind,
        "tokens": None if of_documents else total,
        "tags_given": total if of_documents else None,
        "document_tags": None if saved.documents is None else len(saved.documents),
        "phrases_joined": None if vectors.phrases is None else len(vectors.phrases),
        "most_frequent": [vectors.key_table[row] for row in range(min(10, len(vectors)))],
        "can_train_on": saved.training is not None or whole,
        "warnings": [as_options(warning, KNOBS) for warning in _warnings(saved)],
        **saved.storage,
        **saved.settings,
    }
    if json:
        print_json(facts, indent=2)
        return
    warnings = facts.pop("warnings")
    history, params, used = (facts.pop(name, {}) for name in ("history", "params", "used"))
    for name, value in {**facts, **_used(params, used)}.items():
        print_text(f"{name:<16} {_shown(value)}")
    for entry in history:
        loss = "-" if entry["loss"] is None else f"{entry['loss']:.4f}"
        print_text(
            f"epoch {entry['epoch']:<10} loss {loss}  {entry['tokens']:,} tokens  "
            f"{entry['tokens_per_second']:,.0f} words/s  {entry['seconds']:.1f} s"
        )
    for warning in warnings:
        print_text(f"{'warning':<16} {warning}")


def _is_whole(path: Path) -> bool:
    """Whether a model of fastText can be trained on."""
    from wordmill.training.fasttext_files import why_not_trainable
    from wordmill.vectors.formats.fasttext import read_fasttext_model

    model = read_fasttext_model(path, errors="surrogateescape")
    return model.output is not None and why_not_trainable(model) is None


def _warnings(saved: Model) -> Iterator[str]:
    """Look at keys and vectors, whether the text was cut where it should be, and whether they learned."""
    import numpy as np

    from wordmill.symptoms import WORDS, cells_uncut, dirty_keys, without_spaces
    from wordmill.vectors.hardly_trained import hardly_trained

    vectors, params = saved.table, saved.settings.get("params", {})
    if not params:  # vectors of others may have keys of any kind
        return
    keys = [key for key in vectors.key_table.take(np.arange(min(WORDS, len(vectors)))) if isinstance(key, str)]
    if keys and vectors.counts is not None:
        counts = vectors.counts[: len(keys)]
        cut = without_spaces(keys, counts) or cells_uncut(keys, counts, math.inf)
        if sign := cut or dirty_keys(keys, lowercase=vectors.lowercase):
            yield f"the text was cut in the wrong place: {sign}"
    with contextlib.suppress(ParameterError):  # settings of another version
        config = TrainConfig.from_params({**params, "tokenizer": params.get("tokenizer") or "whitespace"})
        if sign := hardly_trained(vectors.vectors, saved.settings.get("history", []), config):
            yield sign


def _used(params: dict[str, Any], used: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters as training had them: what was left out was filled in."""
    return {name: used.get(name) if value is None else value for name, value in params.items()}


def _shown(value: object) -> str:
    """Write a fact for people."""
    if value is None:
        return "-"
    if isinstance(value, list):
        return listed(value)
    return f"{value:,}" if type(value) is int else bounded(str(value), 200)
