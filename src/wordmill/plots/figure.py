"""A matplotlib figure without pyplot's global state, and its way to disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from wordmill.errors import MissingDependencyError, OutputError, ParameterError

__all__ = ["new_figure", "save_figure"]

_FONTS = ("DejaVu Sans", "Noto Sans CJK JP", "Noto Sans CJK KR", "Hiragino Sans", "Yu Gothic", "Malgun Gothic")


def new_figure(width: float, height: float) -> Any:
    """Make an empty figure of a size in inches, drawn without a display."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise MissingDependencyError("pictures need matplotlib: python -m pip install 'wordmill[plot]'") from error
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def installed_fonts() -> list[str]:
    """Families for labels, in order of preference: matplotlib takes each letter from the first that has it."""
    from matplotlib.font_manager import get_font_names  # noqa: PLC0415

    names = set(get_font_names())
    return [font for font in _FONTS if font in names]


def save_figure(figure: Any, path: str | os.PathLike[str]) -> Path:
    """Write a figure in the format of the file's ending (png, svg, pdf)."""
    target = Path(path)
    kinds = figure.canvas.get_supported_filetypes()
    if target.suffix[1:].lower() not in kinds:
        raise ParameterError(f"{target}: no picture format has this ending; use one of .{', .'.join(sorted(kinds))}")
    try:
        figure.savefig(target)
    except OSError as error:
        raise OutputError(f"{target}: cannot be written ({error.strerror}); choose another place") from error
    return target
