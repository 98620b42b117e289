"""Every section has its place, every block a look in both formats, and verdicts look alike everywhere."""

from __future__ import annotations

import math
import pkgutil
import re
from collections.abc import Callable
from typing import get_args

import pandas as pd
import pytest
from matplotlib.figure import Figure

from bench.figures import Picture
from bench.report import sections
from bench.report.document import Block, Code, Document, Interval, Paragraph, Scale, Section, Verdict, Verdicts
from bench.report.render import html, markdown
from bench.statistics.claims import KINDS

Render = Callable[[Document], str]
formats = pytest.mark.parametrize("render", [html.render, markdown.render], ids=["html", "markdown"])


def document(*blocks: Block) -> Document:
    return Document("Title", (Section("Section", blocks),))


def test_every_block_has_a_template_and_every_template_a_block() -> None:
    templates = {name for name in html.environment().list_templates() if name.startswith("blocks/")}
    assert templates == {f"blocks/{block.__name__.lower()}.html" for block in get_args(Block)}


def test_every_file_of_a_section_has_its_place_in_the_report() -> None:
    files = {name for _, name, _ in pkgutil.iter_modules(sections.__path__)}
    assert files == {section.__module__.rpartition(".")[2] for section in sections.IN_ORDER}


@formats
def test_a_block_that_a_format_does_not_know_is_refused(render: Render) -> None:
    class Film:
        pass

    with pytest.raises(TypeError, match="Film"):
        render(document(Film()))  # type: ignore[arg-type]


@formats
def test_a_verdict_shows_the_mark_and_the_word_of_its_kind(render: Render) -> None:
    for kind in KINDS.values():
        text = render(document(Verdicts((Verdict(kind, "adam", "[80 %]", "It is so."),))))
        assert kind.mark in text
        assert kind.word in text


def test_no_line_of_the_page_ends_before_a_per_cent_sign() -> None:
    said, command = "It gives 90 % on average.", "bench run grid.toml --set title='beats 85 %'"
    page = html.render(document(Paragraph(said), Code(command)))
    assert said.replace(" %", "\u00a0%") in page
    assert "beats 85 %" in page, "what is copied stays as it is"


@formats
def test_cautions_stand_beside_the_verdict_that_they_are_about(render: Render) -> None:
    def shown(*cautions: str) -> str:
        items = (
            Verdict(KINDS["above"], "adam", "[1 %]", "So."),
            Verdict(KINDS["below"], "sgd", "[0 %]", "No.", cautions),
        )
        return render(document(Verdicts(items)))

    text = shown("add 3", "less than <300>")
    assert text.index("No.") < text.index("add 3.") < text.index("less than &lt;300&gt;.")
    assert text.count("Caution:") == 2
    assert "Caution:" not in shown()


def test_the_page_has_the_colours_of_every_kind_on_light_and_on_dark_ground() -> None:
    page = html.render(document())
    light, dark = page.rsplit("@media screen and (prefers-color-scheme: dark)", 1)
    for kind in KINDS.values():
        rule = f".{html.anchor(kind.word)} {{ --kind: "
        assert f"{rule}{kind.light};" in light
        assert f"{rule}{kind.dark};" in dark


def scale(*ceilings: float, claim: float = 0.85) -> Scale:
    """Families with an interval below the claim, and these ceilings."""
    rows = [Interval(KINDS["below"], "a", "", 0.7, 0.75, 0.8, ceiling, "below") for ceiling in ceilings]
    return Scale("All of it.", claim, tuple(rows))


@pytest.mark.parametrize(
    ("ceilings", "labels"),
    [
        ((0.9, 0.9), ["claim 85.0 %", "ceiling 90.0 %"]),
        ((0.9, 0.95), ["claim 85.0 %", "ceilings 90.0 % to 95.0 %"]),
        ((0.9, math.nan), ["claim 85.0 %", "ceiling 90.0 %"]),
        ((math.nan,), ["claim 85.0 %"]),
    ],
)
@formats
def test_a_scale_says_in_the_picture_where_claim_and_ceiling_are(
    render: Render, ceilings: tuple[float, ...], labels: list[str]
) -> None:
    assert [label for label, _, _ in scale(*ceilings).labels] == labels
    text = render(document(scale(*ceilings)))
    head = text[text.index("to scale") :].partition("below")[0]
    assert [label for label in labels if label in head] == labels
    assert ("the best that any classifier could do" in text) == (len(labels) == 2)


def test_labels_lie_on_their_lines_and_inside_the_picture() -> None:
    page = html.render(document(scale(0.99, claim=0.72)))
    drawn = re.findall(r'<text x="([\d.]+)" y="\d+" text-anchor="(\w+)"[^>]*>(\w+).*?</text>', page)
    assert [(anchor, label) for _, anchor, label in drawn] == [("start", "claim"), ("end", "ceiling")]
    lines = re.findall(r'<line class="(claim|ceiling)" x1="([\d.]+)"', page)
    assert {(label, x) for x, _, label in drawn} == set(lines)


@pytest.mark.parametrize(("height", "tall"), [(300, False), (600, False), (601, True)])
def test_a_figure_that_nobody_could_read_on_half_a_page_is_marked(height: int, tall: bool) -> None:
    svg = f'<svg viewBox="0 0 400 {height}" width="4pt" height="6pt"></svg>'
    page = html.render(document(Picture("f", "Title", "What it shows.", svg, pd.DataFrame(), Figure())))
    assert ('<figure id="f" class="tall">' in page) == tall
    assert ('<figure id="f">' in page) == (not tall)
