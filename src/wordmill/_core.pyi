# The compiled core. Private: the package's classes wrap it. Sources: native/bindings.
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

_Float = TypeVar("_Float", np.float32, np.float64)

MOST_DIMENSIONS: int
STEP_CONTEXTS: int
FEW_CONTEXTS: int

LONGEST_NGRAM: int

def ngrams(
    words: list[str] | list[bytes], minn: int, maxn: int, buckets: int, threads: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]: ...
def cut_rows(block: bytes, to: NDArray[np.float32]) -> tuple[bytes, NDArray[np.int64]]: ...
def available_isas() -> list[str]: ...
def available_screens() -> list[str]: ...
def nearest(
    rows: NDArray[np.float32],
    norms: NDArray[np.float32],
    queries: NDArray[np.float32],
    *,
    k: int,
    exclude_offsets: NDArray[np.int64],
    exclude: NDArray[np.int64],
    start: int,
    stop: int,
    threads: int,
    isa: str = "",
) -> tuple[NDArray[np.int64], NDArray[np.float32]]: ...
def multiply_add(rounds: int, isa: str) -> int: ...
def allocate_float32(rows: int, columns: int) -> NDArray[np.float32]: ...
def allocate_float64(rows: int, columns: int) -> NDArray[np.float64]: ...
def sigmoid(scores: NDArray[_Float], isa: str) -> NDArray[_Float]: ...
def step(
    input_vectors: NDArray[np.floating],
    output_vectors: NDArray[np.floating],
    inputs: NDArray[np.int32],
    asked: NDArray[np.int32],
    *,
    alpha: float,
    shape: str,
    mean_update: str,
    isa: str,
    signs: NDArray[np.int8] | None = None,
    outputs_learn: bool = True,
) -> float: ...
def content_key(ids: NDArray[np.int32]) -> int: ...
def first_vector(seed: int, key: int, size: int) -> NDArray[np.float64]: ...

ASKED_TOGETHER: int
BATCH: int
SLICE: int
DAMPING: float

class Objective: ...

class NegativeSampling(Objective):
    def __init__(self, noise: NDArray[np.float64], *, negative: int, seed: int) -> None: ...

class HuffmanPaths(Objective):
    def __init__(self, counts: NDArray[np.int64]) -> None: ...
    def paths(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int8]]: ...

class Task:
    def __init__(
        self,
        *,
        ids: NDArray[np.int32],
        offsets: NDArray[np.int64],
        keep: NDArray[np.uint32],
        window: int,
        shrink_windows: bool,
        seed: int,
        shape: str,
        mean_update: str,
        frozen: NDArray[np.uint8] | None = None,
        bag_ends: NDArray[np.int64] | None = None,
        bag_rows: NDArray[np.int32] | None = None,
        tag_ends: NDArray[np.int64] | None = None,
        tag_rows: NDArray[np.int32] | None = None,
        words_are_inputs: bool = True,
        outputs_learn: bool = True,
        step_contexts: int = 32,
        maker: TokenMaker | None = None,
    ) -> None: ...

class Planned:
    tokens: NDArray[np.int32]  # the kept tokens, those beyond the stretch that contexts reach for included
    firsts: NDArray[np.int32]  # (n,) window w, its centre included, is tokens[firsts[w]:lasts[w]]
    lasts: NDArray[np.int32]
    places: NDArray[np.int32]  # (n,) of its centre among the tokens
    positions: NDArray[np.int64]  # (n,) of the windows' centres in the corpus
    centres: NDArray[np.int32]  # (n,) their ids
    bounds: NDArray[np.int64]  # (n + 1,) window w's contexts are contexts[bounds[w]:bounds[w + 1]], rows of tags last
    contexts: NDArray[np.int32]
    asked_bounds: NDArray[np.int64]  # (n + 1,) what it asks are asked[asked_bounds[w]:asked_bounds[w + 1]]
    asked: NDArray[np.int32]
    signs: NDArray[np.int8]  # like asked: -1 where yes is right, 1 where no; empty: yes to the first of each alone
    leads: NDArray[np.uint8]  # (n,) whether a step of means takes the next window too
    subsampled: int
    without_context: int

_Trained: TypeAlias = tuple[
    NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]
]

class _Trainer:
    def __init__(
        self,
        task: Task,
        objective: Objective,
        input_vectors: NDArray[np.floating],
        output_vectors: NDArray[np.floating],
        isa: str,
    ) -> None: ...
    def train(
        self,
        epoch: int,
        begins: NDArray[np.int64],
        ends: NDArray[np.int64],
        alphas: NDArray[np.float64],
        alpha_step: float,
        threads: int,
        deterministic: bool = False,
    ) -> _Trained: ...
    def infer(self, *, epochs: int, alpha: float, min_alpha: float, threads: int) -> NDArray[np.floating]: ...
    def plan(self, epoch: int, begin: int, end: int) -> Planned: ...

class TrainerFloat32(_Trainer): ...
class TrainerFloat64(_Trainer): ...

class NotTextError(ValueError):  # args: offset in the file, byte
    args: tuple[int, int]

class BadCorpusError(ValueError): ...

class Encoder:
    def __init__(self, *, threads: int, replace_bad: bool, max_words: int, piece_bytes: int) -> None: ...
    def begin_file(self, *, drop_byte_order_mark: bool) -> None: ...
    def read(self, chunk: NDArray[np.uint8]) -> None: ...
    def end_file(self) -> None: ...
    def add_words(self, tokens: list[str]) -> None: ...
    def add_integer_list(self, tokens: list[int]) -> None: ...
    def add_integers(self, integers: NDArray[np.int64], ends: NDArray[np.int64]) -> None: ...
    @property
    def pending(self) -> int: ...
    def take(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]: ...
    def counts(self) -> NDArray[np.int64]: ...
    def tickets(self) -> NDArray[np.int32]: ...
    @property
    def tickets_issued(self) -> int: ...
    @property
    def count_error(self) -> int: ...
    def words(self, indexes: NDArray[np.int32]) -> list[str]: ...
    def lines(self, begin: int, end: int) -> bytes: ...
    def integers(self, indexes: NDArray[np.int32]) -> NDArray[np.int64]: ...
    def ranked(self, counts: NDArray[np.int64], least: int) -> NDArray[np.int32]: ...

def renumber(
    tickets: NDArray[np.int32],
    ends: NDArray[np.int64],
    map_ids: NDArray[np.int32],
    list_offsets: NDArray[np.int64],
    list_ids: NDArray[np.int32],
    threads: int,
) -> tuple[NDArray[np.int32], NDArray[np.int64]]: ...
def count_ids(ids: NDArray[np.int32], words: int, threads: int) -> NDArray[np.int64]: ...
def count_pairs(
    ids: NDArray[np.int32],
    offsets: NDArray[np.int64],
    connectors: NDArray[np.uint8],
    word_counts: NDArray[np.int64],
    *,
    least: int,
    memory_bytes: int,
    threads: int,
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64], int]: ...
def join_phrases(
    ids: NDArray[np.int32],
    offsets: NDArray[np.int64],
    connectors: NDArray[np.uint8],
    parts: NDArray[np.int32],
    ends: NDArray[np.int64],
    scores: NDArray[np.float64],
    *,
    words: int,
    best: bool,
    threads: int,
) -> tuple[NDArray[np.int32], NDArray[np.int64]]: ...

class BadLineError(ValueError):  # args: line of the file, reason
    args: tuple[int, bytes]

_Rows: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32] | None]

class EdgeReader:
    def __init__(
        self, *, adjacency: bool, weighted: bool | None, delimiter: str, integers: bool, comments: str
    ) -> None: ...
    def begin_file(
        self, *, heading: int = 0, width: int = 0, source: int = 0, target: int = 1, weight: int = 2
    ) -> None: ...
    def read(self, chunk: NDArray[np.uint8]) -> None: ...
    def end_file(self) -> None: ...
    def edges_like_comments(self) -> int: ...
    def comments_below(self) -> int: ...
    def names(self, integers: bool) -> list[str] | NDArray[np.int64]: ...
    def build(self, directed: bool, threads: int) -> _Rows: ...

def build_graph(
    nodes: int,
    sources: NDArray[np.int32],
    targets: NDArray[np.int32],
    weights: NDArray[np.float32] | None,
    directed: bool,
    threads: int,
) -> _Rows: ...

class TokenMaker: ...

class Walks:
    def __init__(
        self,
        offsets: NDArray[np.int64],
        neighbours: NDArray[np.int32],
        weights: NDArray[np.float32] | None,
        *,
        length: int,
        per_node: int,
        p: float,
        q: float,
        seed: int,
    ) -> None: ...
    def count(self, epoch: int, threads: int) -> NDArray[np.int64]: ...
    def make(self, epoch: int, first: int, last: int, threads: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]: ...

class WalkTokens(TokenMaker):
    def __init__(self, walks: Walks, ids: NDArray[np.int32], counts: NDArray[np.int64]) -> None: ...
