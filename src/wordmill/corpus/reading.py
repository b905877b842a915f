"""read_corpus: any source -> EncodedCorpus, with phrases if asked."""

from __future__ import annotations

import os
from typing import Any, Literal

from wordmill.corpus.encoded import EncodedCorpus
from wordmill.corpus.feeding import Tokenizer
from wordmill.corpus.phrases.reading import Joining
from wordmill.corpus.reader import read_source
from wordmill.corpus.resources import Resources
from wordmill.corpus.vocab import check_thresholds
from wordmill.hints import helpful_arguments
from wordmill.phrases import PhraseBook

__all__ = ["read_corpus"]


@helpful_arguments
def read_corpus(
    source: Any,
    *,
    min_count: int = 5,
    max_final_vocab: int | None = None,
    tokenizer: Tokenizer = "whitespace",
    delimiter: str | None = None,
    lowercase: bool = False,
    errors: Literal["strict", "replace"] = "strict",
    phrases: int | PhraseBook | str | os.PathLike[str] = 0,
    resources: Resources | None = None,
) -> EncodedCorpus:
    """Count and encode a source, in one read.

    Each line of a file is a sequence, each document, each token list. White space is what Unicode calls White_Space:
    a line feed also ends the line of a file, while CR, U+0085, U+2028 and U+2029 only separate words. A byte order
    mark at the start of a file is dropped; elsewhere U+FEFF is a character like others. NUL is not text: an error, or
    with `errors="replace"` U+FFFD. What seems to be cut in the wrong place (CSV, punctuation on words, no spaces) is
    read all the same, and a warning names the cure.

    Parameters
    ----------
    source
        A path or a glob; "-", standard input; a list of paths; documents (a sequence of str); an iterable of token
        lists, or of lists or arrays of integers; a function that returns one of these; a column of Arrow, pandas or
        Polars. An `EncodedCorpus`, or the path of a saved one, is returned as it is. Files may be compressed (gzip,
        bzip2, xz, zstd).
    min_count : int
        Words that occur less often are out of vocabulary: their occurrences are left out.
    max_final_vocab : int, optional
        Raises `min_count` until at most so many words are left.
    tokenizer : "whitespace", "words" or a function
        How text becomes tokens: cut at white space; runs of letters, marks, digits and connectors; or a function from
        a line or document to a list of str. Token lists are taken as they are.
    delimiter : str, optional
        A character to cut text at instead; what lies between, white space and quotes around it left out, is a token.
    lowercase : bool
        Take text, and tokens, in lower case.
    errors : "strict" or "replace"
        What to do with bytes that are not UTF-8: raise an error that names the place, or read U+FFFD.
    phrases : int, Phrases or path
        Phrases to join, before rare words are left out: those that so many passes of `find_phrases` find with this
        `min_count`, given ones, or those of a file that `Phrases.save` wrote. 0: none.
    resources : Resources, optional
        Threads, memory and disk to use.

    Raises
    ------
    CorpusError
        The source is none of these, cannot be read, or holds something that is no text.
    VocabularyError
        Fewer than two words are left; the message gives thresholds that would work, where some would.
    ParameterError
        A parameter is out of bounds.
    OutputError
        The temporary file cannot be written.
    """
    resources = resources or Resources()
    check_thresholds(min_count, max_final_vocab)
    joining = Joining.of(phrases, min_count, max_final_vocab)
    corpus = read_source(
        source,
        min_count=min_count if joining is None else 1,
        max_final_vocab=max_final_vocab if joining is None else None,
        tokenizer=tokenizer,
        delimiter=delimiter,
        lowercase=lowercase,
        errors=errors,
        resources=resources,
    )
    if joining is None:
        return corpus
    was_encoded = corpus is source or corpus.file is not None
    return joining.join(corpus, resources, thin_out=not was_encoded)
