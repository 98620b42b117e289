"""What y may be: one label for each row of X, all of one kind: whole numbers, text, bytes, dates or durations.

Measurements and missing labels are refused, in `score` as in `fit`, whatever holds them.
"""

import warnings
from datetime import date
from numbers import Real
from typing import Any

import numpy as np

from nn.arrays import Array
from nn.conventions import known_to_sklearn
from nn.inputs import MISSING

KINDS = {**dict.fromkeys("biuf", "numbers"), "U": "text", "T": "text", "S": "bytes", "M": "dates", "m": "durations"}
OBJECTS = {str: "text", bytes: "bytes", Real: "numbers", np.bool_: "numbers", date: "dates", np.datetime64: "dates"}
MANY = 20  # classes, from which on it is asked whether they are any


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
        warnings.warn(message, known_to_sklearn("DataConversionWarning", UserWarning), stacklevel=3)
        values = values[:, 0]
    if values.shape != (samples,):
        raise ValueError(f"y: expected {samples} labels, one for each row of X, got shape {values.shape}")
    made_text = values.dtype.kind in "US" and not hasattr(y, "dtype")  # by NumPy, of anything that a list holds
    what = kind(np.array(y, object) if made_text else values)
    if classes is not None and what != kind(classes):
        raise ValueError(f"y: expected {kind(classes)} for labels, as in fit, got {what}")
    return values


def classes_of(values: Array) -> tuple[Array, Array]:
    """The labels that occur, sorted: (classes,); and each sample's place among them: (samples,)."""
    try:
        classes, codes = np.unique(values, return_inverse=True)
    except TypeError as error:
        raise ValueError(f"y: expected labels that can be sorted: {error}") from None
    if len(classes) < 2:
        raise ValueError(f"y: expected at least two classes, got 1 class: {classes!r}")
    if len(classes) > max(MANY, len(values) / 2):
        warnings.warn(f"y: {len(classes)} classes in {len(values)} samples; are they labels?", stacklevel=3)
    return classes, codes


def kind(values: Array) -> str:
    """What labels are; those of one kind are never those of another.

    Raises ValueError for labels of several kinds or of none, missing ones, and numbers with a fraction.
    """
    code = values.dtype.kind
    found = {_kind_of(one) for one in set(map(type, values.flat))} if code == "O" else {KINDS.get(code)}
    if len(found) > 1 or "missing" in found:
        got = " and ".join(sorted(map(str, found)))
        raise ValueError(f"y: expected labels of one type, none of them missing, got {got}")
    (what,) = found
    if what is None:
        held = values.dtype if code != "O" else type(values.flat[0]).__name__
        raise ValueError(f"y: Unknown label type: {held}; expected whole numbers, text or dates")
    if code in "Mm" and np.isnat(values).any():
        raise ValueError("y: contains missing labels (NaT)")
    if what == "numbers" and code in "fO":
        _refuse_measurements(values.astype(np.float64))
    return what


def _kind_of(type_: type) -> str | None:
    if type_.__name__ in MISSING:
        return "missing"
    return next((name for base, name in OBJECTS.items() if issubclass(type_, base)), None)


def _refuse_measurements(values: Array) -> None:
    if not np.isfinite(values).all():
        raise ValueError(f"y: contains missing labels ({'NaN' if np.isnan(values).any() else 'infinity'})")
    broken = values[values != np.trunc(values)]
    if len(broken):
        raise ValueError(f"y: Unknown label type: continuous; expected labels, got the measurement {broken[0]}")
