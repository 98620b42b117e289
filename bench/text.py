"""Text from outside, made fit to be shown."""


def printable(text: str, longest: int = 80) -> str:
    """Text from outside made harmless for a terminal, and shortened."""
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: longest + 1])
    return safe if len(safe) <= longest else safe[: longest - 3] + "..."


def describe(key: str, value: object) -> str:
    """A setting, by its dotted key, as short text, such as `lr 0.05` or `hidden 64-64`."""
    return f"{key.split('.', 1)[1]} {written(value)}"


def written(value: object) -> str:
    """A setting's value as short text that no other value of it has."""
    if value is None:
        return "full"
    if isinstance(value, tuple | list):
        return "-".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)
    return str(value)
