"""Words that a person recognises as belonging together, all of them frequent in the bundled sample."""

from __future__ import annotations

__all__ = ["WORD_GROUPS"]

WORD_GROUPS: dict[str, tuple[str, ...]] = {
    name: tuple(words.split())
    for name, words in {
        "months": "january february march april may june july august september october november december",
        "numbers": "zero one two three four five six seven eight nine ten twenty hundred thousand million billion",
        "countries": "france germany spain italy england russia china japan india greece egypt turkey israel canada "
        "australia mexico brazil portugal austria sweden",
        "cities": "london paris berlin rome athens moscow vienna venice amsterdam alexandria constantinople jerusalem",
        "languages": "english french german spanish italian russian chinese japanese greek latin arabic dutch",
        "family": "father mother son daughter brother sister husband wife uncle nephew cousin grandson",
        "colours": "red blue green yellow white black brown orange purple grey",
        "elements": "hydrogen oxygen carbon nitrogen iron copper aluminium calcium sodium potassium uranium sulfur",
        "sciences": "physics chemistry biology mathematics astronomy geometry philosophy psychology economics "
        "anthropology medicine logic",
        "professions": "actor singer writer poet novelist composer painter philosopher physicist mathematician lawyer "
        "engineer",
        "animals": "dog cat horse cow sheep fish bird lion snake insects mammals whale",
        "religions": "christian jewish muslim catholic protestant orthodox church islam judaism christianity buddhism",
    }.items()
}
