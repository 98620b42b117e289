"""Every setting that a grid file can have, as Markdown, read off the classes that declare them."""

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bench.grid.components import PENALTIES, PROBLEMS, RULES, SCHEDULES
from bench.grid.domains import plain
from bench.grid.grid import Baseline, Seeds
from bench.grid.search import Search
from bench.grid.table import (
    Key,
    declared,
    optimizer_settings,
    problem_settings,
    schedule_settings,
    shared_settings,
)
from nn.components import Component

_INTRODUCTION = """\
# Settings of a grid file

A grid file is TOML. A list of values, or a range (`{ log = [a, b], count = n }`, `{ linear = [a, b], count = n }`), is
an axis, and the grid is the product of all axes. `{ loguniform = [a, b] }` and `{ uniform = [a, b] }` are random axes:
`[search] samples` points are drawn for each optimizer that has any, each with a value of all its random axes (of a
scrambled Sobol sequence, the same every time, that more samples continue), and the grid is the product of these points
and the lists. A problem has no random axes. What is left out has its default. `title` is the question; `families` lists
the axes whose values are compared, each at its best (default: `["optimizer"]`); `effects` those whose effect is judged
within each family: without and with, each at its best (default: penalties and dropout, where their values are listed).
"""


def settings_as_markdown() -> str:
    """The whole page."""
    return "\n".join([_INTRODUCTION, *_sections()])


def _sections() -> Iterator[str]:
    for name, problem in PROBLEMS.items():
        yield from _section(f'[problem], `name = "{name}"`', problem_settings(name), problem)
    yield "Several are [[problem]] tables, each with a `name`; two of one name need different values of `label`.\n"
    shared = shared_settings()
    for table in dict.fromkeys(setting.table for setting in shared):
        yield from _section(f"[{table}]", [setting for setting in shared if setting.table == table])
        if table == "regularization":
            yield from _list(PENALTIES)
    for name, rule in RULES.items():
        yield from _section(f'[[optimizer]], `name = "{name}"`', optimizer_settings(name, ()), rule)
    yield "Each may also have a `label`; two of one name need different ones.\n"
    for name, schedule in SCHEDULES.items():
        yield from _section(f'[[optimizer]], `schedule = "{name}"`', schedule_settings(name), schedule)
    yield from _section("[seeds]", declared("seeds", Seeds))
    yield from _section("[baseline]", declared("baseline", Baseline))
    yield from _section("[search]", declared("search", Search))


def _section(title: str, settings: Sequence[Key], component: type[Component] | None = None) -> Iterator[str]:
    yield f"## {title}\n"
    if component is not None:
        yield f"{_first_paragraph(component)}\n"
    if settings:
        yield from _table(settings)


def _table(settings: Iterable[Key]) -> Iterator[str]:
    yield "| setting | default | allowed | meaning |"
    yield "| --- | --- | --- | --- |"
    for setting in settings:
        cells = (f"`{setting.name}`", json.dumps(plain(setting.default)), setting.domain.allowed, setting.meaning)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


def _list(components: Mapping[str, type[Component]]) -> Iterator[str]:
    for name, component in components.items():
        yield f"- `{name}`: {_first_paragraph(component)}"
    yield ""


def _first_paragraph(component: type[Component]) -> str:
    text = inspect.cleandoc(component.__doc__ or "").split("\n\n")[0]
    if text.startswith(f"{component.__name__}("):  # made by @dataclass, where nobody wrote one
        return ""
    return " ".join(text.split()).replace("<-", "←").replace("*", "\\*")
