"""A document as one HTML file that needs nothing else: styles, script and figures are inside, and no network."""

from __future__ import annotations

import base64
import hashlib
import re

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from bench.figures import INK_PAPER_GRID, Picture
from bench.report.document import Cell, Document
from bench.statistics.words import KINDS
from bench.text import missing

ROWS = 2_000  # of a table; the rest is in its CSV file


def render(document: Document) -> str:
    """The whole report. Everything is escaped by the template but our own style, script and figures."""
    environment = Environment(
        loader=PackageLoader("bench.report.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"anchor": anchor, "kind": kind, "inline_svg": inline_svg, "sort_key": sort_key}
    style, script = (source(environment, name) for name in ("report.css", "report.js"))
    text = environment.get_template("report.html").render(
        document=document,
        style=Markup(style),
        script=Markup(script),
        script_hash=script_hash(script),
        kinds=KINDS.values(),
        most_rows=ROWS,
    )
    return text.lstrip()


def source(environment: Environment, name: str) -> str:
    """A template file as it is."""
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def script_hash(script: str) -> str:
    """What the page's security policy knows our script by: no other one runs."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def kind(block: object) -> str:
    """The name of a block's class."""
    return type(block).__name__


def anchor(title: str) -> str:
    """A section's title as its id, a verdict's word as its class."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def sort_key(cell: Cell) -> str:
    """What a column is sorted by: numbers as they are, infinity last, nothing where there is no value."""
    value = cell.value
    if missing(value):
        return ""
    return {"inf": "1e999", "-inf": "-1e999"}.get(repr(value), str(value))


def inline_svg(picture: Picture) -> Markup:
    """A figure for inside the page: it takes the page's colours, its ids are its own, and its width is free."""
    svg = picture.svg[picture.svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    for prefix in (' id="', 'href="#', "url(#"):
        svg = svg.replace(prefix, f"{prefix}{picture.name}-")
    for variable, colour in zip(("ink", "paper", "grid"), INK_PAPER_GRID, strict=True):
        svg = svg.replace(colour, f"var(--{variable})")
    label = f' role="img" aria-label="{escape(picture.alt)}"'
    return Markup(svg.replace("<svg", f"<svg{label}", 1))
