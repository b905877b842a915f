"""A matplotlib figure without pyplot's global state, fonts for its texts, and its way to disk."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wordmill.errors import ParameterError
from wordmill.extras import import_extra
from wordmill.foreign import printable, quoted
from wordmill.paths import checked_path
from wordmill.saving import atomic_file

__all__ = ["Fonts", "check_picture", "fonts_for", "new_figure", "save_figure"]

_FONTS = ("DejaVu Sans", "Noto Sans CJK JP", "Noto Sans CJK KR", "Hiragino Sans", "Yu Gothic", "Malgun Gothic")
_REGULAR = (400, "normal", "regular", "book")  # weights


def new_figure(width: float, height: float) -> Any:
    """Make an empty figure of a size in inches, drawn without a display; notebooks show it."""
    agg = import_extra("matplotlib.backends.backend_agg", "pictures")
    figure = import_extra("matplotlib.figure", "pictures").Figure(figsize=(width, height), layout="constrained")
    agg.FigureCanvasAgg(figure)
    figure._repr_png_ = lambda: _png(
        figure
    )  # IPython asks for it; Matplotlib itself teaches it of pyplot's figures only
    return figure


def _png(figure: Any) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


@dataclass(frozen=True)
class Fonts:
    """Families that together have the letters of some texts, and the letters that no installed font has."""

    families: tuple[str, ...]
    missing: str

    def show(self, text: str) -> str:
        """Put a box for each letter that is missing."""
        return printable(text).translate(dict.fromkeys(map(ord, self.missing), "\u25a1"))

    @property
    def style(self) -> dict[str, Any]:
        """How foreign text is written in a figure: by these families, and never as a formula."""
        return {"family": self.families, "parse_math": False}

    def name_entries(self, legend: Any, names: Iterable[str]) -> None:
        """Give the entries of a legend foreign names; one with an underscore first would be left out as a label."""
        for text, name in zip(legend.get_texts(), names, strict=True):
            text.set(text=self.show(name), **self.style)


def fonts_for(texts: Iterable[str]) -> Fonts:
    """Choose families for texts: matplotlib takes each letter from the first that has it."""
    letters = printable("".join(texts))
    fonts = _choose(letters)
    return _choose(letters) if fonts.missing and _find_new_fonts() else fonts


def _choose(letters: str) -> Fonts:
    """Choose among the families that Matplotlib knows."""
    from matplotlib.font_manager import fontManager, get_font  # noqa: PLC0415

    upright = [font for font in fontManager.ttflist if font.style == "normal" and font.weight in _REGULAR]
    files = {font.name: font.fname for font in upright if not font.name.startswith("Last Resort")}
    files = {family: file for family, file in files.items() if Path(file).exists()}
    wanted, families = {letter for letter in letters if not letter.isspace()}, []
    for family in sorted(files, key=lambda name: (_FONTS.index(name) if name in _FONTS else len(_FONTS), name)):
        has = get_font(files[family]).get_charmap()
        if found := {letter for letter in wanted if ord(letter) in has}:
            families.append(family)
            wanted -= found
        if not wanted:
            break
    return Fonts(tuple(families or _FONTS[:1]), "".join(sorted(wanted)))


def _find_new_fonts() -> bool:
    """Look for fonts that were installed after Matplotlib had written its list of them; returns whether there are."""
    from matplotlib.font_manager import findSystemFonts, fontManager  # noqa: PLC0415

    known, before = {font.fname for font in fontManager.ttflist}, len(fontManager.ttflist)
    for file in set(findSystemFonts()) - known:
        with contextlib.suppress(OSError, RuntimeError):  # it is no font, or is gone again: others are
            fontManager.addfont(file)
    return len(fontManager.ttflist) > before


def check_picture(path: str | os.PathLike[str]) -> None:
    """Raise `ParameterError` where no picture format has the ending, `MissingDependencyError` without matplotlib."""
    if not isinstance(path, str | os.PathLike):
        raise ParameterError(f"the path of the picture comes last, and {quoted(path)} is no path")
    kinds = new_figure(1, 1).canvas.get_supported_filetypes()
    if checked_path(path).suffix[1:].lower() not in kinds:
        raise ParameterError(f"{path}: no picture format has this ending; use one of .{', .'.join(sorted(kinds))}")


def save_figure(figure: Any, path: str | os.PathLike[str]) -> Path:
    """Write a figure in the format of the file's ending (png, svg, pdf)."""
    check_picture(path)
    target = checked_path(path)
    with atomic_file(target) as staging:
        figure.savefig(staging, format=target.suffix[1:].lower())
    return target
