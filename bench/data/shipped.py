"""Tables that scikit-learn ships, so that they are there without a network."""

from functools import cache
from hashlib import sha256

from bench.data.faults import DataError
from bench.data.table import Table


@cache
def shipped(name: str) -> tuple[Table, str]:
    """The table of `load_NAME` in sklearn.datasets, and the digest of its numbers and labels, in 16 hexadecimal digits.

    Raises DataError where scikit-learn is not installed.
    """
    try:
        from sklearn import datasets
    except ImportError:
        raise DataError(["comes with scikit-learn, which is not installed: pip install scikit-learn"]) from None
    loaded = getattr(datasets, f"load_{name}")()
    rows, labels = loaded.data.astype("<f8"), loaded.target.astype("<i8")
    classes, features = (tuple(map(str, names)) for names in (loaded.target_names, loaded.feature_names))
    return Table(rows, labels, features, classes), sha256(rows.tobytes() + labels.tobytes()).hexdigest()[:16]
