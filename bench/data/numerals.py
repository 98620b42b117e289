"""Cells of text as numbers: with decimal points or decimal commas, and no number where there is none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Literal

import numpy as np

from bench.data.faults import shown
from bench.text import quoted
from nn.arrays import Array

_MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "?"})  # in small letters; "none" may be a class
_NO_NUMBER = _MISSING | {"none", "-", "--", "missing"}

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?inf(inity)?", re.IGNORECASE | re.ASCII)
_WITH_COMMA = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([,. ']\d{3})+([.,]\d+)?", re.ASCII)


class DecimalComma(Exception):
    """Raised for a number with a decimal comma, where a decimal point was expected."""


@dataclass(frozen=True)
class Numerals:
    """How a file writes its numbers. `commas`: whether one with a decimal comma may occur in it at all."""

    decimal: Literal[".", ","]
    commas: bool

    def numbers(self, rows: Sequence[Sequence[str]]) -> Array:
        """Rows of cells that are all numbers: float64 (rows, cells). Raises ValueError if some are none."""
        if any("_" in text or (self.decimal == "," and "." in text) for text in map("".join, rows)):
            raise ValueError  # Python takes 1_000 for a number
        if self.decimal == ",":
            rows = [[cell.replace(",", ".") for cell in row] for row in rows]
        return np.array([[*map(float, row)] for row in rows], np.float64)

    def number(self, cell: str) -> float:
        """One cell; NaN where it says that there is no value.

        Raises ValueError with what is wrong and what to do, and DecimalComma.
        """
        text = cell.strip()
        if text.lower() in _NO_NUMBER:
            return nan
        comma = bool(_WITH_COMMA.fullmatch(text))
        if comma and self.commas and self.decimal == ".":
            raise DecimalComma
        if _NUMBER.fullmatch(text) and (self.decimal == "." or "." not in text):
            return float(text)
        if comma and self.decimal == ",":
            return float(text.replace(",", "."))
        raise ValueError(f"{quoted(shown(text))} {self._what(text)}")

    def _what(self, text: str) -> str:
        if self.decimal == "," and _NUMBER.fullmatch(text):
            return "has a decimal point, but other numbers of the file have a decimal comma; write all alike"
        if _THOUSANDS.fullmatch(text):
            return "has marks between its digits; write it without them"
        return "is not a number; correct it, or name the column in categorical or drop"


def is_number(text: str) -> bool:
    """Whether text is a number, with a decimal point or comma."""
    return bool(_NUMBER.fullmatch(text) or _WITH_COMMA.fullmatch(text))


def is_missing(text: str) -> bool:
    """Whether a cell of text, without blanks around it, says that there is no value."""
    return text.lower() in _MISSING
