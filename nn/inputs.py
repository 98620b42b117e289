"""What X may be: anything that NumPy reads as a table of numbers, with the columns of `fit` ever after.

What cannot be learned from is refused with its place and value, in `predict` and `score` as in `fit`. Frames and sparse
arrays are known by what they can do; no library of theirs is imported.
"""

import contextlib
import warnings
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from nn.arrays import Array

NO_NUMBERS = (str, bytes, complex, np.complexfloating, date, np.datetime64, np.timedelta64)  # some of which floats take
MISSING = ("NoneType", "NAType", "NaTType")  # Python's and those of pandas, which is not imported
SHOWN = 5  # names of columns


def table(X: Any) -> Array:
    """X as an array of numbers (samples, features), not yet of the network's type.

    Raises ValueError for what is no such table, and TypeError for a cell that is an object and no number.
    """
    if hasattr(X, "toarray"):
        raise ValueError("X: expected an array, got a sparse one; give X.toarray()")
    try:
        rows = np.asarray(X)
    except ValueError as error:
        raise ValueError(f"X: {error}") from None
    if rows.dtype.kind == "c":
        raise ValueError("X: Complex data not supported; give the real and the imaginary parts as features")
    if rows.dtype.kind not in "biufO":
        raise ValueError(f"X: expected numbers, got an array of {rows.dtype}")
    if rows.ndim == 1:
        remedy = "Reshape your data: X.reshape(-1, 1) if it is one feature, X.reshape(1, -1) if it is one sample"
        raise ValueError(f"X: expected shape (samples, features), both >= 1, got {rows.shape}. {remedy}")
    if rows.ndim != 2 or len(rows) == 0:
        raise ValueError(f"X: expected shape (samples, features), both >= 1, got {rows.shape}")
    if rows.shape[1] == 0:
        raise ValueError(f"X: 0 feature(s) (shape={rows.shape}) while a minimum of 1 is required.")
    if np.ma.is_masked(X):
        raise ValueError("X: contains missing (masked) values")
    return _numbers(rows, X) if rows.dtype.kind == "O" else rows


def _numbers(rows: Array, X: Any) -> Array:
    """Objects as float64. Text is no number, even where it reads like one."""
    types = set(map(type, rows.flat))
    if not any(issubclass(type_, NO_NUMBERS) or type_.__name__ in MISSING for type_ in types):
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            return rows.astype(np.float64)
    for (i, j), cell in np.ndenumerate(rows):
        where = f"X: row {i}, column {_name(X, j)}"
        if type(cell).__name__ in MISSING:
            raise ValueError(f"{where}: a missing value ({cell})")
        if isinstance(cell, NO_NUMBERS):
            raise ValueError(f"{where}: expected a number, got {cell!r}")
        try:
            float(cell)
        except TypeError as error:
            raise TypeError(f"{where}: {error}") from None
        except (ValueError, OverflowError) as error:
            raise ValueError(f"{where}: {error}") from None
    raise ValueError("X: expected numbers")


def columns(rows: Array, dtype: type, X: Any, start: int = 0) -> Array:
    """Rows of a table, those of X from row `start` on, as (1, features, samples) of the network's type.

    Raises ValueError for NaN, infinity, and what is too large for the type.
    """
    with np.errstate(over="ignore"):
        x: Array = rows.astype(dtype)
    finite = np.isfinite(x)
    if not finite.all():
        i, j = np.argwhere(~finite)[0]
        what = f"X: contains values that are not finite in {np.dtype(dtype).name} (NaN, infinity, or too large)"
        raise ValueError(f"{what}: {rows[i, j]} in row {start + i}, column {_name(X, j)}")
    return x.T[np.newaxis]


def column_names(X: Any) -> list[Any] | None:
    """What a frame calls its columns; None for an array."""
    names = getattr(
        X, "column_names" if hasattr(X, "to_batches") else "columns", None
    )  # a table of pyarrow, or a frame
    return None if names is None else list(names)


def _name(X: Any, column: int) -> str:
    names = column_names(X)
    return str(column) if names is None else repr(names[column])


def check_columns(rows: Array, names: list[Any] | None, features: int, fitted: list[Any] | None) -> None:
    """Raise ValueError unless the columns of a table are as many as in fit, and have the names that they had there.

    Where only one of both has names, warn. All in scikit-learn's words, which its users search for.
    """
    if names is not None and fitted is not None and names != fitted:
        known, given = set(fitted), set(names)
        unseen, missing = [name for name in names if name not in known], [name for name in fitted if name not in given]
        text = "The feature names should match those that were passed during fit.\n"
        if unseen:
            text += "Feature names unseen at fit time:\n" + _listed(unseen)
        if missing:
            text += "Feature names seen at fit time, yet now missing:\n" + _listed(missing)
        if not unseen and not missing:
            text += "Feature names must be in the same order as they were in fit.\n"
            text += _listed(
                [f"{was}, where now is {now}" for was, now in zip(fitted, names, strict=False) if was != now]
            )
        raise ValueError(text)
    if rows.shape[1] != features:
        raise ValueError(f"X has {rows.shape[1]} features, but Classifier is expecting {features} features as input")
    if are_names(names) and fitted is None:
        warnings.warn("X has feature names, but Classifier was fitted without feature names", stacklevel=4)
    if are_names(fitted) and names is None:
        warnings.warn("X does not have valid feature names, but Classifier was fitted with feature names", stacklevel=4)


def are_names(names: list[Any] | None) -> bool:
    """Whether they are text, as `feature_names_in_` must be; frames made of arrays count their columns instead."""
    return bool(names) and all(isinstance(name, str) for name in names or ())


def _listed(names: Sequence[Any]) -> str:
    return "".join(f"- {name}\n" for name in names[:SHOWN]) + ("- ...\n" if len(names) > SHOWN else "")
