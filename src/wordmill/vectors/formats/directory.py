"""The model directory: safetensors and JSON, which model2vec and sentence-transformers open as it is.

    model.safetensors      embeddings (V, D)
    config.json            model2vec's settings
    modules.json           sentence-transformers' settings
    tokenizer.json         how text becomes rows (text keys)
    wordmill.json          our settings
    wordmill.safetensors   norms, counts, keys as UTF-8 and offsets or as int64, and their sorted order
    subwords.safetensors   vectors of n-grams, and the buckets that they are of, where there are any
    phrases.safetensors    phrases that are joined in texts, where there are any
    training.safetensors   what only going on with training needs; may be deleted
    documents/             the vectors of documents, where there are any: a directory like this one
    manifest.json          size and CRC-32 of every file above, and of the manifest in documents/

It is saved whole or not at all; loading checks the manifest and maps the arrays.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from numpy.typing import NDArray

from wordmill.errors import FormatError, OutputError, ParameterError, counted
from wordmill.mapped import MappedFile
from wordmill.paths import checked_path
from wordmill.phrases import PhraseBook
from wordmill.phrases.saved import packed, read_phrases
from wordmill.safetensors import read_safetensors, write_safetensors
from wordmill.saving import atomic_directory, fingerprint, is_ours, standing
from wordmill.vectors.formats.checks import (
    CURE,
    FORMAT,
    check_embeddings,
    check_keys,
    check_norms,
    check_subwords,
)
from wordmill.vectors.formats.storage import StorageType, pack, packed_subwords, similarity_error, unpack
from wordmill.vectors.formats.tokenizer_json import write_tokenizer
from wordmill.vectors.keys import IntegerKeys, PackedKeys, TextKeys
from wordmill.vectors.matrix import row_norms
from wordmill.vectors.subwords import Ngrams, Subwords
from wordmill.vectors.table import VectorTable
from wordmill.version import VERSION

__all__ = ["Model", "check_target", "is_model_directory", "load_model", "model_of_documents", "save_model"]

MANIFEST = "manifest.json"
OPTIONAL = frozenset({"training.safetensors"})  # may be deleted
_DERIVED = frozenset({"index.usearch", "index.json"})  # written beside the model later; see wordmill.vectors.ann
_DROPPINGS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})  # of file managers: not a user's files
_SUBWORDS = "subwords.safetensors"
_PHRASES = "phrases.safetensors"
_DOCUMENTS = "documents"
_TRIES = 10  # to read a directory that others save to at the same time

if TYPE_CHECKING:
    from wordmill.vectors.formats.schema import Manifest, Stored

logger = logging.getLogger(__name__)


class Model(NamedTuple):
    """What a model directory holds."""

    table: VectorTable
    settings: dict[str, Any]  # as given to `save_model`
    training: dict[str, NDArray[Any]] | None  # memory-mapped, read-only; None if it was not saved or was deleted
    storage: dict[str, Any]  # `dtype`, and the `similarity_error` where it is smaller than the vectors'
    documents: VectorTable | None = None  # tags and their vectors, of a model of documents


def save_model(
    path: str | PathLike[str],
    keyed_vectors: VectorTable,
    *,
    settings: Mapping[str, Any] | None = None,
    training: Mapping[str, NDArray[Any]] | None = None,
    dtype: StorageType | None = None,
    documents: VectorTable | None = None,
) -> None:
    """Write a model directory, in place of the model that was there if any.

    Parameters
    ----------
    path
        The directory: new, empty, or holding a model and nothing else.
    keyed_vectors
        Vectors, with the tokenizer that texts are split by. Without a tokenizer, or with integer keys, the files that
        only model2vec and sentence-transformers need are left out.
    settings
        What JSON can hold; comes back from `load_model`.
    training
        Arrays that only going on with training needs, kept in a file of their own.
    dtype
        How vectors are stored: "float16" takes half of float32's room; "int8" a quarter, and then only wordmill and
        model2vec open the directory. Logs by how much similarities change. None stores them as they are.
    documents
        Tags of documents with their vectors, of a model that has some: a directory of its own, inside.

    Raises
    ------
    OutputError
        The directory holds other files, or cannot be written; the message says what is there.
    """
    path = checked_path(path)
    _check_whole(path)
    with atomic_directory(path, may_replace=_check_ours) as directory:
        _write_model(directory, keyed_vectors, settings, dtype, path)
        if training is not None:
            write_safetensors(directory / "training.safetensors", training)
        if documents is not None:
            (directory / _DOCUMENTS).mkdir()
            _write_model(directory / _DOCUMENTS, documents, {}, dtype, path / _DOCUMENTS)
        _write_manifest(directory)


def _write_model(
    directory: Path, table: VectorTable, settings: Mapping[str, Any] | None, dtype: StorageType | None, target: Path
) -> None:
    """Write the files of one table, which will be called `target`."""
    storage = _write_vectors(directory, table, dtype)
    _write_tokenizer_files(directory, table, target)
    if storage["dtype"] == "int8":
        (directory / "modules.json").unlink(missing_ok=True)  # sentence-transformers would leave out the weights
    if table.subwords is not None:
        write_safetensors(directory / _SUBWORDS, packed_subwords(table.subwords, storage["dtype"]))
    if table.phrases is not None:
        write_safetensors(directory / _PHRASES, *packed(table.phrases.tables, table.phrases.rules))
    _write_json(directory / "wordmill.json", _settings(table, settings) | {"storage": storage})


def _write_manifest(directory: Path) -> None:
    """List what is in a directory; what is in the one of documents first."""
    manifest: dict[str, Any] = {"format": FORMAT}
    if (directory / _DOCUMENTS).is_dir():
        _write_manifest(directory / _DOCUMENTS)
        manifest["documents"] = fingerprint(directory / _DOCUMENTS / MANIFEST)
    manifest["files"] = {file.name: fingerprint(file) for file in sorted(directory.iterdir()) if file.is_file()}
    _write_json(directory / MANIFEST, manifest)


def load_model(path: str | PathLike[str], *, verify: bool = True) -> Model:
    """Load a model directory, its arrays memory-mapped.

    Parameters
    ----------
    path
        The directory.
    verify
        Whether checksums are compared, vectors looked through for NaN and infinity, and their lengths and the order of
        the keys compared with those stored; types, shapes and sizes always are. Without it, files that are larger than
        memory open at once.

    Raises
    ------
    FormatError
        Not a model directory, a file of it is missing, truncated, changed or says what cannot be, or vectors hold NaN
        or infinity.
    """
    path = checked_path(path)
    for _ in range(_TRIES):
        directory = standing(path)
        before = _identity(directory)
        try:
            model = _load(directory, verify=verify)
        except FormatError:
            if _identity(directory) == before:
                raise
        else:
            if _identity(directory) == before:
                return model  # else it was saved anew while it was read, and is perhaps half old
    raise FormatError(f"{path} was saved anew {_TRIES} times while it was read: try again when no one saves there")


def _load(directory: Path, *, verify: bool, inside: bool = False) -> Model:
    """Load a directory; one `inside` another has none inside."""
    from wordmill.vectors.formats.schema import Stored, checked  # noqa: PLC0415 (slow to load)

    try:
        manifest = _read_manifest(directory)
        if inside and manifest.documents is not None:
            raise FormatError(f"{directory / MANIFEST} lists documents of documents: {CURE}")
        _check_files(directory, manifest, verify=verify)
        content = _read_json(directory, "wordmill.json")
        stored = checked(Stored, content, directory / "wordmill.json")
        table = _read_vectors(directory, stored, verify=verify)
        file = directory / "training.safetensors"
        training = read_safetensors(file) if file.exists() else None
        documents = None if manifest.documents is None else _read_documents(directory, table, verify=verify)
        return Model(table, content["settings"], training, content["storage"], documents)
    except OSError as error:
        raise FormatError(f"{directory} cannot be read ({error.strerror or error}): {CURE}") from error


def _read_documents(directory: Path, words: VectorTable, *, verify: bool) -> VectorTable:
    documents = _load(directory / _DOCUMENTS, verify=verify, inside=True).table
    if documents.vector_size != words.vector_size:
        raise FormatError(
            f"{directory / _DOCUMENTS} has vectors of {documents.vector_size} numbers, those of words have "
            f"{words.vector_size}: {CURE}"
        )
    return documents


def _read_vectors(directory: Path, stored: Stored, *, verify: bool) -> VectorTable:
    files = [directory / name for name in ("wordmill.safetensors", "model.safetensors")]
    optional = [directory / name for name in (_SUBWORDS, "training.safetensors")]
    mapped = [MappedFile.now(file) for file in (*files, *optional) if file.exists()]
    arrays, tensors = map(read_safetensors, files)
    check_keys(files[0], arrays, stored.size, stored.keys, stored.storage.dtype)
    check_embeddings(files[1], tensors, (stored.size, stored.vector_size), stored.storage.dtype)
    vectors = unpack(tensors)
    if verify:
        check_norms(directory, vectors, arrays["norms"])
    try:
        return VectorTable(
            _key_table(arrays, verify=verify),
            vectors,
            counts=arrays.get("counts"),
            norms=arrays["norms"],
            tokenizer=stored.tokenizer,
            lowercase=stored.lowercase,
            files=mapped,
            subwords=_read_subwords(directory / _SUBWORDS, stored),
            phrases=_read_phrases(directory / _PHRASES, stored.phrases),
        )
    except ParameterError as error:
        raise FormatError(f"{files[0]}: {error}: {CURE}") from error


def _read_subwords(file: Path, stored: Stored) -> Subwords | None:
    if stored.subwords is None:
        return None
    arrays = read_safetensors(file)
    check_subwords(file, arrays, stored.vector_size, stored.subwords.buckets, stored.storage.dtype)
    ngrams = Ngrams(stored.subwords.shortest, stored.subwords.longest, stored.subwords.buckets)
    return Subwords(ngrams, unpack(arrays), arrays["buckets"])


def _read_phrases(file: Path, size: int | None) -> PhraseBook | None:
    if size is None:
        return None
    phrases = PhraseBook(*read_phrases(file, cure=CURE))
    if len(phrases) != size:
        raise FormatError(f"{file} has {counted(len(phrases), 'phrase')}, and wordmill.json says {size}: {CURE}")
    return phrases


def _identity(directory: Path) -> tuple[int, int] | None:
    """Tell a directory from another that takes its name; None where there is none."""
    try:
        status = directory.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def is_model_directory(path: Path) -> bool:
    """Whether a directory was written by `save_model`."""
    directory = standing(path)
    return (directory / MANIFEST).is_file() and (directory / "wordmill.json").is_file()


def _write_vectors(directory: Path, keyed_vectors: VectorTable, dtype: StorageType | None) -> dict[str, Any]:
    """Write vectors and keys; returns how they are stored."""
    tensors = pack(keyed_vectors.vectors, dtype or keyed_vectors.vectors.dtype.name)  # type: ignore[arg-type]
    stored = unpack(tensors)
    storage: dict[str, Any] = {"dtype": tensors["embeddings"].dtype.name}
    if stored is not keyed_vectors.vectors:
        storage["similarity_error"] = similarity_error(keyed_vectors.vectors, stored)
        logger.info("stored as %(dtype)s: similarities change by %(similarity_error).2g at most", storage)
    arrays: dict[str, NDArray[Any]] = {"norms": row_norms(stored)}
    if keyed_vectors.counts is not None:
        arrays["counts"] = keyed_vectors.counts
    table = keyed_vectors.key_table
    if isinstance(table, TextKeys):
        arrays |= {"key_bytes": table.packed.blob, "key_offsets": table.packed.offsets, "key_order": table.packed.order}
    else:
        arrays |= {"keys": table.keys, "key_order": table.order}
    write_safetensors(directory / "wordmill.safetensors", arrays)
    write_safetensors(directory / "model.safetensors", tensors)
    return storage


def _key_table(arrays: Mapping[str, NDArray[Any]], *, verify: bool) -> TextKeys | IntegerKeys:
    if "keys" in arrays:
        return IntegerKeys(arrays["keys"], arrays["key_order"])
    table = TextKeys(PackedKeys(arrays["key_bytes"], arrays["key_offsets"], arrays["key_order"]))
    if verify:
        table.check_order()
    return table


def _write_tokenizer_files(directory: Path, keyed_vectors: VectorTable, target: Path) -> None:
    """Write the files by which model2vec and sentence-transformers open the directory."""
    table, tokenizer = keyed_vectors.key_table, keyed_vectors.tokenizer
    if not isinstance(table, TextKeys) or tokenizer is None:
        return
    unreachable = write_tokenizer(
        directory / "tokenizer.json", table.keys, tokenizer, lowercase=keyed_vectors.lowercase
    )
    if keyed_vectors.phrases is not None:  # whose words reach them
        joined = frozenset(keyed_vectors.phrases.keys)
        unreachable = unreachable[[table[row] not in joined for row in unreachable.tolist()]]
    if len(unreachable):
        logger.warning(
            "%s: %d of %d keys cannot be reached by text split at %s%s, for example %r: encode passes over them",
            target, len(unreachable), len(table), "white space" if tokenizer == "whitespace" else "words",
            " in lower case" if keyed_vectors.lowercase else "", table[int(unreachable[0])],
        )  # fmt: skip
    _write_json(
        directory / "config.json",
        {
            "model_type": "model2vec",
            "architectures": ["StaticModel"],
            "hidden_dim": keyed_vectors.vector_size,
            "max_length": None,
            "normalize": False,
        },
    )
    module = {"idx": 0, "name": "0", "path": ".", "type": "sentence_transformers.models.StaticEmbedding"}
    _write_json(directory / "modules.json", [module])


def _settings(keyed_vectors: VectorTable, settings: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "wordmill": VERSION,
        "keys": keyed_vectors.kind,
        "size": len(keyed_vectors),
        "vector_size": keyed_vectors.vector_size,
        "tokenizer": keyed_vectors.tokenizer,
        "lowercase": keyed_vectors.lowercase,
        "settings": dict(settings or {}),
        "subwords": None if keyed_vectors.subwords is None else asdict(keyed_vectors.subwords.ngrams),
        "phrases": None if keyed_vectors.phrases is None else len(keyed_vectors.phrases),
    }


def check_target(target: Path) -> None:
    """Refuse, by an `OutputError`, to replace what `save_model` did not write: ask before long work, not after it."""
    _check_whole(target)
    if target.exists():
        _check_ours(target, target)


def model_of_documents(path: Path) -> Path | None:
    """Return the model of which a directory holds the documents; None where it does not."""
    place = Path(os.path.realpath(path))
    return place.parent if place.name == _DOCUMENTS and "documents" in _manifest_as_found(place.parent) else None


def _check_whole(target: Path) -> None:
    """Refuse to replace the documents of a model: it would no longer be whole."""
    if model := model_of_documents(target):
        raise OutputError(f"{target} is a part of the model {model}: choose another directory")


def _check_ours(directory: Path, target: Path) -> None:
    """Refuse to replace a directory that is, or was until now, called `target`."""
    if not directory.is_dir():
        raise OutputError(f"{target} is a file: a model is a directory, choose another name")
    present = {file.name for file in directory.iterdir() if not is_ours(file)} - _DROPPINGS
    manifest = _manifest_as_found(directory) if present else {}
    ours = {MANIFEST, *manifest.get("files", {}), *_DERIVED} if present else set()
    if "documents" in manifest and (directory / _DOCUMENTS).is_dir():
        ours.add(_DOCUMENTS)
        _check_ours(directory / _DOCUMENTS, target / _DOCUMENTS)
    strangers = sorted(present - ours)
    if strangers:
        names = ", ".join(strangers[:3]) + (", ..." if len(strangers) > 3 else "")
        raise OutputError(f"{target} holds files that are not of a saved model ({names}): choose another directory")


def _manifest_as_found(directory: Path) -> dict[str, Any]:
    """Return a directory's manifest, unchecked but for the list of files; empty where it cannot be read."""
    try:
        manifest = _read_json(directory, MANIFEST)
        return manifest | {"files": dict(manifest["files"])}
    except (FormatError, OSError, KeyError, TypeError, ValueError):
        return {}


def _read_manifest(directory: Path) -> Manifest:
    from wordmill.vectors.formats.schema import Manifest, checked  # noqa: PLC0415 (slow to load)

    if not directory.is_dir():
        raise FormatError(
            f"{directory} is not a model directory: {'a file' if directory.exists() else 'nothing'} is there"
        )
    if not (directory / MANIFEST).exists() and not (directory / "wordmill.json").exists():
        raise FormatError(
            f"{directory} is not a model directory of wordmill: it has neither {MANIFEST} nor wordmill.json"
        )
    content = _read_json(directory, MANIFEST)
    if isinstance(content.get("format"), int) and content["format"] > FORMAT:
        raise FormatError(f"{directory / MANIFEST}: format {content['format']} is not known here: use a newer wordmill")
    return checked(Manifest, content, directory / MANIFEST)


def _check_files(directory: Path, manifest: Manifest, *, verify: bool) -> None:
    """Compare files with what the manifest says of them."""
    for name in OPTIONAL - manifest.files.keys():
        if (directory / name).exists():
            raise FormatError(f"{directory / name} is not of this model, whose {MANIFEST} does not list it: remove it")
    listed = {directory / name: expected for name, expected in manifest.files.items()}
    if manifest.documents is not None:
        listed[directory / _DOCUMENTS / MANIFEST] = manifest.documents
    for file, expected in listed.items():
        if not file.is_file():
            if file.name in OPTIONAL:
                continue
            raise FormatError(f"{file} is missing: {CURE}")
        found = fingerprint(file, checksum=verify)
        for what, value in found.items():
            saved = getattr(expected, what)
            if saved != value:
                raise FormatError(f"{file}: {what} is {value}, and {saved} when it was saved: {CURE}")


def _read_json(directory: Path, name: str) -> dict[str, Any]:
    file = directory / name
    if not file.is_file():
        raise FormatError(f"{file} is missing, so {directory} is not a whole wordmill model: {CURE}")
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        json.dumps(content, ensure_ascii=False).encode()  # a UnicodeError where an escape means half a character
    except (ValueError, RecursionError):
        raise FormatError(f"{file} is not JSON: {CURE}") from None
    if not isinstance(content, dict):
        raise FormatError(f"{file} is not a JSON object: {CURE}")
    return content


def _write_json(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
