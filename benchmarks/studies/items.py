"""Next items of sessions: the defaults, the presets, and what a search of five minutes finds, beside counting."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from harness import Measurement, Record, Setting
from markdown import table
from wordmill import Word2Vec, tune
from wordmill.corpus import EventCorpus
from wordmill.corpus.events import as_events
from wordmill.presets import PRESETS
from wordmill.recommendation import evaluate_recommendation

TITLE = "Next items: presets and searched settings"
CASES = 6_000
BUDGET = "5m"
MEASURE = "hr@10"


def measurements(setting: Setting) -> Iterator[Measurement]:
    """Yield a measurement for each choice of settings, all on the last item of each session."""
    if not setting.sessions:
        return
    events = as_events(setting.sessions)
    key = {"corpus": setting.sessions.name, "events": len(events.ids), "sequences": len(events)}
    for name in PRESETS:
        yield Measurement({**key, "settings": name}, partial(_preset, events, name, 300 if setting.smoke else CASES))
    trials = 2 if setting.smoke else None
    yield Measurement({**key, "settings": f"searched in {BUDGET}"}, partial(_searched, events, trials))


def _preset(events: EventCorpus, name: str, cases: int) -> Record:
    result = evaluate_recommendation(Word2Vec(**PRESETS[name]), events, "last", k=(10,), cases=cases)
    shown = {method: str(result.estimate(MEASURE, method)) for method in result.rankings}
    return {"score": shown["vectors"], "co-occurrence": shown["co-occurrence"], "found": ""}


def _searched(events: EventCorpus, trials: int | None) -> Record:
    tuned = tune(events, MEASURE, BUDGET, split="last", trials=trials)
    found = ", ".join(f"{name}={value}" for name, value in tuned.changed.items())
    return {"score": f"{tuned.score:.3f}", "co-occurrence": "", "found": found, "verdict": tuned.message}


def report(records: list[Record]) -> list[str]:
    """Write a table of hit rates, and the verdicts of the searches."""
    heading = ["corpus", "settings", MEASURE, "co-occurrence", "found"]
    names = ("corpus", "settings", "score", "co-occurrence", "found")
    rows = [[record[name] for name in names] for record in records]
    verdicts = [f"- {record['corpus']}: {record['verdict']}" for record in records if "verdict" in record]
    return [*table(heading, rows, left=2), "", *verdicts]
