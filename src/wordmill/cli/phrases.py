"""``wordmill phrases``: words that belong together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from wordmill.cli.options import CORPUS, Corpora, Json, corpus_files, corpus_source, with_settings
from wordmill.errors import counted

EXAMPLES = (
    "Examples: wordmill phrases corpus.txt --tokenizer words --lowercase --connectors english  |  "
    "wordmill phrases corpus.txt --top 5000 -o my.phrases && wordmill train corpus.txt --phrases my.phrases -o model/"
)


@with_settings(CORPUS, without=("min_count", "max_final_vocab", "phrases"))
def command(
    corpus: Corpora,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Save the phrases in a file, for --phrases, and show none.")
    ] = None,
    min_count: Annotated[int, typer.Option(help="Leave out pairs that occur less often.")] = 5,
    threshold: Annotated[
        float | None,
        typer.Option(
            show_default=False, help="Phrases score above it; left out: 10 (default), 0.5 (npmi) or 100 (word2phrase)."
        ),
    ] = None,
    top: Annotated[
        float | None,
        typer.Option(show_default=False, help="In its place: so many of the highest scores, or, below 1, that share."),
    ] = None,
    scoring: Annotated[
        Literal["default", "npmi", "word2phrase"],
        typer.Option(help="The formula: gensim's, normalized mutual information, or word2phrase's."),
    ] = "default",
    connectors: Annotated[
        str,
        typer.Option(
            help="Words that may stand inside a phrase, as of in bank_of_america: english, or a,list,of,them."
        ),
    ] = "",
    passes: Annotated[int, typer.Option(help="Passes: phrases of 2 words, of up to 4, of 8...")] = 1,
    choose: Annotated[
        Literal["greedy", "best"], typer.Option(help="Of phrases that overlap, the first one or the best ones.")
    ] = "greedy",
    joined_by: Annotated[str, typer.Option(help="What joins the words.")] = "_",
    json: Json = False,
    *,
    settings: dict[str, Any],
) -> None:
    """Find words that belong together; write each phrase with its score and count, the highest scores first."""
    from wordmill.cli.console import note, print_json, print_rows
    from wordmill.cli.outputs import check_apart, check_file_writable
    from wordmill.config import TrainConfig
    from wordmill.corpus import PhraseRules, Resources, read_corpus
    from wordmill.corpus.phrases.finding import find_by_rules

    source = corpus_source(corpus)
    TrainConfig.from_params(settings)
    rules = PhraseRules(
        min_count=min_count,
        threshold=threshold,
        top=int(top) if top is not None and top.is_integer() else top,
        scoring=scoring,
        connectors="english" if connectors == "english" else [word for word in connectors.split(",") if word],
        passes=passes,
        choose=choose,
        delimiter=joined_by,
    )
    if output is not None:
        check_file_writable(output)
        check_apart([output], corpus_files(source))
    resources = Resources()
    found, _ = find_by_rules(read_corpus(source, **settings, min_count=1, resources=resources), rules, resources)
    if output is not None:
        found.save(output)
        note(f"{counted(len(found), 'phrase')} saved in {output}")
        return
    rows = zip(found.keys, found.scores.tolist(), found.counts.tolist(), strict=True)
    if json:
        print_json([{"phrase": phrase, "score": score, "count": count} for phrase, score, count in rows])
        return
    print_rows(("phrase", "score", "count"), ((phrase, f"{score:.4g}", count) for phrase, score, count in rows))
