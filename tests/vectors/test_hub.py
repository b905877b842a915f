"""Pushing and fetching, with the hub's package and without its network: the calls that would reach it are caught."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import huggingface_hub
import numpy as np
import pytest

from wordmill import KeyedVectors, Word2Vec
from wordmill.datasets import questions_words_path, word_pairs_path
from wordmill.errors import FormatError, MissingDependencyError, NotFittedError, OutputError, ParameterError
from wordmill.evaluation import evaluate_analogies, evaluate_pairs

WORDS = ["king", "queen", "cat", "dog", "tiger"]
FACTS: dict[str, Any] = {"license": "cc-by-sa-4.0", "data": "English Wikipedia of May 2025, in lower case."}


def vectors() -> KeyedVectors:
    rows = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    return KeyedVectors(WORDS, rows, counts=np.array([9, 7, 5, 3, 1]))


def trained() -> Word2Vec:
    return Word2Vec(vector_size=6, min_count=1, epochs=2, workers=1).fit([["king", "queen"], ["cat", "dog"]] * 20)


class Hub:
    """A hub in a folder: what was asked of it, and what it holds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls: dict[str, dict[str, Any]] = {}

    def create_repo(self, repo_id: str, **options: Any) -> None:
        self.calls["create_repo"] = options
        (self.folder / repo_id).mkdir(parents=True, exist_ok=True)

    def upload_folder(self, *, repo_id: str, folder_path: Path, **options: Any) -> Any:
        self.calls["upload_folder"] = options
        for pattern in options["delete_patterns"]:
            for file in (self.folder / repo_id).glob(pattern):
                file.unlink()
        shutil.copytree(folder_path, self.folder / repo_id, dirs_exist_ok=True)
        return SimpleNamespace(commit_url=f"https://huggingface.co/{repo_id}/commit/1")

    def snapshot_download(self, repo_id: str, **options: Any) -> str:
        self.calls["snapshot_download"] = options
        ignored = options["ignore_patterns"] or []
        target = self.folder / "cache" / repo_id
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.folder / repo_id, target, ignore=shutil.ignore_patterns("README.md", *ignored))
        return str(target)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    fake = Hub(tmp_path)
    monkeypatch.setattr(huggingface_hub.HfApi, "create_repo", fake.create_repo)
    monkeypatch.setattr(huggingface_hub.HfApi, "upload_folder", fake.upload_folder)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", fake.snapshot_download)
    return fake


def test_vectors_go_there_and_come_back(hub: Hub) -> None:
    address = vectors().push_to_hub("me/animals", private=True, **FACTS)
    assert address == "https://huggingface.co/me/animals/commit/1"
    assert hub.calls["create_repo"] == {"private": True, "exist_ok": True}
    back = KeyedVectors.from_pretrained("me/animals", revision="main", local_files_only=True)
    assert hub.calls["snapshot_download"].items() >= {"revision": "main", "local_files_only": True}.items()
    assert back.index_to_key == WORDS
    np.testing.assert_array_equal(back.vectors, vectors().vectors)


@pytest.mark.parametrize("training", [False, True])
def test_a_model_goes_there_with_or_without_what_training_needs(hub: Hub, training: bool) -> None:
    model = trained()
    model.push_to_hub("me/model", training=training, **FACTS)
    back = Word2Vec.from_pretrained("me/model")
    assert back.get_params() == model.get_params()
    assert back.history == model.history
    if training:
        np.testing.assert_array_equal(back.output_vectors, model.output_vectors)
    else:
        with pytest.raises(NotFittedError, match="without its output vectors"):
            back.output_vectors  # noqa: B018
    np.testing.assert_array_equal(KeyedVectors.from_pretrained("me/model").vectors, model.wv.vectors)
    assert hub.calls["snapshot_download"]["ignore_patterns"] == ["training.safetensors"]


def test_a_new_push_leaves_nothing_of_the_old_one(hub: Hub) -> None:
    trained().push_to_hub("me/model", training=True, **FACTS)
    KeyedVectors(np.arange(3), np.eye(3, dtype=np.float32)).push_to_hub("me/model", dtype="float16", **FACTS)
    assert {file.name for file in (hub.folder / "me/model").iterdir()} == {
        "README.md", "manifest.json", "model.safetensors", "wordmill.json", "wordmill.safetensors"
    }  # fmt: skip
    assert KeyedVectors.from_pretrained("me/model").index_to_key == [0, 1, 2]


def test_the_card_says_data_parameters_scores_and_licence(hub: Hub) -> None:
    model = trained()
    scores: list[Any] = [
        evaluate_pairs(vectors(), word_pairs_path()),
        evaluate_analogies(vectors(), questions_words_path()),
    ]
    model.push_to_hub("me/model", language=["en"], scores=scores, **FACTS)
    card: Any = huggingface_hub.ModelCard((hub.folder / "me/model/README.md").read_text(encoding="utf-8"))
    assert card.data.license == "cc-by-sa-4.0"
    assert card.data.language == ["en"]
    assert card.data.library_name == "wordmill"
    for text in (
        "# model\n",
        "Vectors of 4 words, 6 numbers each",
        'wordmill.KeyedVectors.from_pretrained("me/model")',
        "English Wikipedia of May 2025",
        "Tokens in the vocabulary: 80.",
        "| vector_size | `6` |",
        f"Loss per example in the last of 2 epochs: {model.history[-1]['loss']:.4f}.",
        f"| {scores[0].source} | ",
        "| questions-words.txt | undefined | ",
        "## Licence\n\ncc-by-sa-4.0",
    ):
        assert text in card.text, text


def test_a_model_takes_its_phrases_there(hub: Hub) -> None:
    model = Word2Vec(phrases=1, min_count=1, vector_size=4).fit(["new york", *(f"w{n} v{n}" for n in range(40))] * 6)
    assert model.wv.phrases is not None
    model.push_to_hub("me/model", **FACTS)
    card = (hub.folder / "me/model/README.md").read_text(encoding="utf-8")
    assert (
        f"{len(model.wv.phrases)} phrases, {model.wv.phrases.keys[0]!r} for one: wordmill joins them in what it reads."
        in card
    )
    assert (KeyedVectors.from_pretrained("me/model")["new york"] == model.wv["new_york"]).all()


def test_the_card_carries_scores_for_the_hub(hub: Hub) -> None:
    words = ["tiger", "cat", "dog", "king", "queen", "man", "woman", "boy", "girl", "brother", "sister"]
    known = KeyedVectors(words, np.random.default_rng(1).normal(size=(11, 4)).astype(np.float32))
    result = evaluate_analogies(known, questions_words_path())
    known.push_to_hub("me/vectors", scores=[result], **FACTS)
    card: Any = huggingface_hub.ModelCard((hub.folder / "me/vectors/README.md").read_text(encoding="utf-8"))
    (carried,) = card.data.eval_results or []
    assert carried.dataset_name == "questions-words.txt"
    assert carried.metric_value == pytest.approx(result.score.points, abs=0.05)


@pytest.mark.parametrize("wrong", [{"license": ""}, {"data": " "}, {"language": "en"}])
def test_a_card_with_gaps_is_refused_before_anything_is_sent(hub: Hub, wrong: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        vectors().push_to_hub("me/animals", **{**FACTS, **wrong})
    assert not hub.calls


def test_a_directory_is_loaded_as_it_is(hub: Hub, tmp_path: Path) -> None:
    vectors().save(tmp_path / "model")
    assert KeyedVectors.from_pretrained(tmp_path / "model").index_to_key == WORDS
    assert not hub.calls


def test_what_the_hub_refuses_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError("404 Client Error.\n\nRepository Not Found for url ...")

    monkeypatch.setattr(huggingface_hub.HfApi, "create_repo", refuse)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", refuse)
    with pytest.raises(OutputError, match=r"me/animals cannot be written \(404 Client Error\.\): ") as pushed:
        vectors().push_to_hub("me/animals", **FACTS)
    with pytest.raises(FormatError, match="me/animals is no directory") as fetched:
        KeyedVectors.from_pretrained("me/animals")
    assert "\n" not in str(pushed.value) + str(fetched.value)


def test_names_that_are_none_are_errors_without_network() -> None:
    with pytest.raises(FormatError, match="no directory"):
        KeyedVectors.from_pretrained("no/such/directory", local_files_only=True)
    with pytest.raises(FormatError, match="no directory"):
        Word2Vec.from_pretrained("nobody/nothing", local_files_only=True)


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingDependencyError, match=r"wordmill\[hub\]"):
        KeyedVectors.from_pretrained("me/animals")


def test_the_hubs_package_is_loaded_only_when_asked_for(tmp_path: Path) -> None:
    script = (
        "import sys, wordmill\n"
        "model = wordmill.Word2Vec(min_count=1).fit([['a', 'b']] * 9)\n"
        f"model.save({str(tmp_path / 'model')!r})\n"
        f"wordmill.KeyedVectors.load({str(tmp_path / 'model')!r})\n"
        "assert 'huggingface_hub' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
