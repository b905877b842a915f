# The compiled core. Private: the package's classes wrap it. Sources: native/bindings.
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

_Float = TypeVar("_Float", np.float32, np.float64)

def available_isas() -> list[str]: ...
def allocate_float32(rows: int, columns: int) -> NDArray[np.float32]: ...
def allocate_float64(rows: int, columns: int) -> NDArray[np.float64]: ...
def sigmoid(scores: NDArray[_Float], isa: str) -> NDArray[_Float]: ...
def step(
    input_vectors: NDArray[np.floating],
    output_vectors: NDArray[np.floating],
    contexts: NDArray[np.int32],
    target: int,
    negatives: NDArray[np.int32],
    *,
    alpha: float,
    architecture: str,
    cbow_update: str,
    isa: str,
) -> float: ...

_Trained: TypeAlias = tuple[
    NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]
]
_Planned: TypeAlias = tuple[
    NDArray[np.int64], NDArray[np.int32], NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], int, int
]

class _Trainer:
    def __init__(
        self,
        ids: NDArray[np.int32],
        offsets: NDArray[np.int64],
        keep: NDArray[np.uint32],
        noise: NDArray[np.float64],
        input_vectors: NDArray[np.floating],
        output_vectors: NDArray[np.floating],
        *,
        architecture: str,
        cbow_update: str,
        window: int,
        shrink_windows: bool,
        negative: int,
        seed: int,
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
    ) -> _Trained: ...
    def plan(self, epoch: int, begin: int, end: int) -> _Planned: ...

class TrainerFloat32(_Trainer): ...
class TrainerFloat64(_Trainer): ...
