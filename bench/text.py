"""Text from outside, made fit to be shown."""


def printable(text: str, longest: int = 80) -> str:
    """Text from outside made harmless for a terminal, and shortened."""
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: longest + 1])
    return safe if len(safe) <= longest else safe[: longest - 3] + "..."
