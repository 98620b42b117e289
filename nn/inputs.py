"""What X and y may be: anything that NumPy reads as a table of numbers, and as one label for each of its rows.

What cannot be learned from is refused with its place and value, in `predict` and `score` as in `fit`. Frames and sparse
arrays are known by what they can do; no library of theirs is imported.
"""

import contextlib
import sys
import warnings
from collections.abc import Sequence
from datetime import date
from numbers import Real
from typing import Any

import numpy as np

from nn.arrays import Array

MANY = 20  # classes, from which on it is asked whether they are any
SHOWN = 5  # names of columns


def known_to_sklearn(name: str, otherwise: type) -> Any:
    """scikit-learn's exception or warning of this name, where it is loaded: the one that its users' code expects."""
    return getattr(sys.modules.get("sklearn.exceptions"), name, otherwise)


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


NO_NUMBERS = (str, bytes, complex, np.complexfloating, date, np.datetime64, np.timedelta64)  # some of which floats take
MISSING = ("NoneType", "NAType", "NaTType")  # Python's and those of pandas, which is not imported


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
        _warn("X has feature names, but Classifier was fitted without feature names")
    if are_names(fitted) and names is None:
        _warn("X does not have valid feature names, but Classifier was fitted with feature names")


def are_names(names: list[Any] | None) -> bool:
    """Whether they are text, as `feature_names_in_` must be; frames made of arrays count their columns instead."""
    return bool(names) and all(isinstance(name, str) for name in names or ())


def _listed(names: Sequence[Any]) -> str:
    return "".join(f"- {name}\n" for name in names[:SHOWN]) + ("- ...\n" if len(names) > SHOWN else "")


def labels(y: Any, samples: int, classes: Array | None = None) -> Array:
    """One label for each sample: (samples,); of the kind of `classes`, where these are known.

    Raises ValueError where they are not that, are missing, or of no type that labels have (see `kind`).
    """
    if y is None:
        raise ValueError("Classifier requires y to be passed, but the target y is None")
    if hasattr(y, "toarray"):
        raise ValueError("y: expected an array, got a sparse one; give y.toarray()")
    if np.ma.is_masked(y):
        raise ValueError("y: contains missing (masked) labels")
    values = np.asarray(y)
    if values.ndim == 2 and values.shape == (samples, 1):
        message = "A column-vector y was passed when a 1d array was expected; give y.ravel()"
        _warn(message, known_to_sklearn("DataConversionWarning", UserWarning))
        values = values[:, 0]
    if values.shape != (samples,):
        raise ValueError(f"y: expected {samples} labels, one for each row of X, got shape {values.shape}")
    made_text = values.dtype.kind in "US" and not hasattr(y, "dtype")  # by NumPy, of anything that a list holds
    what = kind(np.array(y, object) if made_text else values)
    if classes is not None and what != kind(classes):
        raise ValueError(f"y: expected {kind(classes)} for labels, as in fit, got {what}")
    return values


KINDS = {**dict.fromkeys("biuf", "numbers"), "U": "text", "T": "text", "S": "bytes", "M": "dates", "m": "durations"}
OBJECTS = {str: "text", bytes: "bytes", Real: "numbers", np.bool_: "numbers", date: "dates", np.datetime64: "dates"}


def kind(values: Array) -> str:
    """What labels are: numbers, text, bytes, dates or durations. Those of one kind are never those of another.

    Raises ValueError for labels of several kinds or another one, missing ones, and numbers with a fraction.
    """
    code = values.dtype.kind
    types = set(map(type, values.flat)) if code == "O" else set()
    found = (
        {_kind_of(one) for one in types} if code == "O" else {KINDS.get(code, f"Unknown label type: {values.dtype}")}
    )
    if len(found) > 1 or "missing" in found:
        raise ValueError(f"y: expected labels of one type, none of them missing, got {' and '.join(sorted(found))}")
    (what,) = found
    if what.startswith("Unknown"):
        raise ValueError(f"y: {what}; expected whole numbers, text or dates")
    if code in "Mm" and np.isnat(values).any():
        raise ValueError("y: contains missing labels (NaT)")
    if what == "numbers" and code in "fO":
        _refuse_continuous(values.astype(np.float64))
    return what


def _kind_of(type_: type) -> str:
    if type_.__name__ in MISSING:
        return "missing"
    kinds = (name for base, name in OBJECTS.items() if issubclass(type_, base))
    return next(kinds, f"Unknown label type: {type_.__name__}")


def _refuse_continuous(values: Array) -> None:
    if not np.isfinite(values).all():
        raise ValueError(f"y: contains missing labels ({'NaN' if np.isnan(values).any() else 'infinity'})")
    broken = values[values != np.trunc(values)]
    if len(broken):
        raise ValueError(f"y: Unknown label type: continuous; expected labels, got the measurement {broken[0]}")


def classes_of(values: Array) -> tuple[Array, Array]:
    """The labels that occur, sorted: (classes,); and each sample's place among them: (samples,)."""
    try:
        classes, codes = np.unique(values, return_inverse=True)
    except TypeError as error:
        raise ValueError(f"y: expected labels that can be sorted: {error}") from None
    if len(classes) < 2:
        raise ValueError(f"y: expected at least two classes, got 1 class: {classes!r}")
    if len(classes) > max(MANY, len(values) / 2):
        _warn(f"y: {len(classes)} classes in {len(values)} samples; are they labels?")
    return classes, codes


def _warn(message: str, category: type[Warning] = UserWarning) -> None:
    warnings.warn(message, category, stacklevel=4)  # where fit or predict was called
