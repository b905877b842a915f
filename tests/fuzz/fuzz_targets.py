"""What is fuzzed: every reader, the files that mutations begin with, and what may come of them.

An input is a byte that chooses options, or which of several files it is, and then the bytes of that file. A target may
raise errors of wordmill and nothing else, and what it reads all the same is well-formed.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import zstandard
from fasttext_files import model as fasttext_model
from fasttext_files import quantised as fasttext_matrix
from safetensors.numpy import load_file

from wordmill import Doc2Vec, KeyedVectors, Word2Vec
from wordmill.compat.gensim import KeyedVectors as GensimVectors
from wordmill.compat.gensim.models import Phrases as GensimPhrases
from wordmill.corpus import EncodedCorpus, Phrases, Resources, find_phrases, read_corpus, read_documents, read_events
from wordmill.errors import WordmillError
from wordmill.evaluation import evaluate_analogies, evaluate_categories, evaluate_outliers, evaluate_pairs
from wordmill.graphs import random_walks, read_graph
from wordmill.safetensors import checksums, read_metadata, read_safetensors, write_safetensors
from wordmill.saving import fingerprint
from wordmill.training import Callback, Checkpoint, Run
from wordmill.vectors.ann import ApproximateIndex
from wordmill.vectors.formats.directory import MANIFEST
from wordmill.vectors.formats.fasttext import read_fasttext_model, write_fasttext_model

__all__ = ["TARGETS", "Target", "attempt"]

SHARED = Path(os.environ.get("WORDMILL_SHARED", Path(__file__).parents[3] / "shared" / "data"))
LARGEST_FIXTURE = 20_000  # bytes
WORDS = ["the", "naïve", "日本", "7", "king", "queen", "man", "woman"]
SENTENCES = [WORDS, WORDS[::-1]] * 3
TAGGED = [(["日本", f"d{i}"], sentence) for i, sentence in enumerate(SENTENCES)]
SETTINGS: dict[str, Any] = {"vector_size": 2, "min_count": 1, "sample": 0, "workers": 1, "negative": 2}


@dataclass(frozen=True)
class Target:
    """A reader.

    Attributes
    ----------
    seeds
        Yields inputs to begin with; it may write to the empty directory that it is given.
    read
        Reads an input, from a file in the empty directory that it is given.
    """

    seeds: Callable[[Path], Iterator[bytes]]
    read: Callable[[Path, bytes], None]


def attempt(target: Target, data: bytes) -> None:
    """Read an input; whatever is not an error of wordmill, warnings included, is a finding."""
    with tempfile.TemporaryDirectory() as directory, warnings.catch_warnings():
        warnings.simplefilter("error")
        message = ""
        try:
            target.read(Path(directory), data or b"\0")
        except WordmillError as error:
            message = str(error)
        assert "\n" not in message


# -- vectors ----------------------------------------------------------------------------------------------------------


def _vectors() -> KeyedVectors:
    rows = np.random.default_rng(4).standard_normal((len(WORDS), 2)).astype(np.float32)
    return KeyedVectors(WORDS, rows, counts=np.arange(len(WORDS), 0, -1))


def _check(vectors: KeyedVectors) -> None:
    keys = vectors.index_to_key
    assert len(keys) == len(set(keys)) == len(vectors.vectors) > 0
    assert np.isfinite(vectors.vectors).all()
    assert np.isfinite(vectors.norms).all()
    "".join(map(str, keys)).encode()


def _options(byte: int) -> dict[str, Any]:
    """Options of the readers; none for 0."""
    return {
        "duplicates": "first" if byte & 1 else "error",
        "errors": "replace" if byte & 2 else "strict",
        "limit": 2 if byte & 4 else None,
        "dtype": "float64" if byte & 8 else "float32",
        "keys": "int" if byte & 16 else "str",
        "encoding": ("utf-8", "latin-1", "utf-16", "gb18030")[byte >> 5 & 3],
    }


def _format(name: str, file: str, *, compressed: bool = False) -> Target:
    """Files of one format."""

    def seeds(directory: Path) -> Iterator[bytes]:
        _vectors().save(directory / file, format=name)
        content = (directory / file).read_bytes()
        yield b"\0" + content
        if compressed:
            yield from (b"\0" + compress(content) for compress in _COMPRESS)
            yield b"\0\xef\xbb\xbf" + content
            if name != "word2vec-binary":
                yield b"\x40" + content.decode().encode("utf-16")

    def read(directory: Path, data: bytes) -> None:
        (directory / file).write_bytes(data[1:])
        options = _options(data[0])
        if name in ("parquet", "arrow"):
            del options["encoding"]
        _check(KeyedVectors.load(directory / file, format=name, **options))

    return Target(seeds, read)


def _fasttext() -> Target:
    def seeds(directory: Path) -> Iterator[bytes]:
        yield from (b"\0" + fasttext_model(version=version) for version in (0, 11, 12))
        labels = [b"__label__a", b"__label__b"]
        yield b"\0" + fasttext_model(matrix=fasttext_matrix(56, lengths=False)[0], labels=labels, architecture=3)
        yield b"\0" + fasttext_model(matrix=fasttext_matrix(8)[0], pruned={3: 1, 40: 0}, longest=2)

    def read(directory: Path, data: bytes) -> None:
        _format("fasttext", "model.bin").read(directory, data)
        path = directory / "model.bin"
        model = read_fasttext_model(path, errors="surrogateescape")
        model.subwords.vector("unseen")
        if not model.pruned:
            write_fasttext_model(path, model)
            again = read_fasttext_model(path, errors="surrogateescape")
            assert (again.words, again.labels, again.settings) == (model.words, model.labels, model.settings)

    return Target(seeds, read)


def _fasttext_training() -> Target:
    """fastText's models as those that training goes on with."""

    def seeds(_: Path) -> Iterator[bytes]:
        yield from (fasttext_model(version=version) for version in (0, 11, 12))
        yield fasttext_model(changes=[(8 + 4 * 6, b"\1")])  # hierarchical softmax
        yield fasttext_model(longest=0, architecture=1)

    def read(directory: Path, data: bytes) -> None:
        path = directory / "model.bin"
        path.write_bytes(data)
        model = Word2Vec.load(path)
        model.set_params(workers=1, epochs=1, sample=0.0, window=2)
        known = [str(key) for key in model.wv.index_to_key[:3]]
        model.partial_fit([[*known, "new"]] * 2, extend_vocab=model.objective == "negative_sampling", scratch=False)
        model.save_fasttext(path)
        again = Word2Vec.load(path)
        assert again.wv.index_to_key == model.wv.index_to_key
        np.testing.assert_allclose(again.wv.vectors, model.wv.vectors, rtol=1e-4, atol=1e-4)

    return Target(seeds, read)


def _detected() -> Target:
    """Files of any format, told from their content: ours, and the small ones of other programs."""

    def seeds(directory: Path) -> Iterator[bytes]:
        for name, target in _FILES.items():
            (directory / name).mkdir()
            yield from target.seeds(directory / name)
        for file in sorted((SHARED / "fixtures").rglob("*")):
            if file.is_file() and file.stat().st_size <= LARGEST_FIXTURE:
                yield b"\0" + file.read_bytes()

    def read(directory: Path, data: bytes) -> None:
        (directory / "file").write_bytes(data[1:])
        _check(KeyedVectors.load(directory / "file", **_options(data[0])))

    return Target(seeds, read)


_COMPRESS: list[Callable[[bytes], bytes]] = [gzip.compress, bz2.compress, lzma.compress, zstandard.compress]
_FILES = {
    "word2vec-text": _format("word2vec-text", "file.txt", compressed=True),
    "word2vec-binary": _format("word2vec-binary", "file.bin", compressed=True),
    "glove": _format("glove", "file.txt", compressed=True),
    "fasttext": _fasttext(),
    "npz": _format("npz", "file.npz"),
    "finalfusion": _format("finalfusion", "file.fifu"),
    "parquet": _format("parquet", "file.parquet"),
    "arrow": _format("arrow", "file.arrow"),
}


# -- several files ----------------------------------------------------------------------------------------------------


def _directory(fill: Callable[[Path], None], use: Callable[[Path], None], mend: Callable[[Path, str], None]) -> Target:
    """One file of a directory changed: `fill` makes it, `mend` makes checksums right again, so that the file lies."""

    @cache
    def template() -> dict[str, bytes]:
        with tempfile.TemporaryDirectory() as made:
            fill(Path(made))
            files = sorted(file for file in Path(made).rglob("*") if file.is_file())
            return {file.relative_to(made).as_posix(): file.read_bytes() for file in files}

    def seeds(directory: Path) -> Iterator[bytes]:
        for index, content in enumerate(template().values()):
            yield bytes([index]) + content

    def read(directory: Path, data: bytes) -> None:
        changed = [*template()][data[0] % len(template())]
        for name, content in template().items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_bytes(data[1:] if name == changed else content)
        mend(directory, changed)
        use(directory)

    return Target(seeds, read)


def _mend_manifests(directory: Path, changed: str) -> None:
    """Make manifests right, those inside others first; one that was itself changed stays."""
    for manifest in sorted(directory.rglob(MANIFEST), key=lambda file: -len(file.parts)):
        if manifest == directory / changed:
            continue
        content = json.loads(manifest.read_text(encoding="utf-8"))
        content["files"] = {name: fingerprint(manifest.with_name(name)) for name in content["files"]}
        if "documents" in content:
            content["documents"] = fingerprint(manifest.with_name("documents") / MANIFEST)
        manifest.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")  # as it was, where nothing changed


def _mend_nothing(directory: Path, changed: str) -> None:
    """Leave the files as they are."""


def _use_projector(directory: Path) -> None:
    _check(KeyedVectors.load(directory / "file.tsv", format="projector"))


def _use_model(directory: Path) -> None:
    vectors = KeyedVectors.load(directory)
    _check(vectors)
    vectors.most_similar(vectors.index_to_key[0])
    vectors.encode([" ".join(WORDS)])
    model = Word2Vec.load(directory)
    model.partial_fit(SENTENCES, epochs=1)


def _use_documents(directory: Path) -> None:
    model = Doc2Vec.load(directory)
    _check(model.dv)
    model.dv.most_similar(model.dv.index_to_key[0])
    assert np.isfinite(model.infer(SENTENCES)).all()
    tags = model.dv.index_to_key[:1] * 2
    model.partial_fit(SENTENCES[:2], tags=tags, epochs=1)


def _fill_index(directory: Path) -> None:
    _vectors().build_index().save(directory)


def _use_index(directory: Path) -> None:
    vectors = _vectors()
    index = ApproximateIndex.load(directory, vectors)
    vectors.most_similar(WORDS[0], topn=3, indexer=index)


class _Stop(Callback):
    def on_interval(self, run: Run) -> None:
        run.stop()


LONG = SENTENCES * 60  # several blocks, so that an epoch can be interrupted


def _fill_checkpoint(directory: Path) -> None:
    Word2Vec(**SETTINGS, epochs=2).fit(LONG, callbacks=[Checkpoint(directory), _Stop()])


def _use_checkpoint(directory: Path) -> None:
    _check(Word2Vec(**SETTINGS, epochs=2).fit(LONG, resume=directory).wv)


_SEVERAL = {
    "projector": _directory(lambda path: _vectors().save(path / "file.tsv"), _use_projector, _mend_nothing),
    "model": _directory(lambda path: Word2Vec(**SETTINGS).fit(SENTENCES).save(path), _use_model, _mend_manifests),
    "documents": _directory(lambda path: Doc2Vec(**SETTINGS).fit(TAGGED).save(path), _use_documents, _mend_manifests),
    "index": _directory(_fill_index, _use_index, _mend_nothing),
    "checkpoint": _directory(_fill_checkpoint, _use_checkpoint, _mend_manifests),
}


# -- corpora ----------------------------------------------------------------------------------------------------------


def _text_seeds(directory: Path) -> Iterator[bytes]:
    text = "\n".join(map(" ".join, SENTENCES)).encode() + b"\r\n\xff\x00 \xe2\x80\xa8"
    yield from (b"\2" + part for part in (text, b"\xef\xbb\xbf" + text))
    yield from (b"\2" + compress(text) for compress in _COMPRESS)


def _read_text(directory: Path, data: bytes) -> None:
    (directory / "text").write_bytes(data[1:])
    byte = data[0]
    corpus = read_corpus(
        directory / "text",
        min_count=1,
        tokenizer=str.split if byte & 16 else "words" if byte & 8 else "whitespace",
        lowercase=bool(byte & 4),
        errors="replace" if byte & 2 else "strict",
        resources=Resources(threads=2, chunk_bytes=7 if byte & 1 else 2**20, piece_bytes=3 if byte & 1 else 2**16),
    )
    assert 0 <= corpus.ids.min(initial=0) <= corpus.ids.max(initial=0) < len(corpus.vocab)
    assert corpus.offsets[-1] == len(corpus.ids)


def _encoded_seeds(directory: Path) -> Iterator[bytes]:
    corpora = [read_corpus(sequences, min_count=1) for sequences in (SENTENCES, [[7, 8, 9], [9, 8]])]
    corpora += [read_documents(documents, min_count=1) for documents in (TAGGED, SENTENCES)]
    for kind, corpus in enumerate(corpora):
        corpus.save(directory / str(kind))
        yield b"\0" + (directory / str(kind)).read_bytes()
        yield b"\1" + (directory / str(kind)).read_bytes()


def _read_encoded(directory: Path, data: bytes) -> None:
    path = _written(directory / "corpus", data, "wordmill.corpus")
    corpus = EncodedCorpus.load(path)
    (Word2Vec if corpus.tags is None else Doc2Vec)(**SETTINGS, epochs=1).fit(corpus)


def _written(path: Path, data: bytes, form: str) -> Path:
    """Write an input to a file; half of them with checksums that are right."""
    path.write_bytes(data[1:])
    if data[0] & 1:
        arrays, facts = read_safetensors(path), read_metadata(path)
        facts = {name: value for name, value in facts.items() if name != "format" and not name.startswith("crc32")}
        arrays = {name: np.array(array) for name, array in arrays.items()}
        write_safetensors(path, arrays, {"format": form, **facts, **checksums(arrays, facts)})
    return path


# -- phrases ----------------------------------------------------------------------------------------------------------


def _phrases_seeds(directory: Path) -> Iterator[bytes]:
    find_phrases(SENTENCES, min_count=1, threshold=0.1, connectors=["the"], passes=2).save(directory / "phrases")
    for first in (b"\0", b"\1"):
        yield first + (directory / "phrases").read_bytes()


def _read_phrases(directory: Path, data: bytes) -> None:
    Phrases.load(_written(directory / "phrases", data, "wordmill.phrases")).join(SENTENCES)


def _gensim_phrases_seeds(directory: Path) -> Iterator[bytes]:
    GensimPhrases(SENTENCES, min_count=1, threshold=0.1).save(directory / "phrases")
    for first in (b"\0", b"\1"):
        yield first + (directory / "phrases").read_bytes()


def _read_gensim_phrases(directory: Path, data: bytes) -> None:
    found = GensimPhrases.load(_written(directory / "phrases", data, "wordmill.gensim.phrases"))
    assert all(isinstance(token, str) for sentence in found[SENTENCES] for token in sentence)


# -- events -----------------------------------------------------------------------------------------------------------


def _events_seeds(_: Path) -> Iterator[bytes]:
    text = 'user,item,time\n1,naïve,2024-01-31\n2,"a, b",2024-02-01T10:00:00Z\n1,c,2024-01-31\n'.encode()
    yield from (b"\0" + part for part in (text, b"\xef\xbb\xbf" + text))
    yield from (b"\5" + compress(text) for compress in _COMPRESS)
    rows = [{"user": 1, "item": item, "time": time} for time, item in enumerate(("x", "y", "x"))]
    yield b"\3" + "\n".join(map(json.dumps, rows)).encode()
    yield b"\0" + json.dumps(rows).encode()


def _read_events(directory: Path, data: bytes) -> None:
    (directory / "events").write_bytes(data[1:])
    events = read_events(
        directory / "events",
        session_gap=timedelta(days=1) if data[0] & 4 else None,
        missing="drop" if data[0] & 1 else "error",
        duplicates="drop" if data[0] & 2 else "keep",
        resources=Resources(threads=1),
    )
    assert events.offsets[-1] == len(events.ids) == events.vocab.counts.sum() > 0
    assert events.times is not None
    assert len(events.who) == len(events)
    assert all((np.diff(events.times[begin:end]) >= 0).all() for begin, end in pairwise(events.offsets))


# -- evaluation -------------------------------------------------------------------------------------------------------

_EVALUATED: list[tuple[str, Callable[..., Any], bytes]] = [
    ("analogies.txt", evaluate_analogies, b": one\nking man queen woman\nking queen man woman\n"),
    ("a.questions", evaluate_analogies, b"king man queen\n"),
    ("a.answers", evaluate_analogies, b"NN_NNS woman\n"),
    ("bats/one.txt", evaluate_analogies, "king\tman/woman\nqueen\twoman\n7\tnaïve/日本\n".encode()),
    ("pairs.tsv", evaluate_pairs, b"king\tqueen\t9\nman\twoman\t8\nthe\t7\t0.5\n"),
    ("pairs.csv", evaluate_pairs, b'"king","queen",9\nman,woman,8\n'),
    ("categories.csv", evaluate_categories, b"word,category\nking,royal\nqueen,royal\nman,human\nwoman,human\n"),
    ("outliers.csv", evaluate_outliers, b"category,words,outliers\nx,\"['king', 'queen', 'man']\",\"['7', 'the']\"\n"),
    ("outliers/one.txt", evaluate_outliers, b"king\nqueen\nman\n\n7\nthe\n"),
]


def _evaluation_seeds(directory: Path) -> Iterator[bytes]:
    yield from (bytes([index]) + content for index, (_, _, content) in enumerate(_EVALUATED))


def _read_evaluation(directory: Path, data: bytes) -> None:
    changed = data[0] % len(_EVALUATED)
    for index, (name, _, content) in enumerate(_EVALUATED):
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_bytes(data[1:] if index == changed else content)
    name, evaluate, _ = _EVALUATED[changed]
    path = (
        (directory / name).parent
        if "/" in name
        else (directory / name).with_suffix(".questions" if name == "a.answers" else Path(name).suffix)
    )
    result = evaluate(_vectors(), path)
    json.dumps(result.to_dict(), allow_nan=False)
    str(result)


def _safetensors_seeds(directory: Path) -> Iterator[bytes]:
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b": np.ones(3, np.int8), "c": np.array(True)}
    write_safetensors(directory / "arrays", arrays, {"made": "here"})
    yield b"\0" + (directory / "arrays").read_bytes()


def _read_safetensors(directory: Path, data: bytes) -> None:
    """Read arrays, and see that the reference implementation reads the same."""
    (directory / "arrays").write_bytes(data[1:])
    arrays, theirs = read_safetensors(directory / "arrays"), load_file(directory / "arrays")
    assert {name: array.tobytes() for name, array in arrays.items()} == {
        name: array.tobytes() for name, array in theirs.items()
    }
    json.dumps(read_metadata(directory / "arrays"))


def _read_counts(directory: Path, data: bytes) -> None:
    """Read the counts beside a word2vec file, as gensim's face does."""
    _vectors().save(directory / "file.txt")
    (directory / "counts").write_bytes(data[1:])
    GensimVectors.load_word2vec_format(directory / "file.txt", directory / "counts")


#: How a graph may be read; the first byte of an input chooses.
_GRAPH_FORMS: list[dict[str, Any]] = [
    {},
    {"form": "adjacency"},
    {"integers": True, "directed": True},
    {"delimiter": ","},
    {"weighted": True},
    {"weighted": False, "delimiter": ";"},
]


def _graph_seeds(_: Path) -> Iterator[bytes]:
    texts = [
        "# c\na b\nb c {}\nna\u00efve b\n",
        "a b c\nd\n",
        "1 2 0.5\n-2 1 1e3\n",
        '"x y",b,1\nb,c,2\n',
        "a b 1\n",
        "a;b;x\n",
    ]
    for form, text in enumerate(texts):
        yield bytes([form]) + text.encode()


def _read_graph(directory: Path, data: bytes) -> None:
    path = directory / "graph.edges"
    path.write_bytes(data[1:])
    graph = read_graph(path, **_GRAPH_FORMS[data[0] % len(_GRAPH_FORMS)] if data else {})
    assert len(graph.keys) == len(graph) == len({*graph.keys})
    assert graph.offsets[-1] == graph.arcs
    if graph.arcs:
        walks = random_walks(graph, walk_length=5, walks_per_node=1, p=0.5, q=2)
        assert walks.vocab.total == sum(len(walk) for walk in walks)


TARGETS = {
    **_FILES,
    "detected": _detected(),
    **_SEVERAL,
    "text": Target(_text_seeds, _read_text),
    "fasttext-training": _fasttext_training(),
    "graphs": Target(_graph_seeds, _read_graph),
    "encoded": Target(_encoded_seeds, _read_encoded),
    "phrases": Target(_phrases_seeds, _read_phrases),
    "gensim-phrases": Target(_gensim_phrases_seeds, _read_gensim_phrases),
    "events": Target(_events_seeds, _read_events),
    "evaluation": Target(_evaluation_seeds, _read_evaluation),
    "safetensors": Target(_safetensors_seeds, _read_safetensors),
    "counts": Target(lambda _: iter(["\0the 9\nnaïve 7\n".encode()]), _read_counts),
}
