"""Values of any type as the text that names a class."""

from collections.abc import Iterable


def text_of(value: object) -> str:
    """One value: whole numbers without a decimal point (3, but 1e+16 as Python writes it), "" for None and NaN."""
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return str(value + 0.0).removesuffix(".0")  # zero has no sign
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace").strip()
    return str(value).strip()


def texts_of(values: Iterable[object]) -> list[str]:
    """Many values; equal texts are one object."""
    once: dict[str, str] = {}
    return [once.setdefault(text, text) for text in map(text_of, values)]
