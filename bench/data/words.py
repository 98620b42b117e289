"""Values of any type as the text that names a class."""

from collections.abc import Iterable


def text_of(value: object) -> str:
    """One value: whole numbers without a decimal point, "" where there is no value (None, NaN)."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace").strip()
    return str(value).strip()


def texts_of(values: Iterable[object]) -> list[str]:
    """Many values; equal texts are one object."""
    once: dict[str, str] = {}
    return [once.setdefault(text, text) for text in map(text_of, values)]
