"""What is watched while foreign code runs: generators that belong to all, classes and modules, exceptions."""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from bench.plugins.plugin import line_in
from bench.text import printable
from nn.components import Component


def raised(component: type[Component], error: BaseException) -> str:
    """An exception of a component's code, as a fault."""
    line = line_in(getattr(sys.modules[component.__module__], "__file__", None) or "", error)
    where = f" in line {line}" if line else ""
    what = f": {printable(str(error), 300)}" if str(error) else ""
    return f"{type(error).__name__}{where}{what}; correct it"


@contextmanager
def global_generators(seed: int) -> Iterator[list[str]]:
    """Seed the generators of `random` and NumPy that belong to all; the list holds, at the end, those that were used.

    They are afterwards what they were before.
    """
    used: list[str] = []
    before = random.getstate(), np.random.get_state()  # noqa: NPY002  (it is the old one that is watched)
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    own, numpys = random.getstate(), _numpys_state()
    try:
        yield used
        used += ["random"] if random.getstate() != own else []
        used += ["numpy.random"] if _numpys_state() != numpys else []
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])  # noqa: NPY002


def _numpys_state() -> tuple[Any, ...]:
    name, keys, *rest = np.random.get_state(legacy=True)  # noqa: NPY002
    return name, np.asarray(keys).tobytes(), *rest


def shared_values(component: type[Component]) -> dict[str, str]:
    """What a class and its module hold that could change, by name, each as text that differs when it does."""
    inherited = {
        f"{base.__name__}.{name}": value
        for base in reversed(component.__mro__)
        if base.__module__ == component.__module__
        for name, value in vars(base).items()
    }
    held = {**vars(sys.modules[component.__module__]), **inherited}
    return {name: _text(value) for name, value in held.items() if not name.rpartition(".")[2].startswith("__")}


def _text(value: Any) -> str:
    """A value as text: an object that shows nothing of itself, or no end, as itself."""
    try:
        return _shown(value)
    except Exception:
        return f"{type(value)} {id(value)}"


def _shown(value: Any) -> str:
    """An array by its bytes, a container by what it holds, anything else by what it shows."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{value.shape}{value.tobytes()!r}"
    if isinstance(value, dict):
        return f"{type(value)}{[(_shown(key), _shown(one)) for key, one in value.items()]}"
    if isinstance(value, list | tuple):
        return f"{type(value)}{[_shown(one) for one in value]}"
    return repr(value)
