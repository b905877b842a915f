"""Model directories on the Hugging Face Hub (extra `hub`). These two functions use the network, when called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from numpy.typing import NDArray

from wordmill.errors import FormatError, OutputError, WordmillError
from wordmill.extras import import_extra
from wordmill.saving import standing
from wordmill.vectors.card import CardFacts, model_card
from wordmill.vectors.formats.directory import save_model
from wordmill.vectors.formats.storage import StorageType
from wordmill.vectors.table import VectorTable
from wordmill.version import VERSION

__all__ = ["fetch", "push"]

_FILES = ("*.safetensors", "*.json")  # of a model directory; the card is README.md
_TRAINING = "training.safetensors"


def push(
    repo_id: str,
    keyed_vectors: VectorTable,
    facts: CardFacts,
    *,
    settings: Mapping[str, Any] | None = None,
    training: Mapping[str, NDArray[Any]] | None = None,
    documents: VectorTable | None = None,
    dtype: StorageType | None = None,
    private: bool = False,
    revision: str | None = None,
    token: str | None = None,
    commit_message: str = "Vectors by wordmill",
) -> str:
    """Upload a model directory with its card, in one commit; returns the commit's address.

    Parameters
    ----------
    repo_id
        `owner/name`; the repository is made if it is not there.
    keyed_vectors, settings, training, documents, dtype
        As `save_model` takes them.
    facts
        What only its maker knows of a model, for the card.
    private
        Whether a new repository is for its owner alone.
    revision, token, commit_message
        As `huggingface_hub` takes them; without a token it uses the one of `hf auth login`.

    Raises
    ------
    OutputError
        The hub cannot be reached, or says no.
    """
    hub = _hub()
    card = model_card(repo_id, keyed_vectors, facts, settings or {})
    api = hub.HfApi(token=token, library_name="wordmill", library_version=VERSION)
    with TemporaryDirectory() as folder:
        directory = Path(folder) / "model"
        save_model(directory, keyed_vectors, settings=settings, training=training, dtype=dtype, documents=documents)
        (directory / "README.md").write_text(card, encoding="utf-8")
        with _one_line(OutputError, f"{repo_id} cannot be written", "check its name, or log in by 'hf auth login'"):
            api.create_repo(repo_id, private=private, exist_ok=True)
            commit = api.upload_folder(
                repo_id=repo_id,
                folder_path=directory,
                revision=revision,
                commit_message=commit_message,
                delete_patterns=list(_FILES),  # what an earlier model had and this one has not
            )
    return str(commit.commit_url)


def fetch(
    name: str | PathLike[str],
    *,
    training: bool = False,
    revision: str | None = None,
    token: str | None = None,
    cache_dir: str | PathLike[str] | None = None,
    local_files_only: bool = False,
) -> Path:
    """Return the directory of a model: `name` where it is one, else a repository's, downloaded unless it is cached.

    Parameters
    ----------
    name
        A directory, or `owner/name` on the hub.
    training
        Whether to download what only going on with training needs.
    revision, token, cache_dir, local_files_only
        As `huggingface_hub` takes them.

    Raises
    ------
    FormatError
        There is no such repository, or it cannot be reached.
    """
    if standing(name).is_dir():
        return Path(name)
    hub = _hub()
    with _one_line(FormatError, f"{name} is no directory, and cannot be fetched", "check its name and the network"):
        return Path(
            hub.snapshot_download(
                str(name),
                revision=revision,
                token=token,
                cache_dir=cache_dir,
                local_files_only=local_files_only,
                allow_patterns=list(_FILES),
                ignore_patterns=None if training else [_TRAINING],
                library_name="wordmill",
                library_version=VERSION,
            )
        )


def _hub() -> Any:
    return import_extra("huggingface_hub", "models on the Hugging Face Hub")


@contextmanager
def _one_line(kind: type[WordmillError], what: str, cure: str) -> Iterator[None]:
    """Turn the hub's errors, which are long, into one line."""
    http_errors = _hub().errors.HfHubHTTPError.__bases__  # of whichever HTTP package it uses
    try:
        yield
    except (OSError, ValueError, *http_errors) as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise kind(f"{what} ({reason[0]}): {cure}") from error
