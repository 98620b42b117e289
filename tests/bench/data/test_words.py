"""Values of any type as the text that names a class."""

import datetime
import math
from typing import Any

import numpy as np
import pytest

from bench.data.words import text_of, texts_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"), (3.0, "3"), (-2.0, "-2"), (0.0, "0"), (-0.0, "0"), (2.5, "2.5"), (np.float64(7.0), "7"),
        (123456789012345.0, "123456789012345"), (1e30, "1e+30"), (10**30, "1" + 30 * "0"), (1e-7, "1e-07"),
        (math.inf, "inf"), (True, "True"), (" a ", "a"), (b" a\xff", "a\\xff"), (None, ""), (math.nan, ""),
        (datetime.date(2020, 1, 2), "2020-01-02"),
    ],
)  # fmt: skip
def test_a_value_has_one_text(value: Any, text: str) -> None:
    assert text_of(value) == text


def test_equal_texts_are_one_object() -> None:
    first, second, other = texts_of([1.5, "1.5", 2])
    assert first is second
    assert other == "2"
