"""``wordmill train``: from a corpus to a model directory."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wordmill.cli.checkpoints import beside_model, timing, train_and_tidy
from wordmill.cli.console import note, print_rows, program
from wordmill.cli.events import EventsOption, GapOption, MissingOption, TableOptions, TimeFormatOption
from wordmill.cli.key_lists import key_lines, keys_of_kind, text_lines
from wordmill.cli.options import Corpora, corpus_files, corpus_source, setting_files, with_settings
from wordmill.cli.usage import CommandLineError
from wordmill.cli.walking import Walking, with_walks
from wordmill.config import TrainConfig

Source = str | Path | list[Path]

if TYPE_CHECKING:
    from wordmill.corpus import EventCorpus, TaggedSource
    from wordmill.graphs import Walks
    from wordmill.sources.opening import Files
    from wordmill.training import Checkpoint, EarlyStopping, LogFile, Word2Vec
    from wordmill.training.run.corpora import TrainingCorpus
    from wordmill.vectors import KeyedVectors

EXAMPLES = (
    "Examples: wordmill train corpus.txt -o model/ --tokenizer words --lowercase  |  "
    "wordmill train baskets.csv -o model/ --delimiter , --window sequence --sample 0  |  "
    "wordmill train clicks.csv -o model/ --events user,item,time --session-gap 30m  |  "
    "wordmill train 'shards/*.zst' -o model/ --architecture cbow --vector-size 300  |  "
    "wordmill train graph.edges -o model/ --walks 10 --walk-length 80 -p 0.5 -q 2  |  "
    "zcat x.gz | wordmill train - -o model/"
)


@with_settings(presets=True)
@with_walks()
def command(
    corpus: Corpora,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The model directory to write; a model there is replaced.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read the corpus, show what training would take, and stop.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show errors only.")] = False,
    validation: Annotated[
        str, typer.Option(help="A share of the tokens to hold out, or a corpus: its loss is shown after each epoch.")
    ] = "0",
    early_stopping: Annotated[
        bool, typer.Option("--early-stopping", help="Stop when the validation loss falls no more; keep the best epoch.")
    ] = False,
    patience: Annotated[int, typer.Option(min=1, help="Epochs that early stopping waits for a lower loss.")] = 2,
    checkpoint_every: Annotated[
        str, typer.Option(help="How often the run is saved beside the model: 90s, 10m, 2h, 1epoch or never.")
    ] = "10m",
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint, if there is one.")] = False,
    text: Annotated[
        str | None,
        typer.Option(
            help="The column of texts, where the corpus is a table: JSON lines, CSV, Parquet or Arrow. Left out: "
            "the only column of Parquet, or that which is called text.",
        ),
    ] = None,
    tags: Annotated[
        str | None,
        typer.Option(
            help="What documents are known by: a file, a line each, several tags parted by tabs; or with --text, a "
            "column. Left out: they are numbered from 0.",
            rich_help_panel="Documents",
        ),
    ] = None,
    init_from: Annotated[
        Path | None, typer.Option(help="Vectors to begin with, for the words that they have: a model or a file.")
    ] = None,
    freeze: Annotated[
        Path | None, typer.Option(help="A file of words, one a line, whose vectors stay as --init-from has them.")
    ] = None,
    log: Annotated[Path | None, typer.Option(help="Append a line of JSON for each second and epoch to a file.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the loss: loss.png, .svg or .pdf.")] = None,
    film: Annotated[
        Path | None,
        typer.Option(help="Keep the model of each epoch in a directory, for wordmill explore --checkpoints."),
    ] = None,
    events: EventsOption = None,
    session_gap: GapOption = None,
    time_format: TimeFormatOption = None,
    missing: MissingOption = "error",
    *,
    walking: Walking,
    settings: dict[str, Any],
) -> None:
    """Train vectors on a corpus, or with --walks on a graph.

    Ctrl-C, SIGTERM and SIGHUP stop it, and the vectors so far are saved (exit code 130, 143 or 129); a second one
    leaves with a checkpoint alone. With the same command and --resume it goes on.
    """
    _Job(
        source=corpus_source(corpus),
        output=output,
        only_looks=dry_run,
        quiet=quiet,
        held_out=_share_or_corpus(validation),
        patience=patience if early_stopping else None,
        timing=timing(checkpoint_every),
        resume=resume,
        text=text,
        tags=tags,
        init_from=init_from,
        freeze=freeze,
        log=log,
        plot=plot,
        film=film,
        table=TableOptions.of(events, session_gap, time_format, missing),
        walking=walking,
        settings=settings,
    ).run()


@dataclass(frozen=True)
class _Job:
    """What the command line asks for."""

    source: Source
    output: Path | None
    only_looks: bool
    quiet: bool
    held_out: float | Path
    patience: int | None  # of early stopping; None: without
    timing: tuple[float | None, int | None]  # seconds, epochs between checkpoints
    resume: bool
    text: str | None  # a column of documents
    tags: str | None  # of documents: a column, or a file
    init_from: Path | None
    freeze: Path | None
    log: Path | None
    plot: Path | None
    film: Path | None
    table: TableOptions | None  # how the corpus is read where it holds events
    walking: Walking
    settings: dict[str, Any]

    def run(self) -> None:
        """Check all that can be checked before the corpus is read, read it, train, and save."""
        from wordmill.cli.outlook import outlook
        from wordmill.cli.outputs import check_training_outputs
        from wordmill.cli.training import read
        from wordmill.saving import claim
        from wordmill.training import EarlyStopping
        from wordmill.training.run.prechecks import check_before_reading
        from wordmill.training.run.task import here

        self.walking.check()
        config = TrainConfig.from_params(self.settings)
        if self.table is not None:
            self.table.check_settings(self.settings)
        if self.table is not None and self.walking.walks is not None:
            raise CommandLineError("--events reads a table, --walks a graph: give one of them")
        if self.output is None and not self.only_looks and self.walking.save_walks is None:
            raise CommandLineError("--output is missing: say where the model goes, -o model/")
        check_training_outputs(self.output, [self.log, self.walking.save_walks], self.plot, self.film)
        frozen = [] if self.freeze is None else key_lines(self.freeze)
        self._check_apart()
        watched = [] if self.patience is None else [EarlyStopping(self.patience)]
        vectors = check_before_reading(config, self.held_out, watched, self.init_from)
        if self.output is None or self.only_looks:
            local = replace(config, backend=here(config.backend), workers=config.threads)
            corpus = read(self._source(config), local if self.only_looks else config, quiet=self.quiet)
            if self.only_looks:
                print_rows(("what", "value"), outlook(corpus, config))
            return
        with claim(self.output):
            corpus = read(self._source(config), config, quiet=self.quiet)
            keys = keys_of_kind(frozen, corpus.vocab.kind, self.freeze)
            self._train(corpus, self._held_out(), config, self.output, vectors, keys)

    def _held_out(self) -> float | Source | EventCorpus | Walks:
        """Return the share to hold out, or another corpus of the same kind."""
        return self._opened(self.held_out) if isinstance(self.held_out, Path) else self.held_out

    def _source(self, config: TrainConfig) -> Source | Files | EventCorpus | Walks | TaggedSource:
        """Return the corpus to read; documents with their tags, where a file has them."""
        if config.documents is None and (self.tags is not None or not config.train_words):
            raise CommandLineError(
                "--tags and --no-train-words are of documents, and this trains words: add --documents dbow"
            )
        if self.tags is not None or (self.text is not None and config.documents is not None):
            return self._documents()
        if self.text is not None:
            return self._texts(self.text)
        opened = self._opened(self.source)
        if self.walking.save_walks is not None and not self.only_looks:
            opened.save(self.walking.save_walks)  # type: ignore[union-attr]
        return opened

    def _texts(self, column: str) -> Files:
        """Return a column of tables."""
        from wordmill.sources.table_column import table_column

        if self.table is not None or self.walking.walks is not None:
            raise CommandLineError("--text names a column of texts, and neither --events nor --walks reads text")
        return table_column(self.source, column)

    def _documents(self) -> TaggedSource:
        """Open documents in a table, or with a file of tags, a line each."""
        from wordmill.corpus import TaggedSource

        if self.text is not None:
            return TaggedSource(self.source, self.tags, self.text)
        return TaggedSource(
            self.source, [line.split("\t") for line in text_lines(Path(self.tags or ""), "tags", "--tags")]
        )

    def _opened(self, source: Source) -> Source | EventCorpus | Walks:
        """Open what is no text: walks on a graph, a table of events."""
        if self.walking.walks is not None:
            return self.walking.make(source, self.settings)
        return source if self.table is None else self.table.read(source)

    def _tags_file(self) -> Path | None:
        return None if self.tags is None or self.text is not None else Path(self.tags)

    def _check_apart(self) -> None:
        """Refuse an output that is a source."""
        from wordmill.cli.outputs import check_apart

        outputs = [] if self.output is None else [self.output, beside_model(self.output)]
        held_out = corpus_files(self.held_out) if isinstance(self.held_out, Path) else ()
        check_apart(
            [
                *outputs,
                *(path for path in (self.log, self.plot, self.film, self.walking.save_walks) if path is not None),
            ],
            [
                *corpus_files(self.source),
                *held_out,
                *(path for path in (self._tags_file(), self.init_from, self.freeze) if path is not None),
                *setting_files(self.settings),
            ],
        )

    def _train(
        self,
        corpus: TrainingCorpus,
        held_out: float | Source | EventCorpus | Walks,
        config: TrainConfig,
        output: Path,
        vectors: KeyedVectors | None,
        frozen: list[str | int],
    ) -> None:
        """Train into an output that no one else writes to."""
        from wordmill.cli.training import is_trained
        from wordmill.training import Checkpoint, EarlyStopping, LogFile
        from wordmill.training.run.checkpoints import remove_checkpoints

        beside = beside_model(output)  # checkpoints, and the best epoch for a run that is resumed
        early = None if self.patience is None else EarlyStopping(self.patience, directory=beside)
        log_file = None if self.log is None else LogFile(self.log)
        if self.resume and is_trained(output, beside, config, corpus, early):
            remove_checkpoints(beside)
            note(f"{output} is trained already: nothing to go on with")
            return
        model = train_and_tidy(
            corpus,
            self.settings,
            output,
            [Checkpoint(beside, seconds=self.timing[0], epochs=self.timing[1]), *self._frames()],
            [callback for callback in (early, log_file) if callback is not None],
            quiet=self.quiet,
            validation=held_out,
            resume=beside if self.resume else None,
            init_from=vectors,
            freeze=frozen,
        )
        self._tell(model, output, early, log_file)

    def _frames(self) -> list[Checkpoint]:
        """Keep every epoch, where a film is wanted."""
        from wordmill.training import Checkpoint

        return [] if self.film is None else [Checkpoint(self.film, seconds=None, epochs=1, keep=sys.maxsize)]

    def _tell(self, model: Word2Vec, output: Path, early: EarlyStopping | None, log_file: LogFile | None) -> None:
        """Say how it went; what could not be kept is an error now that the model is safe."""
        if early is not None and early.message:
            note(early.message)
        if self.plot is not None:
            model.plot(self.plot)
        if not self.quiet:
            note(f"now ask it: {program()} {_question(model, output)}")
        for callback in (early, log_file):
            if callback is not None and callback.failure is not None:
                raise callback.failure


def _question(model: Word2Vec, output: Path) -> str:
    """Return a command to ask a model, for documents where it has some."""
    from wordmill.training import Doc2Vec

    if isinstance(model, Doc2Vec):
        return f"nearest {output / 'documents'} TAG, or infer {output} FILE --topn 3"
    return f"nearest {output} {model.wv.key_name.upper()}"


def _share_or_corpus(text: str) -> float | Path:
    try:
        return float(text)
    except ValueError:
        return Path(text)
