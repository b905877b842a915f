"""fastText's own models and ours, read by each other: vectors, n-grams, matrices, and going on with training."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordmill import Word2Vec
from wordmill.core import core
from wordmill.vectors import KeyedVectors
from wordmill.vectors.formats.fasttext import read_fasttext_model, write_fasttext_model
from wordmill.vectors.subwords import Ngrams

pytestmark = pytest.mark.filterwarnings("default")
fasttext = pytest.importorskip("fasttext", reason="fastText is not installed: make test-interop")
WORDS = [
    "the",
    "naïve",
    "cat",
    "sat",
    "on",
    "mat",
    "and",
    "a",
    "dog",
    "日本語",
    "한국어",
    "שלום",
    "мир",
    "e\u0301",
    "🙂🙂",
    "x",
]
UNSEEN = ["catty", "naïvely", "本語日", "ran!", "y", "한국", "мирный", "🙂", "e", "x" * 300, ""]
RNG = np.random.default_rng(5)
LINES = [" ".join(RNG.choice(WORDS, 12)) for _ in range(300)]
LABELLED = [f"__label__{index} {line}" for index, line in enumerate(LINES)]
COMMON = {"dim": 8, "epoch": 2, "minCount": 1, "bucket": 500, "thread": 1, "verbose": 0}


def train(directory: Path, model: str, **settings: Any) -> Path:
    """Train a model by fastText itself."""
    text, supervised = directory / "text.txt", model == "supervised"
    text.write_text("\n".join(LABELLED if supervised else LINES) + "\n", encoding="utf-8")
    kind = {"minn": 2, "maxn": 4} if supervised else {"model": model}
    run = fasttext.train_supervised if supervised else fasttext.train_unsupervised
    run(str(text), **{**COMMON, **kind, **settings}).save_model(str(directory / "model.bin"))
    return directory / "model.bin"


MODELS: dict[str, dict[str, Any]] = {
    "skipgram": {"model": "skipgram"},
    "cbow": {"model": "cbow", "minn": 1, "maxn": 5},
    "hierarchical softmax": {"model": "skipgram", "loss": "hs"},
    "no n-grams": {"model": "skipgram", "maxn": 0},
    "supervised": {"model": "supervised"},
    "supervised, n-grams of words": {"model": "supervised", "wordNgrams": 2, "maxn": 0, "minn": 0},
}


@pytest.fixture(name="path", scope="module", params=MODELS)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(tmp_path_factory.mktemp("fasttext"), **MODELS[request.param])


def made(vectors: KeyedVectors, word: str) -> Any:
    """Vector of a word that is no key; zeros where it has no n-gram."""
    vector = None if vectors.subwords is None else vectors.subwords.vector(word)
    return np.zeros(vectors.vector_size) if vector is None else vector


def assert_same_vectors(ours: KeyedVectors, theirs: Any) -> None:
    assert list(map(str, ours.keys)) == theirs.get_words()
    for word in theirs.get_words():
        np.testing.assert_allclose(ours.get_vector(word), theirs.get_word_vector(word), atol=1e-6)
    for word in UNSEEN:
        np.testing.assert_allclose(made(ours, word), theirs.get_word_vector(word), atol=1e-6)


def test_words_seen_and_not(path: Path) -> None:
    assert_same_vectors(KeyedVectors.load(path), fasttext.load_model(str(path)))


def test_matrices_and_bytes(path: Path, tmp_path: Path) -> None:
    ours, theirs = read_fasttext_model(path), fasttext.load_model(str(path))
    inputs = np.vstack([ours.word_rows, ours.subwords.rows])
    np.testing.assert_array_equal(inputs, theirs.get_input_matrix())
    np.testing.assert_array_equal(ours.output, theirs.get_output_matrix())
    write_fasttext_model(tmp_path / "again.bin", ours)
    assert (tmp_path / "again.bin").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("options", [{}, {"qnorm": True}, {"cutoff": 300}, {"cutoff": 270, "qnorm": True, "dsub": 3}])
def test_quantised(tmp_path: Path, options: dict[str, Any]) -> None:
    model = fasttext.load_model(str(train(tmp_path, "supervised", epoch=25)))
    retrain = {"input": str(tmp_path / "text.txt"), "retrain": True} if options.get("cutoff") else {}
    model.quantize(verbose=0, qout=not retrain, **options, **retrain)
    model.save_model(str(tmp_path / "model.ftz"))
    assert_same_vectors(KeyedVectors.load(tmp_path / "model.ftz"), fasttext.load_model(str(tmp_path / "model.ftz")))


@pytest.mark.parametrize(("shortest", "longest"), [(3, 6), (1, 4), (2, 2), (5, 3)])
def test_ngrams(tmp_path: Path, shortest: int, longest: int) -> None:
    """Of 100,000 random words of all scripts."""
    path = train(tmp_path, "skipgram", minn=shortest, maxn=longest)
    model = fasttext.load_model(str(path))
    words = random_words(25_000)
    rows = len(model.get_words())
    ends, buckets = Ngrams(shortest, longest, 500).bags_of([word.encode() for word in words])
    for index, word in enumerate(words):
        found = model.get_subwords(word)[1].tolist()
        own = found[:1] if model.get_word_id(word) >= 0 else []
        assert found == own + (rows + buckets[ends[index] : ends[index + 1]]).tolist(), word


def random_words(count: int) -> list[str]:
    """Words of one to twelve characters, each word of a few neighbouring scripts."""
    starts = RNG.choice([*range(0x21, 0xD000, 0x80), *range(0xE000, 0x1F000, 0x400), 0x1F300, 0x20000, 0x10FF00], count)
    lengths = RNG.integers(1, 13, count)
    words = [
        "".join(map(chr, start + RNG.integers(0, 0xC0, length))) for start, length in zip(starts, lengths, strict=True)
    ]
    return ["</s>", "<", ">", "<>", *(word.replace("\0", "") for word in words)]


def test_fasttext_reads_what_we_train(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"subwords": (3, 6), "buckets": 2000, "vector_size": 8, "min_count": 1, "workers": 1}
    wv = Word2Vec(**settings).fit([*map(str.split, LINES)]).wv
    wv.save(tmp_path / "ours.bin", format="fasttext")
    theirs = fasttext.load_model(str(tmp_path / "ours.bin"))
    assert_same_vectors(KeyedVectors.load(tmp_path / "ours.bin"), theirs)
    for word in wv.index_to_key:
        np.testing.assert_allclose(theirs.get_word_vector(word), wv.get_vector(word), atol=1e-6)
    one, other = made(wv, "catty"), theirs.get_word_vector("catty")
    assert one @ other / np.linalg.norm(one) / np.linalg.norm(other) == pytest.approx(1, abs=1e-5)
    assert theirs.get_output_matrix().shape == (len(wv), 8)


@pytest.mark.parametrize("objective", ["negative_sampling", "hierarchical_softmax"])
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_a_model_of_ours_is_whole_for_fasttext_and_goes_on_in_gensim(
    tmp_path: Path, architecture: Any, objective: Any
) -> None:
    settings: dict[str, Any] = {"subwords": (3, 6), "buckets": 2000, "vector_size": 8, "min_count": 1, "workers": 1}
    model = Word2Vec(**settings, architecture=architecture, objective=objective, epochs=3).fit([*map(str.split, LINES)])
    model.save_fasttext(tmp_path / "ours.bin")
    theirs = fasttext.load_model(str(tmp_path / "ours.bin"))
    for word in model.wv.index_to_key:
        np.testing.assert_allclose(theirs.get_word_vector(word), model.wv[word], atol=1e-6)
    assert_same_vectors(KeyedVectors.load(tmp_path / "ours.bin"), theirs)
    rows = theirs.get_output_matrix()
    tree = objective == "hierarchical_softmax"
    np.testing.assert_array_equal(-rows[:-1] if tree else rows, model.output_vectors)
    if tree:
        return  # gensim takes fastText's signs for its own
    gensim = pytest.importorskip("gensim.models.fasttext", reason="gensim is not installed: make test-interop")
    other = gensim.load_facebook_model(str(tmp_path / "ours.bin"))
    np.testing.assert_array_equal(other.syn1neg, model.output_vectors)
    other.train([*map(str.split, LINES)], total_examples=len(LINES), epochs=1)


@pytest.mark.parametrize("name", ["skipgram", "cbow", "hierarchical softmax", "no n-grams"])
def test_training_goes_on_from_fasttexts_file(tmp_path: Path, name: str) -> None:
    path = train(tmp_path, **{**MODELS[name], "epoch": 20, "lr": 0.1})
    model, theirs = Word2Vec.load(path), fasttext.load_model(str(path))
    corpus = [*map(str.split, LINES)]
    before = model.score(corpus)
    model.set_params(workers=1, sample=0.0, alpha=1e-9, min_alpha=0.0).partial_fit(corpus, epochs=1)
    for word in model.wv.index_to_key:  # at a rate that moves nothing
        np.testing.assert_allclose(model.wv[word], theirs.get_word_vector(word), atol=1e-6)
    model.set_params(alpha=0.05).partial_fit(corpus, epochs=5)
    assert model.score(corpus) > before


def test_fasttext_goes_on_from_what_we_write(tmp_path: Path) -> None:
    """It trains a classifier on when it quantises it, and ends where it ends from its own file."""
    path = train(tmp_path, "supervised", epoch=25)
    model = read_fasttext_model(path)
    write_fasttext_model(tmp_path / "ours.bin", model)
    ended = []
    for name in ("model.bin", "ours.bin"):
        theirs = fasttext.load_model(str(tmp_path / name))
        theirs.quantize(input=str(tmp_path / "text.txt"), cutoff=300, retrain=True, thread=1, epoch=2, verbose=0)
        theirs.save_model(str(tmp_path / "model.ftz"))
        ended.append((tmp_path / "model.ftz").read_bytes())
    assert ended[0] == ended[1]


@pytest.mark.parametrize("converted", [False, True])
def test_gensim_reads_the_same(path: Path, tmp_path: Path, converted: bool) -> None:
    gensim = pytest.importorskip("gensim.models.fasttext", reason="gensim is not installed: make test-interop")
    ours = read_fasttext_model(path)
    if ours.labels or not ours.settings.maxn:
        pytest.skip("gensim reads no classifiers, and no models without n-grams")
    if converted:
        KeyedVectors.load(path).save(tmp_path / "ours.bin", format="fasttext")
    theirs = gensim.load_facebook_vectors(str(tmp_path / "ours.bin" if converted else path))
    kv = KeyedVectors.load(path)
    for word in set(kv.index_to_key) - {"</s>"}:  # which gensim takes apart, and fastText does not
        np.testing.assert_allclose(theirs.get_vector(word), kv.get_vector(word), atol=1e-6)
    for word in UNSEEN[:-1]:
        np.testing.assert_allclose(theirs.get_vector(word), made(kv, word), atol=1e-6)


def test_trees_are_the_same_and_rows_of_inner_nodes_have_the_other_sign(tmp_path: Path) -> None:
    path = train(tmp_path, "supervised", loss="hs", epoch=9, lr=0.5)
    theirs, ours = fasttext.load_model(str(path)), read_fasttext_model(path)
    assert ours.output is not None
    line = "the cat"
    hidden = mean_of_rows(theirs, [*line.split(), "</s>"])
    ends, nodes, signs = core.HuffmanPaths(ours.label_counts).paths()
    ways = [slice(start, end) for start, end in pairwise(ends)]
    wanted = [np.prod(1 / (1 + np.exp(-signs[way] * (ours.output[nodes[way]] @ hidden)))) for way in ways]
    found = {label: chance for chance, label in theirs.f.predict(line + "\n", len(wanted), 0.0, "strict")}
    np.testing.assert_allclose([found[label] for label in ours.labels], wanted, atol=1e-4)


def mean_of_rows(model: Any, words: list[str]) -> Any:
    """Return what a classifier makes of a line: the mean of the rows of all its words."""
    return np.mean([model.get_input_vector(row) for word in words for row in model.get_subwords(word)[1]], axis=0)
