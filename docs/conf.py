"""Sphinx: the pages of this directory, and what the program says about itself (`generated.py`)."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

sys.path.insert(0, str(Path(__file__).parent))
import generated

project = "wordmill"
version = release = installed_version("wordmill")
copyright = "the wordmill developers"  # noqa: A001 (Sphinx's name)

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["dollarmath", "amsmath", "deflist"]
myst_heading_anchors = 3
html_math_renderer = "mathml"
default_role = "py:obj"
smartquotes = False  # they would make a dash of the two hyphens of --option
html_theme = "furo"
html_title = f"wordmill {release}"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
maximum_signature_line_length = 100
napoleon_google_docstring = False
napoleon_use_rtype = False


class Generated(SphinxDirective):
    """Puts the Markdown that a function of `generated.py` returns in place of itself."""

    required_arguments = 1
    functions: ClassVar[dict[str, Any]] = {
        "parameters": generated.parameters,
        "commands": generated.commands,
        "formats": generated.formats,
        "other-names": generated.other_names,
    }

    def run(self) -> list[nodes.Node]:
        """Parse it as a part of the page."""
        return self.parse_text_to_nodes(self.functions[self.arguments[0]](), allow_section_headings=True)


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula inside a line."""
    self.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def visit_displaymath(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on lines of its own."""
    self.body.append(f"<div class='math'>{tex2mathml(node.astext(), as_block=True)}</div>")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Add the directive, and formulas as MathML, which browsers draw without a script."""
    app.add_directive("generated", Generated)
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displaymath, None))
