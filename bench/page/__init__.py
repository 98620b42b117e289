"""The training of stored runs as one HTML page, to be played in front of a class.

`content`: what the page shows, as numbers. `words`: what it says. In `templates`, `network.js`: what a network
computes, in the browser; `regions.js` and `charts.js`: how that is drawn, with `drawing.js`; `player.js`: how it is
moved; `page.html` and `page.css`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bench.page import content, words
from bench.page.content import Shown
from bench.replay.recording import record
from bench.report.render import html

__all__ = ["Shown", "write"]

SCRIPTS = ("network.js", "drawing.js", "regions.js", "charts.js", "player.js")  # one after the other: the last begins


def write(runs: Sequence[Shown], path: Path) -> None:
    """Train the runs again, each alone, and write their page. It needs no other file, and no network."""
    page = render(runs)
    path.write_text(page, encoding="utf-8", newline="\n")


def render(runs: Sequence[Shown]) -> str:
    """The page as text. Everything is escaped by the templates but our own style and script."""
    plans = [content.plan_of(one.run, len(runs)) for one in runs]
    recordings = [record(one.run, plan.frames, one.digest) for one, plan in zip(runs, plans, strict=True)]
    script = "\n".join(map(source, SCRIPTS))
    return (
        _templates()
        .get_template("page.html")
        .render(
            title=words.title(runs),
            networks=[words.of(*each) for each in zip(runs, plans, recordings, strict=True)],
            data=content.of(runs, plans, recordings),
            style=Markup(html.source("look.css") + source("page.css")),
            script=Markup(script),
            script_hash=html.script_hash(script),
        )
    )


def source(name: str) -> str:
    """A template file as it is."""
    templates = _templates()
    assert templates.loader is not None
    return templates.loader.get_source(templates, name)[0]


def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("bench.page", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
