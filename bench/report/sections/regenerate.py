"""With what it was done, and how to do it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bench.defaults import SIDE_BY_SIDE
from bench.grid.provenance import plugins_of
from bench.report.document import Block, Code, Links, Paragraph, Section
from bench.report.files import FILES
from bench.report.remarks import lacking_sentence
from bench.report.sections.regions import is_plane
from bench.report.view import View
from bench.shell import typed
from bench.text import counted, listed, printable


def section(view: View) -> Section:
    """Environment, files and commands."""
    links = Links(tuple((name, what) for name, (what, _) in FILES.items()))
    return Section("Regenerate", (*_missing(view), _commands(view), links, *_plugins(view), *_environments(view)))


def _missing(view: View) -> Iterator[Block]:
    lacking = lacking_sentence(view.results)
    if lacking:
        yield Paragraph(f"{lacking}; the first command does it.")


def _commands(view: View) -> Block:
    """Each with all options that make it do what was done."""
    results, places = view.results, view.places
    plugins = results.grid.request.plugin_options
    asked, folders = results.grid.request.arguments, (*places.store_option, *places.reports_option)
    lines = [
        "# train what is missing, judge, write the report",
        typed("run", *asked, *results.run_options, *folders),
        "# write this report again from the store",
        typed("report", *asked, *folders),
    ]
    runs = results.confirm if len(results.confirm) else results.tune
    if len(runs):
        figure = ("--figure", "run.svg") if is_plane(view, runs["family"].iloc[0]) else ()
        lines.append("# one run, bit for bit")
        lines.append(typed("replay", runs["run"].iloc[0], *plugins, *places.store_option, *figure))
    played = _played(view)
    if played:
        lines.append(f"# {_whose(played)}, as a page to play in a browser")
        lines.append(typed("replay", *asked, *played, *places.store_option, "--page", "page.html"))
    return Code("\n".join(lines))


def _played(view: View) -> list[str]:
    """The first families, as far as they fit on a page, that have a confirm run to show."""
    runs = view.results.confirm
    shown = set(runs.loc[runs["status"] != "failed", "family"])
    return [family for family in view.verdicts["family"] if family in shown][:SIDE_BY_SIDE]


def _whose(families: list[str]) -> str:
    return "the median run of the best" if len(families) == 1 else "the median run of each family's best"


def _plugins(view: View) -> Iterator[Block]:
    for plugin, brought in plugins_of(view.results.grid).items():
        what = printable(listed(f"the {one}" for one in brought), 1000)
        text = f"The plug-in {printable(plugin.name)} (source {plugin.digest}) brought {what}."
        if plugin.is_class:
            text += (
                " The commands above have it only from a file that --plugin names, and train its runs anew from there."
            )
        yield Paragraph(text)


def _environments(view: View) -> Iterator[Block]:
    used = view.results.runs["environment"].value_counts().sort_index()
    for name, count in used.items():
        facts = view.results.environments.get(str(name))
        if facts is None:
            continue
        yield Paragraph(f"{counted(int(count), 'run')} trained {printable(_where(facts), 1000)}.")


def _where(facts: Mapping[str, Any]) -> str:
    machine = {**dict.fromkeys(("implementation", "python", "numpy", "system", "machine"), "?"), **facts["fingerprint"]}
    if "blas" not in machine:
        return "in an environment that is not known any more"
    blas = ", ".join(f"{b.get('internal_api')} {b.get('version')} ({b.get('architecture')})" for b in machine["blas"])
    return (
        f"with {machine['implementation']} {machine['python']}, NumPy {machine['numpy']}, {blas or 'an unknown BLAS'}, "
        f"on {machine['system']} {machine['machine']}, commit {facts['commit'] or 'unknown'}"
    )
