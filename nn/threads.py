"""One BLAS thread for as long as a network computes.

Its products are small: threads that share them wait for each other longer than they compute, and most of all where
other programs are busy. With one, numbers are also the same bits on any number of cores. Whoever wants all cores trains
several networks at once.

NumPy has no setting for it, but OpenBLAS has: its functions, under each of the names that it is built with, are looked
up in the library that NumPy has loaded already. Where they are not found (another BLAS, Windows), nothing is changed.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock

import numpy as np


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """One BLAS thread, in the whole process, until the last of all blocks that run at the same time has ended."""
    _in()
    try:
        yield
    finally:
        _out()


_lock = Lock()
_blocks, _before = 0, 1  # how many run now; BLAS threads before the first of them


def _in() -> None:
    global _blocks, _before
    with _lock:
        if _blocks == 0 and (blas := _functions()):
            get, put = blas
            _before = get()
            put(1)
        _blocks += 1


def _out() -> None:
    global _blocks
    with _lock:
        _blocks -= 1
        if _blocks == 0 and (blas := _functions()):
            blas[1](_before)


@cache
def _functions() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """What gets and sets the number of threads, if NumPy's BLAS has it."""
    try:
        loaded = ctypes.CDLL(np._core._multiarray_umath.__file__)  # type: ignore[attr-defined]
    except (AttributeError, OSError):
        return None
    for prefix, suffix in (("scipy_", "64_"), ("scipy_", ""), ("", "64_"), ("", "_64"), ("", "")):
        get, put = (f"{prefix}openblas_{verb}_num_threads{suffix}" for verb in ("get", "set"))
        if hasattr(loaded, get) and hasattr(loaded, put):
            return getattr(loaded, get), getattr(loaded, put)
    return None
