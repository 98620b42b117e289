"""The array conventions of `nn`, and buffers that are made once and used in every step.

Every array has a leading axis of runs: activations are (runs, features, samples), so that samples
are columns as in the textbook's W x + b, and one network is a stack of one run. Activations carry
a last row of ones; the bias is the last column of W, and one product gives W x + b.
"""

import math
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
Real = float | Array  # one value for all runs, or an array with one for each, of shape (runs, 1)
PIECE = 32_768
CACHE_LINE = 64  # bytes
VECTOR = 16  # samples; rows of a multiple of it start at cache lines
SHAPES = 16  # that buffers keep at most; two sizes of pieces for each of batch, last batch and three sets are 10


class Buffers(dict[tuple[int, ...], Array]):
    """Work arrays by shape, filled with ones when first asked for and reused ever after.

    They are of one training, whose pieces and batches have few shapes. Who asks for ever new ones does not fill the
    memory, and copies begin without any.
    """

    def __init__(self, dtype: Any) -> None:
        super().__init__()
        self.dtype = dtype

    def __missing__(self, shape: tuple[int, ...]) -> Array:
        if len(self) == SHAPES:
            self.clear()
        array = self[shape] = aligned(shape, self.dtype)
        array[...] = 1
        return array

    def __reduce__(self) -> tuple[type["Buffers"], tuple[Any]]:
        return Buffers, (self.dtype,)


def aligned(shape: tuple[int, ...], dtype: Any) -> Array:
    """Zeros of this shape that start at a cache line.

    NumPy promises 16 bytes only, and where vectors straddle cache lines everything takes up to twice as long.
    """
    item = np.dtype(dtype).itemsize
    memory = np.zeros(math.prod(shape) + CACHE_LINE // item, dtype)
    start = -memory.ctypes.data % CACHE_LINE // item
    return memory[start : start + math.prod(shape)].reshape(shape)


def realigned(a: Array) -> Array:
    """The same array where it starts at a cache line, or is not ours to write (memory-mapped, say), else a copy."""
    if a.ctypes.data % CACHE_LINE == 0 or not a.flags.writeable:
        return a
    copy = aligned(a.shape, a.dtype)
    copy[...] = a
    return copy


def per_run(value: ArrayLike, runs: int, name: str = "value") -> Array:
    """A hyperparameter as float64 of shape (runs, 1): a scalar is repeated, (runs,) is made a column.

    Raises ValueError if `value` is neither a scalar nor one number for each run.
    """
    values = np.asarray(value, dtype=np.float64)
    if values.size not in (1, runs):
        raise ValueError(f"{name}: expected one number or {runs} (one for each run), got shape {values.shape}")
    return np.broadcast_to(values.reshape(-1, 1), (runs, 1)).copy()


def with_ones(x: Array) -> Array:
    """Append the row of ones that multiplies the biases: (runs, features, n) to (runs, features + 1, n)."""
    taller = np.ones((x.shape[0], x.shape[1] + 1, x.shape[2]), x.dtype)
    taller[:, :-1] = x
    return taller


def padded(a: Array) -> Array:
    """Repeat the last column so that every row starts at a cache line: (..., n) to (..., n rounded up to `VECTOR`).

    Products and loops over such rows are up to a third faster. What repeats a sample overflows only where it does.
    """
    n = a.shape[-1]
    wide = aligned((*a.shape[:-1], -(-n // VECTOR) * VECTOR), a.dtype)
    wide[..., :n], wide[..., n:] = a, a[..., -1:]
    return wide


def as_rows(x: Array) -> Array:
    """The same samples (runs, features, n) with each of them in one piece of memory, as a row."""
    return np.ascontiguousarray(x.mT).mT


def lie_as_rows(x: Array) -> bool:
    """Whether the samples of x (runs, features, n) lie in memory one by one, and not feature by feature."""
    _, down, across = x.strides
    return down < across


def one_hot(labels: Array, classes: int, dtype: Any) -> Array:
    """Integer labels (runs, n) in 0..classes-1 to (runs, classes, n): 1 in the row of the sample's class."""
    is_class: Array = labels[:, np.newaxis, :] == np.arange(classes)[:, np.newaxis]
    return is_class.astype(dtype)


@lru_cache(maxsize=64)  # a training has few shapes, but whoever predicts may have any
def pieces(samples: int, widths: tuple[int, ...]) -> tuple[slice, ...]:
    """Cut a batch into pieces whose activations stay in the processor's cache, as equal as whole vectors allow.

    The widest layer's activations of one piece hold at most `PIECE` numbers, or two vectors of samples. Inputs do not
    count: they are read twice and written never. The cuts depend on shapes alone, never on the machine: sums over other
    pieces have other bits.
    """
    vectors, at_most = -(-samples // VECTOR), max(PIECE // max(widths[1:]) // VECTOR, 2)
    count = -(-vectors // at_most)
    edges = [min(VECTOR * (vectors * i // count), samples) for i in range(count + 1)]
    return tuple(slice(start, stop) for start, stop in pairwise(edges))
