"""Packages that wordmill can do without: imported when they are needed, or an error says how to install them."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from wordmill.errors import MissingDependencyError

__all__ = ["check_extra", "import_extra"]

_EXTRAS = {  # module: the name of its package, and what installs it
    "duckdb": ("duckdb", "'wordmill[events]'"),
    "huggingface_hub": ("huggingface_hub", "'wordmill[hub]'"),
    "matplotlib": ("matplotlib", "'wordmill[plot]'"),
    "optuna": ("Optuna", "'wordmill[tune]'"),
    "pandas": ("pandas", "pandas"),
    "polars": ("polars", "polars"),
    "pyarrow": ("pyarrow", "'wordmill[arrow]'"),
    "ray": ("Ray", "'wordmill[ray]'"),
    "scipy": ("scipy", "'wordmill[events]'"),
    "sklearn": ("scikit-learn", "'wordmill[map]'"),
    "starlette": ("Starlette", "'wordmill[serve]'"),
    "threadpoolctl": ("threadpoolctl", "'wordmill[map]'"),
    "umap": ("umap-learn", "'wordmill[umap]'"),
    "usearch": ("usearch", "'wordmill[ann]'"),
    "uvicorn": ("uvicorn", "'wordmill[serve]'"),
}


def import_extra(module: str, purpose: str, instead: str = "", *, extra: str = "") -> Any:
    """Import a module of an optional package.

    Parameters
    ----------
    module
        `package` or `package.module`.
    purpose
        What needs it, as a subject in the plural: "maps by UMAP".
    instead
        What does without it.
    extra
        Which of our extras has it, where that is not the usual one.

    Raises
    ------
    MissingDependencyError
        If it is not installed, or cannot be loaded.
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        absent = isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] == package
        raise _missing(package, purpose, instead, extra, None if absent else error) from error


def check_extra(package: str, purpose: str, instead: str = "", *, extra: str = "") -> None:
    """Raise what `import_extra` raises where a package is not installed, without loading it."""
    if find_spec(package) is None:
        raise _missing(package, purpose, instead, extra, None)


def _missing(
    package: str, purpose: str, instead: str, extra: str, broken: ImportError | None
) -> MissingDependencyError:
    name, requirement = _EXTRAS[package]
    requirement = f"'wordmill[{extra}]'" if extra else requirement
    failure = f", which fails to load ({broken})" if broken else ""
    cure = f"python -m pip install {'--upgrade ' if broken else ''}{requirement}"
    return MissingDependencyError(f"{purpose} need {name}{failure}: {cure}{f', or {instead}' if instead else ''}")
