"""Training on a Ray cluster: the bits of the same rounds in one process, whatever is lost on the way."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cluster_runs import ON_TWO, SETTINGS, AtRound, assert_same, some_lines, trained_here
from numpy.typing import NDArray

from wordmill import Checkpoint, EncodedCorpus, KeyedVectors, TrainConfig, Word2Vec, random_walks, read_corpus
from wordmill.errors import ClusterError, CorpusError, ParameterError
from wordmill.training import Doc2Vec
from wordmill.training.cluster import crew as crews
from wordmill.training.cluster.corpus import ShardedCorpus
from wordmill.training.cluster.crew import RayCrew
from wordmill.training.cluster.worker import WorkerFacts
from wordmill.training.run.reading import read_training_corpus

# On one machine


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_a_cluster_gives_the_bits_of_the_same_rounds_in_one_process(
    two_cores: Any, corpus: EncodedCorpus, workers: int
) -> None:
    model = Word2Vec(**ON_TWO | {"workers": workers}).fit(corpus)
    assert_same(model, trained_here(corpus, workers))
    assert [entry["tokens"] for entry in model.history] == [len(corpus.ids)] * 2
    if workers == 1:
        native = Word2Vec(**SETTINGS | {"workers": 1}).fit(corpus)
        assert_same(model, (native.wv.vectors, native.output_vectors))


def test_threads_in_deterministic_mode_do_not_change_the_bits(two_cores: Any, corpus: EncodedCorpus) -> None:
    settings = ON_TWO | {"workers": 1, "deterministic": True}
    models = [Word2Vec(**settings | {"threads_per_worker": threads}).fit(corpus) for threads in (1, 2)]
    assert_same(models[0], (models[1].wv.vectors, models[1].output_vectors))


def test_callbacks_validation_and_vectors_to_begin_with(two_cores: Any, corpus: EncodedCorpus) -> None:
    begun = KeyedVectors(["w1", "w2"], np.full((2, 16), 0.25, np.float32))
    seen: list[NDArray[Any]] = []
    look = AtRound(2, lambda run: seen.append(run.as_keyed_vectors()["w3"].copy()))
    model = Word2Vec(**ON_TWO).fit(corpus, validation=0.2, callbacks=[look], init_from=begun, freeze=["w1"])
    np.testing.assert_array_equal(model.wv["w1"], np.full(16, 0.25, np.float32))
    assert (model.wv["w2"] != 0.25).any()
    assert (seen[0] != model.wv["w3"]).any()
    losses = [entry["validation_loss"] for entry in model.history]
    assert losses[1] < losses[0] < 6 * np.log(2)


def test_walks_and_documents_are_sent(two_cores: Any) -> None:
    walks = random_walks([(f"n{a}", f"n{(a * 7 + 1) % 40}") for a in range(40)], walks_per_node=4, walk_length=20)
    model = Word2Vec(**ON_TWO | {"min_count": 1}).fit(walks)
    assert_same(model, trained_here(walks, 2, min_count=1))
    documents = Doc2Vec(**ON_TWO).fit(some_lines(3, 60))
    assert documents.dv.vectors.shape == (60, 16)
    assert np.isfinite(documents.dv.vectors).all()
    assert documents.infer(["w1 w2 w3"]).shape == (1, 16)


def test_it_goes_on_with_another_number_of_workers(two_cores: Any, corpus: EncodedCorpus, tmp_path: Path) -> None:
    """With the same number the bits are those of a run without an end in between."""
    stop = AtRound(4, lambda run: run.stop())
    saved = Checkpoint(tmp_path / "runs", seconds=None)
    Word2Vec(**ON_TWO).fit(corpus, callbacks=[stop, saved])
    for workers in (3, 2):
        model = Word2Vec(**ON_TWO | {"workers": workers}).fit(corpus, resume=tmp_path / "runs")
        assert [entry["tokens"] for entry in model.history] == [len(corpus.ids)] * 2
    assert_same(model, trained_here(corpus, 2))


def test_ctrl_c_leaves_the_vectors_so_far(two_cores: Any, corpus: EncodedCorpus) -> None:
    model = Word2Vec(**ON_TWO)
    with pytest.raises(KeyboardInterrupt):
        model.fit(corpus, callbacks=[AtRound(2, lambda run: os.kill(os.getpid(), signal.SIGINT))])
    assert 0 < model.history[0]["tokens"] <= len(corpus.ids)
    assert model.output_vectors.any()


# What is lost


@pytest.fixture
def killing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, int, int], None]]:
    """Let a worker be killed just before it is asked for something, the so-manieth time."""
    asked: dict[tuple[str, int], int] = {}
    plan: dict[tuple[str, int, int], None] = {}
    ask = RayCrew.ask

    def killing_ask(self: RayCrew, worker: int, method: str, *arguments: Any, answers: int | None = None) -> Any:
        asked[method, worker] = time = asked.get((method, worker), 0) + 1
        if (method, worker, time) in plan:
            (facts,) = self.get([ask(self, worker, "facts")])
            os.kill(facts.pid, signal.SIGKILL)
        return ask(self, worker, method, *arguments, answers=answers)

    monkeypatch.setattr(RayCrew, "ask", killing_ask)

    def kill(method: str, worker: int, time: int) -> None:
        plan[method, worker, time] = None

    yield kill
    assert all(asked.get((method, worker), 0) >= time for method, worker, time in plan), "nobody was killed"


def test_workers_that_are_killed_change_no_bit_whenever_it_is(
    two_cores: Any, corpus: EncodedCorpus, killing: Callable[..., None]
) -> None:
    killing("build", 1, 1)
    killing("begin", 0, 1)
    killing("train", 1, 3)
    killing("changes", 0, 3)
    killing("combine", 1, 4)
    killing("take", 1, 5)
    assert_same(Word2Vec(**ON_TWO).fit(corpus), trained_here(corpus, 2))


def test_nobody_is_left_and_all_rounds_since_the_last_look_are_trained_again(
    two_cores: Any, corpus: EncodedCorpus, killing: Callable[..., None]
) -> None:
    for worker in (0, 1):
        killing("train", worker, 5)
    killing("take", 0, 2)
    looked = AtRound(2, lambda run: run.as_keyed_vectors())
    assert_same(Word2Vec(**ON_TWO).fit(corpus, callbacks=[looked]), trained_here(corpus, 2))


def test_workers_that_are_lost_again_and_again_end_the_training_and_leave_what_there_is(
    two_cores: Any, corpus: EncodedCorpus, killing: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crews, "PAUSES", (0.1,) * 2)
    for time in (3, 4, 5):
        killing("train", 1, time)
    model = Word2Vec(**ON_TWO)
    with pytest.raises(ClusterError, match=r"3 times in a row.*resume"):
        model.fit(corpus)
    assert model.wv.vectors.shape == (len(corpus.vocab), 16)


# Files that lie with the workers


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    lines = some_lines(1, 600)
    for number, part in enumerate(np.array_split(np.arange(600), 5)):
        text = "" if number == 3 else "\n".join(lines[line] for line in part) + "\n"
        (folder / f"part{number}.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same lines in row groups, and as integers."""
    folder = tmp_path_factory.mktemp("tables")
    lines = some_lines(1, 600)
    for name, some in (("a", lines[:400]), ("b", lines[400:])):
        pq.write_table(pa.table({"text": some, "n": some}), folder / f"{name}.parquet", row_group_size=60)
    (folder / "one.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    numbers = [[int(word[1:]) for word in line.split()] for line in lines]
    pq.write_table(pa.table({"numbers": numbers}), folder / "numbers.pq", row_group_size=50)
    return folder


@pytest.mark.parametrize("source", ["*.parquet", "one.txt", "numbers.pq"])
def test_files_that_workers_share_out_are_the_corpus_of_one_machine(two_cores: Any, tables: Path, source: str) -> None:
    """They have its vocabulary, counts, tokens and fingerprint; one worker has the bits of the native backend."""
    here, workers = read_corpus(tables / source, min_count=2), 1 if source == "*.parquet" else 3
    config = TrainConfig(**ON_TWO | {"workers": workers})
    there = read_training_corpus(tables / source, config)
    assert isinstance(there, ShardedCorpus)
    assert list(there.vocab) == list(here.vocab)
    np.testing.assert_array_equal(there.vocab.counts, here.vocab.counts)
    assert there.fingerprint() == here.fingerprint()
    assert (np.diff(there.bounds) > len(here.ids) / workers / 2).all()
    model = Word2Vec(**ON_TWO | {"workers": workers}).fit(there)
    assert [entry["tokens"] for entry in model.history] == [len(here.ids)] * 2
    assert model.history[-1]["loss"] < 6 * np.log(2)  # of untrained vectors
    if workers == 1:
        native = Word2Vec(**SETTINGS | {"workers": 1}).fit(here)
        assert_same(model, (native.wv.vectors, native.output_vectors))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Ray Data's own
def test_a_dataset_is_read_by_the_workers_and_a_lost_one_s_blocks_again(
    two_cores: Any, tables: Path, killing: Callable[..., None]
) -> None:
    ray_data = pytest.importorskip("ray.data")
    whole = pq.read_table(tables / "a.parquet")
    blocks = [whole.slice(at, 50) for at in range(0, 400, 50)]
    dataset = ray_data.from_arrow(blocks).map_batches(lambda batch: batch, batch_format="pyarrow")
    native = Word2Vec(**SETTINGS | {"workers": 1}).fit(whole["text"])
    for method, time in (("read_block", 3), ("train", 4)):
        killing(method, 0, time)
    model = Word2Vec(**ON_TWO | {"workers": 1}).fit(dataset)
    assert_same(model, (native.wv.vectors, native.output_vectors))
    with pytest.raises(ClusterError, match="take every core"):
        Word2Vec(**ON_TWO | {"workers": 3}).fit(dataset)
    with pytest.raises(CorpusError, match="select_columns"):
        Word2Vec(**ON_TWO).fit(ray_data.from_arrow(whole.rename_columns(["a", "b"])))


def test_files_that_change_while_a_lost_worker_is_replaced_are_refused(
    two_cores: Any, tmp_path: Path, killing: Callable[..., None]
) -> None:
    text = tmp_path / "text.txt"
    text.write_text("\n".join(some_lines(4, 100)), encoding="utf-8")
    killing("train", 1, 3)
    change = AtRound(1, lambda run: text.write_text("\n".join(some_lines(5, 100)), encoding="utf-8"))
    with pytest.raises(CorpusError, match="what it had read is not what is there now"):
        Word2Vec(**ON_TWO).fit(text, callbacks=[change])


def test_a_lost_worker_s_files_are_read_again(two_cores: Any, files: Path, killing: Callable[..., None]) -> None:
    expected = Word2Vec(**ON_TWO).fit(files / "*.txt")
    for method, time in (("read_files", 2), ("counted", 2), ("encode", 2), ("samples", 2), ("train", 8)):
        killing(method, 1, time)
    assert_same(Word2Vec(**ON_TWO).fit(files / "*.txt"), (expected.wv.vectors, expected.output_vectors))


def test_a_share_of_files_on_a_cluster_is_not_held_out(two_cores: Any, files: Path) -> None:
    with pytest.raises(ParameterError, match=r"validation='held-out\.txt'"):
        Word2Vec(**ON_TWO).fit(files / "*.txt", validation=0.1)
    model = Word2Vec(**ON_TWO).fit(files / "*.txt", validation=files / "part0.txt")
    assert model.history[1]["validation_loss"] < model.history[0]["validation_loss"]


def test_a_file_that_is_no_text_is_named_with_its_machine(two_cores: Any, files: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"a b \xff c\n" * 100)
    with pytest.raises(CorpusError, match=r"^on .*bad\.txt.*not UTF-8"):
        Word2Vec(**ON_TWO).fit([files / "part0.txt", tmp_path / "bad.txt"])


# What cannot be


def test_more_workers_than_there_is_room_for(
    two_cores: Any, corpus: EncodedCorpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crews, "PLACED_WITHIN", 3.0)
    with pytest.raises(ClusterError, match=r"no room for 2 workers of 2 threads: .* 3 cores"):
        Word2Vec(**ON_TWO | {"threads_per_worker": 2}).fit(corpus)


def test_another_version_is_refused_and_another_instruction_set_where_bits_count(
    two_cores: Any, corpus: EncodedCorpus, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(crews, "VERSION", "99.0")
    with pytest.raises(ClusterError, match=r"has wordmill .*, this program 99\.0"):
        Word2Vec(**ON_TWO).fit(corpus)
    monkeypatch.undo()
    get = RayCrew.get

    def other(self: RayCrew, tickets: list[Any], timeout: float | None = None) -> list[Any]:
        answers = get(self, tickets, timeout)
        if answers and isinstance(answers[0], WorkerFacts):
            answers = [WorkerFacts(**vars(answers[0]) | {"instruction_set": f"set{answers[0].pid}"})]
        return answers

    monkeypatch.setattr(RayCrew, "get", other)
    Word2Vec(**ON_TWO).fit(corpus)
    assert "bits depend on who trains what" in caplog.text
    with pytest.raises(ClusterError, match="WORDMILL_ISA"):
        Word2Vec(**ON_TWO | {"deterministic": True}).fit(corpus)
