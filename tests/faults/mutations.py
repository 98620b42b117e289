"""Bytes and texts changed at random: what a disk, an editor, a spreadsheet or an enemy makes of a file."""

from collections.abc import Sequence
from random import Random

PIECES = (
    "", " ", "\n", "\r", "\t", "\0", "\ufeff", "\u202e", "\x1b[2J", "é", "𝕏", "\ud800", ",", ";",
    "=", '"', "'", '"""', "'''", "#",
    "[", "]", "[[", "]]", "{", "}", "{}", "[]", ".", "..", "-", "--", "+", "/", "\\", "\\u0000", "%s", "{0}", "$(id)",
    "nan", "inf", "-inf", "-1", "0", "-0.0", "1e999", "1e-999", "5e-324", "0x1F", "0b1", "1_000", "1979-05-27",
    "99999999999999999999", "9" * 5000, "true", "false", "null", "NA", "full", "he", "best", "all", "1.0", "1,0",
)  # fmt: skip


def mutated(content: bytes, random: Random, pieces: Sequence[str] = PIECES) -> bytes:
    """The content after one to six changes: bits flipped, pieces put in, parts doubled, moved or cut out."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        content = random.choice(_CHANGES)(content, random, pieces)
    return content


def _flip(content: bytes, random: Random, pieces: Sequence[str]) -> bytes:
    if not content:
        return content
    flipped = bytearray(content)
    flipped[random.randrange(len(content))] ^= 1 << random.randrange(8)
    return bytes(flipped)


def _put_in(content: bytes, random: Random, pieces: Sequence[str]) -> bytes:
    at, removed = random.randint(0, len(content)), random.choice((0, 0, 1, 3, 12))
    piece = random.choice(pieces).encode("utf-8", "surrogatepass")
    return content[:at] + piece + content[at + removed :]


def _put_noise_in(content: bytes, random: Random, pieces: Sequence[str]) -> bytes:
    at = random.randint(0, len(content))
    return content[:at] + random.randbytes(random.randint(1, 8)) + content[at:]


def _move(content: bytes, random: Random, pieces: Sequence[str]) -> bytes:
    """A part is copied to another place, and may stay where it was."""
    start, at = sorted(random.randint(0, len(content)) for _ in range(2))
    part = content[start : start + random.randint(0, 80)]
    kept = content if random.random() < 0.5 else content[:start] + content[start + len(part) :]
    return kept[:at] + part + kept[at:]


def _move_lines(content: bytes, random: Random, pieces: Sequence[str]) -> bytes:
    lines = content.splitlines(keepends=True)
    taken = [lines.pop(random.randrange(len(lines))) for _ in range(random.randint(0, min(3, len(lines))))]
    for line in taken * random.randint(0, 2):
        lines.insert(random.randint(0, len(lines)), line)
    return b"".join(lines)


def _cut_out(content: bytes, random: Random, pieces: Sequence[str]) -> bytes:
    start, stop = sorted(random.randint(0, len(content)) for _ in range(2))
    return content[:start] + content[min(stop, start + 200) :]


def _cut_the_end(content: bytes, random: Random, pieces: Sequence[str]) -> bytes:
    return content[: random.randint(0, len(content))]


_CHANGES = (_flip, _put_in, _put_in, _put_in, _put_noise_in, _move, _move_lines, _move_lines, _cut_out, _cut_the_end)
