"""What a file is that is not text to train on, told from its first bytes: pictures, tables, archives, vectors."""

from __future__ import annotations

import re
from itertools import pairwise

__all__ = ["BEGINNING", "what_it_is"]

BEGINNING = 1 << 16  # bytes that are looked at

_VECTORS = "not text: wordmill info shows it, and training can begin with its vectors (init_from)"
_TABLE = "pass one of its columns"
_UNPACK = "unpack it"

#: How files begin, and what they are.
_SIGNATURES = {
    b"%PDF-": "is a PDF: extract its text (pdftotext)",
    b"PAR1\x15": f"is a Parquet file: {_TABLE} (wordmill.table_column(path, 'text'))",
    b"ARROW1\x00": f"is an Arrow file: {_TABLE} (wordmill.table_column(path, 'text'), or --text)",
    b"Obj\x01": f"is an Avro file: {_TABLE}",
    b"SQLite format 3\0": f"is an SQLite database: {_TABLE}",
    b"\x89HDF\r\n": "is an HDF5 file: read it and pass what it holds",
    b"MATLAB 5.0 MAT-file": "is a MATLAB file: read it (scipy.io.loadmat) and pass what it holds",
    b"\x93NUMPY": "is a NumPy array: read it (numpy.load) and pass its rows",
    b"\xff\xfe\x00\x00": "is UTF-32: convert it (iconv -f utf-32 -t utf-8)",
    b"\xff\xfe": "is UTF-16: convert it (iconv -f utf-16 -t utf-8)",
    b"\xfe\xff": "is UTF-16: convert it (iconv -f utf-16 -t utf-8)",
    b"7z\xbc\xaf\x27\x1c": f"is a 7z archive: {_UNPACK}",
    b"Rar!\x1a\x07": f"is a RAR archive: {_UNPACK}",
    b"\x04\x22\x4d\x18": f"is compressed by lz4: {_UNPACK} (lz4 -d)",
    b"\xd0\xcf\x11\xe0": "is a document of an office program: save it as plain text",
    b"{\\rtf": "is a document in RTF: save it as plain text",
    b"\x89PNG\r\n": "is a picture",
    b"\xff\xd8\xff": "is a picture",
    b"GIF8": "is a picture",
    b"\x7fELF": "is a program",
    b"\xba\x16\x4f\x2f": f"is a model of fastText, {_VECTORS}",
    b"FiFu": f"holds vectors of finalfusion, {_VECTORS}",
    b"GGUF": "is a language model (GGUF), not text",
}
_ZIPPED = {
    b".npy": f"is a NumPy archive (npz), {_VECTORS}",
    b"[Content_Types].xml": "is a document of an office program: save it as plain text",
}
_HEADER = re.compile(rb"(\d+) (\d+)[ \r]*\n")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_NUMBER = re.compile(rb"[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?")
_FEWEST_NUMBERS = 5  # of a vector without a header
_DECIMALS = 0.9  # of its numbers have a point


def what_it_is(beginning: bytes) -> str | None:
    """Name the kind of file that begins so, and say what to do with it; None: it may be text.

    Vectors as text are told by a header "V D" with D numbers on the line below, or by lines of a key and as many
    numbers each, of which nearly all have a point: walks and baskets, of integers, do not.
    """
    signs = (cure for signature, cure in _SIGNATURES.items() if beginning.startswith(signature))
    return next(signs, None) or _container(beginning) or _vectors(beginning)


def _container(beginning: bytes) -> str | None:
    """Recognise archives and other files that hold several things."""
    if beginning.startswith(b"PK\x03\x04"):
        inside = beginning[30:100]
        return next((cure for name, cure in _ZIPPED.items() if name in inside), f"is a zip archive: {_UNPACK}")
    if beginning[257:262] == b"ustar":
        return f"is a tar archive: {_UNPACK}"
    if re.match(rb"\x80[\x02-\x05]", beginning):
        return "is a pickle: load it, if you trust who made it, and pass what it holds"
    if b'"wordmill.corpus"' in beginning[8:100]:
        return "is an encoded corpus, which is read from its own file alone: pass its path, no pipe and no list"
    if beginning[8:10] == b'{"' and int.from_bytes(beginning[:8], "little") < 1 << 27:
        return f"is a safetensors file, {_VECTORS}"
    return None


def _vectors(beginning: bytes) -> str | None:
    """Recognise vectors in word2vec's or GloVe's formats."""
    header = _HEADER.match(beginning)
    if header is not None:
        size, rest = int(header[2]), beginning[header.end() :]
        if size > 1 and _is_binary(rest):
            return f"holds vectors in word2vec's binary format, {_VECTORS}"
        numbers = _numbers(rest.split(b"\n", 1)[0])
        if size > 1 and len(numbers) == size and any(b"." in number or b"e" in number for number in numbers):
            return f"holds vectors in word2vec's text format, {_VECTORS}"
        return None
    lines = beginning.split(b"\n")[:-1][:10]
    rows = [_numbers(line) for line in lines if line.strip()]
    if len(rows) < 2 or any(len(one) != len(other) for one, other in pairwise(rows)):
        return None
    numbers = [number for row in rows for number in row]
    points = sum(b"." in number for number in numbers)
    if len(rows[0]) < _FEWEST_NUMBERS or points < _DECIMALS * len(numbers):
        return None
    return f"holds vectors as text, as GloVe writes them, {_VECTORS}"


def _is_binary(data: bytes) -> bool:
    """Whether there are control characters in it, or it is no UTF-8, but for a character that is cut at its end."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start < len(data) - 4 or bool(_CONTROL.search(data))
    return bool(_CONTROL.search(data))


def _numbers(line: bytes) -> list[bytes]:
    """Return the numbers of a line that is a key, no number with a point, and numbers alone; else none."""
    key, *cells = line.split() or [b""]
    if b"." in key and _NUMBER.fullmatch(key):
        return []
    return cells if all(map(_NUMBER.fullmatch, cells)) else []
