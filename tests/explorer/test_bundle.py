from __future__ import annotations

import shutil
import subprocess

import pytest

from wordmill.errors import FormatError
from wordmill.explorer.bundle import bundled

SOURCES = {
    "main.js": 'import {twice} from "./numbers.js";\nimport {\n  say,\n} from "./words.js";\nsay(twice(21));\n',
    "numbers.js": "const TWO = 2;\nexport function twice(number) {\n  return TWO * number;\n}\n",
    "words.js": 'import {twice} from "./numbers.js";\n\nexport const say = (what) => console.log(what + "", 2);\n',
    "unused.js": "export default 3;\n",
}


def test_modules_come_before_those_that_import_them_and_once() -> None:
    text = bundled(SOURCES, "main.js")
    assert [text.count(f"// {name}") for name in SOURCES] == [1, 1, 1, 0]
    assert text.index("// numbers.js") < text.index("// words.js") < text.index("// main.js")
    assert "import" not in text
    assert "export" not in text


@pytest.mark.skipif(shutil.which("node") is None, reason="no node to run the script")
def test_the_bundle_does_what_the_modules_do() -> None:
    run = subprocess.run(["node", "-e", bundled(SOURCES, "main.js")], capture_output=True, text=True, check=True)
    assert run.stdout == "42 2\n"


@pytest.mark.parametrize(
    ("main", "says"),
    [
        ('import * as all from "./numbers.js";', "line 1: .*import"),
        ('import twice from "./numbers.js";', "line 1: .*import"),
        ('import "./numbers.js";', "line 1: .*import"),
        ('import {twice as two} from "./numbers.js";', "import a name as it is"),
        ('import {thrice} from "./numbers.js";', "numbers.js does not export"),
        ('import {TWO} from "./numbers.js";', "numbers.js does not export"),
        ('import {a} from "./absent.js";', "no module absent.js"),
        ('import {a} from "https://example.org/a.js";', "line 1: .*import"),
        ('const lazy = await import("./numbers.js");', "dynamic import"),
        ("console.log(import.meta.url);", "dynamic import"),
        ("export default 3;", "export"),
        ("\nexport {a};", "line 2: .*export"),
        ("  export const a = 1;", "export"),
        ("const {a} = window;", "takes apart"),
        ('const end = "</script>";', "end the script"),
        ('const end = "<!--";', "end the script"),
        ('import {twice} from "./numbers.js";\nconst TWO = 3;', "both declare TWO"),
        ('import {round} from "./round.js";\nexport const again = 1;', "in a circle"),
    ],
)
def test_what_is_not_understood_is_refused(main: str, says: str) -> None:
    circle = {"round.js": 'import {again} from "./main.js";\nexport const round = 1;\n'}
    with pytest.raises(FormatError, match=says):
        bundled(SOURCES | circle | {"main.js": main}, "main.js")
