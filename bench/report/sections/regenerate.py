"""With what it was done, and how to do it again."""

from __future__ import annotations

from collections.abc import Iterator

from bench.report.document import Block, Code, Links, Paragraph, Section
from bench.report.view import View
from bench.text import counted


def section(view: View) -> Section:
    """Environment, files and commands."""
    source = view.results.grid.source
    grid = source if source and source.isprintable() and " " not in source else "GRID.toml"
    commands = [
        f"python -m bench run {grid}      # train what is missing, judge, write the report",
        f"python -m bench report {grid}   # write this report again from the store",
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
        machine = facts["fingerprint"]
        blas = ", ".join(
            f"{b.get('internal_api')} {b.get('version')} ({b.get('architecture')})" for b in machine["blas"]
        )
        yield Paragraph(
            f"{counted(int(count), 'run')} trained with {machine['implementation']} {machine['python']}, NumPy "
            f"{machine['numpy']}, {blas or 'an unknown BLAS'}, on {machine['system']} {machine['machine']}, commit "
            f"{facts['commit'] or 'unknown'}."
        )
