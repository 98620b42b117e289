"""What was done, with what, and how to do it again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from bench.grid.grid import Grid, written
from bench.report.document import Block, Bullets, Code, Links, Paragraph, Section, table_of
from bench.report.view import View
from bench.text import counted, percent, plain, points, printable, whole

LONGEST = 12  # values of an axis that are listed


def protocol(view: View) -> Section:
    """The rules that hold for every number above."""
    grid = view.results.grid
    asked, seeds = grid.baseline, grid.seeds
    chosen = (
        f"Each is trained on {counted(seeds.tune, 'tune seed')}; the best mean validation accuracy of the last epoch "
        "chooses one per family."
        if seeds.tune
        else "Each family has only one, so nothing is chosen and there are no tune seeds."
    )
    rules = (
        f"{counted(len(grid), 'configuration')} in {counted(len(view.families), 'family', 'families')}. {chosen}",
        f"Families are judged by their test accuracy on {counted(seeds.confirm, 'confirm seed')} that chose nothing, "
        "with test points drawn anew for each seed.",
        f"The claim is {percent(asked.accuracy)} test accuracy, the level {percent(asked.alpha)} for all verdicts "
        f"together (Holm), the margin {points(asked.margin)}.",
        f"Convergence is the first checkpoint with a validation accuracy of {percent(asked.target)}.",
        "A diverged run counts at chance; a failed run is missing and said to be.",
        "Seeds pair the families: they share data, initial weights and batches, whatever the optimizer.",
        "Limits: results hold for the generated problem and the searched ranges below; other seeds are covered, other "
        "problems are not.",
    )
    return Section("Protocol", (Bullets(rules), _settings(grid), *_sizes(view)))


def _settings(grid: Grid) -> Block:
    rows = [(key, _values(values), len(values), "all") for key, values in grid.axes.items()]
    for label, entry in grid.entries.items():
        rows += [(key, _values(values), len(values), printable(label, 60)) for key, values in entry.items()]
    frame = pd.DataFrame(rows, columns=["setting", "values", "count", "optimizer"])
    frame = frame.sort_values("count", ascending=False, kind="stable", ignore_index=True)
    columns = [("setting", "setting", plain), ("values", "values", plain), ("optimizer", "for", plain)]
    return table_of(frame, columns, "Every setting, axes first.", search=len(frame) > 20)


def _values(values: tuple[Any, ...]) -> str:
    shown = [written(value) for value in values[:LONGEST]]
    return ", ".join(shown) + (f", ... ({len(values)} values)" if len(values) > LONGEST else "")


def _sizes(view: View) -> Iterator[Block]:
    table = view.families.rename_axis("family").reset_index()
    if table["configurations"].nunique() > 1:
        columns = [("family", "family", plain), ("configurations", "configurations searched", whole)]
        yield table_of(table, columns, "The families' budgets differ: a larger search finds more by luck.")


def regenerate(view: View) -> Section:
    """Environment, files and commands."""
    source = view.results.grid.source
    shown = source if source and source.isprintable() and " " not in source else "GRID.toml"
    commands = [
        f"python -m bench run {shown}      # train what is missing, judge, write the report",
        f"python -m bench report {shown}   # write this report again from the store",
    ]
    runs = view.results.confirm if len(view.results.confirm) else view.results.tune
    if len(runs):
        commands.append(f"python -m bench replay {runs['run'].iloc[0]} --figure run.svg   # one run, bit for bit")
    return Section("Regenerate", (Code("\n".join(commands)), _files(), *_environments(view)))


def _files() -> Links:
    return Links(
        (
            ("runs.csv", "every run: its settings and results"),
            ("curves.csv", "learning curves of the confirm runs"),
            ("summary.csv", "every configuration"),
            ("verdicts.csv", "every family"),
        )
    )


def _environments(view: View) -> Iterator[Block]:
    used = view.results.runs["environment"].value_counts().sort_index()
    for name, count in used.items():
        facts = view.results.environments.get(str(name))
        if facts is None:
            continue
        found = facts["fingerprint"]
        blas = ", ".join(f"{b.get('internal_api')} {b.get('version')} ({b.get('architecture')})" for b in found["blas"])
        yield Paragraph(
            f"{counted(int(count), 'run')} trained with {found['implementation']} {found['python']}, NumPy "
            f"{found['numpy']}, {blas or 'an unknown BLAS'}, on {found['system']} {found['machine']}, commit "
            f"{facts['commit'] or 'unknown'}."
        )
