"""Commands that are printed to be typed, in the shell that this program was started from or in any."""

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

PROGRAM = ("python", "-m", "bench")  # wherever it is typed, with the environment's interpreter


def program() -> list[str]:
    """The words that start this program when they are typed in the same shell."""
    script = Path(sys.argv[0])
    if script.stem == "bench":  # installed as such; else it is .../bench/__main__.py
        found = shutil.which("bench")
        on_path = found is not None and Path(found).resolve() == script.resolve()
        return ["bench" if on_path else _as_typed(str(script))]
    return [_as_typed((sys.orig_argv or [sys.executable])[0]), "-m", "bench"]


def _as_typed(command: str) -> str:
    """A command found on the path as it is; a file below the working folder without the way there."""
    if os.sep not in command:
        return command
    path = Path(command).absolute()
    near = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return str(near) if os.sep in str(near) else os.path.join(".", near)


def typed(*words: str, program: Sequence[str] = PROGRAM) -> str:
    """A command of this program as it is typed in a shell, and harmless for a terminal."""
    return " ".join(map(_typed, (*program, *words)))


def _typed(word: str) -> str:
    """A word, in quotes if it needs some; Bash and Zsh read what no terminal shows in quotes of their own."""
    return shlex.quote(word) if word.isprintable() else f"$'{''.join(map(_escaped, word))}'"


def _escaped(character: str) -> str:
    if character in "\\'":
        return f"\\{character}"
    if character.isprintable():
        return character
    return "".join(f"\\x{byte:02x}" for byte in character.encode(errors="surrogateescape"))
