"""``wordmill info``: what a model is."""

from __future__ import annotations

from typing import Any

from wordmill.cli.options import Json, ModelPath
from wordmill.foreign import bounded, listed

EXAMPLES = "Example: wordmill info model/ --json"


def command(model: ModelPath, json: Json = False) -> None:
    """Show the size, the most frequent keys, the settings and the training history of a model."""
    from wordmill.cli.console import print_json, print_text
    from wordmill.cli.queries import open_vectors
    from wordmill.vectors.formats import detect
    from wordmill.vectors.formats.directory import Model, load_model
    from wordmill.vectors.formats.pipes import readable_again

    with readable_again(model) as file:
        form = detect(file)
        saved = load_model(file) if form == "directory" else Model(open_vectors(file), {}, None, {})
    vectors = saved.keyed_vectors
    facts: dict[str, Any] = {
        "format": form,
        "keys": len(vectors),
        "vector_size": vectors.vector_size,
        "kind": vectors.kind,
        "tokens": None if vectors.counts is None else int(vectors.counts.sum()),
        "most_frequent": [vectors.key_table[row] for row in range(min(10, len(vectors)))],
        "can_train_on": saved.training is not None,
        **saved.storage,
        **saved.settings,
    }
    if json:
        print_json(facts, indent=2)
        return
    history, params, used = (facts.pop(name, {}) for name in ("history", "params", "used"))
    for name, value in {**facts, **_used(params, used)}.items():
        print_text(f"{name:<16} {_shown(value)}")
    for entry in history:
        loss = "-" if entry["loss"] is None else f"{entry['loss']:.4f}"
        print_text(
            f"epoch {entry['epoch']:<10} loss {loss}  {entry['tokens']:,} tokens  "
            f"{entry['tokens_per_second']:,.0f} words/s  {entry['seconds']:.1f} s"
        )


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
