"""A document as one HTML file that needs nothing else: styles, script and figures are inside, and no network.

The page is templates/page.html; each class of blocks has a template of its name in templates/blocks.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateNotFound
from markupsafe import Markup, escape

from bench.figures import INK_PAPER_GRID, Picture
from bench.report.document import Cell, Document, Scale
from bench.report.render.characters import legend
from bench.statistics.claims import KINDS
from bench.text import missing, unbroken

ROWS = 2_000  # of a table; the rest is in its CSV file


def render(document: Document) -> str:
    """The whole report. Everything is escaped by the templates but our own style, script and figures.

    Raises TypeError for a block without a template.
    """
    style, script = source("look.css") + source("page.css"), source("page.js")
    page = environment().get_template("page.html")
    return page.render(document=document, style=Markup(style), script=Markup(script), script_hash=script_hash(script))


@cache
def environment() -> Environment:
    """The templates, and what they may use."""
    templates = Environment(
        loader=PackageLoader("bench.report.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters |= {
        "anchor": anchor,
        "html": block_html,
        "inline_svg": inline_svg,
        "sort_key": sort_key,
        "across": across,
        "prose": unbroken,
    }
    templates.tests["tall"] = is_tall
    templates.globals |= {"legend": legend, "kinds": list(KINDS.values()), "most_rows": ROWS}
    return templates


def source(name: str) -> str:
    """A template file as it is."""
    loader = environment().loader
    assert loader is not None
    return loader.get_source(environment(), name)[0]


def script_hash(script: str) -> str:
    """What the page's security policy knows our script by: no other one runs."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def block_html(block: object, place: str) -> Markup:
    """One block as HTML; `place` is unique among the blocks of a page."""
    name = type(block).__name__
    try:
        template = environment().get_template(f"blocks/{name.lower()}.html")
    except TemplateNotFound:
        raise TypeError(name) from None
    return Markup(template.render(block=block, place=place))


def anchor(title: str) -> str:
    """A section's title as its id, a verdict's word as its class."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def sort_key(cell: Cell) -> str:
    """What a column is sorted by: numbers as they are, infinity last, nothing where there is no value."""
    value = cell.value
    if missing(value):
        return ""
    return {"inf": "1e999", "-inf": "-1e999"}.get(repr(value), str(value))


def across(scale: Scale, value: float) -> str:
    """Where a value lies on a scale drawn 240 wide, in templates/blocks/scale.html."""
    return f"{4 + 232 * scale.place(value):.1f}"


def is_tall(picture: Picture) -> bool:
    """Whether a figure is much higher than wide, so that nobody could read it on half a page."""
    box = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"', picture.svg)
    return box is not None and float(box[2]) > 1.5 * float(box[1])


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
