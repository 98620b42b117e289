"""Text from a grid file is inert in Markdown, in HTML, in figures and in paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bench import report
from bench.report import markdown
from bench.results import Results
from bench.text import shown_names

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a | b | c",
    "`code` ``more``",
    "[link](javascript:alert(1)) ![i](http://evil.example/x.png)",
    "../../../etc/passwd",
    "https://evil.example www.evil.example me@evil.example",
    r"\$x^2$ $\frac{1}$ \\ \" '",
    "\u202egnp.exe \u200b\u0007\x1b[31m",
    "שלום 你好 \U0001f600",
    "--> <!-- ]]> &lt;b&gt;",
    "{{ 7 * 7 }} {% raw %} %s {0}",
    "# heading",
    "- item",
    "1. item",
    "A" * 190,
)


def toml(text: str) -> str:
    return '"' + "".join(c if c.isalnum() and c.isascii() else f"\\U{ord(c):08x}" for c in text) + '"'


def grid_of(labels: Sequence[str], title: str) -> str:
    """A grid with one family per label."""
    entries = "".join(f'[[optimizer]]\nname = "sgd"\nlabel = {toml(label)}\nlr = [0.1, 1]\n' for label in labels)
    top = f"title = {toml(title)}\n[training]\nepochs = 10\ncheckpoints = 5\n[regularization]\nl2 = [0, 1e-3]\n"
    return f"{top}{entries}[seeds]\ntune = 2\nconfirm = 6\n"


def grid_of_problems(labels: Sequence[str], title: str) -> str:
    """A grid with one problem per label, and two families on each."""
    entries = "".join(f'[[problem]]\nname = "moons"\nlabel = {toml(label)}\ntrain = 50\n' for label in labels)
    return grid_of(["one", "two"], title).replace("[training]\n", f"{entries}[training]\n")


class Page(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


@pytest.mark.parametrize("grid", [grid_of, grid_of_problems])
def test_hostile_labels_and_titles_change_nothing_but_text(
    grid: Callable[..., str], fabricated: Callable[..., Results], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    def written(name: str, labels: Sequence[str]) -> Path:
        text = grid(labels, "".join(labels) * 7)
        return report.write(fabricated(text, lambda run: 0.8 + 0.001 * (run.seed % 7), name), tmp_path / name).parent

    labels = [attack for attack in ATTACKS if attack.isprintable()]  # grid files take no others
    hostile = written("hostile", labels)
    request.getfixturevalue("undrawn")  # plain text has no need to be drawn
    plain = written("plain", [f"plain {i}" for i in range(len(labels))])
    assert sorted(p.relative_to(plain) for p in plain.rglob("*")) == sorted(
        p.relative_to(hostile) for p in hostile.rglob("*")
    )
    page, expected = (Page((folder / "report.html").read_text()) for folder in (hostile, plain))
    assert [tag for tag in page.tags if tag not in SVG] == [tag for tag in expected.tags if tag not in SVG]
    assert {name for name, _ in page.attributes if name.startswith("on")} == set()
    said = (hostile / "report.md").read_text()
    assert not re.search(r"[\u202e\u200b\x07\x1b]", said + (hostile / "report.html").read_text())
    said = prose(said)
    assert re.findall(r"(?<!\\)\]\(", said) == re.findall(r"(?<!\\)\]\(", prose((plain / "report.md").read_text()))
    assert not re.search(r"<(?!/?details>|/?summary>)", said)
    for table in re.findall(r"(?:^\|.*\|\n)+", said, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1


def prose(text: str) -> str:
    """A report without its blocks of code, in which nothing is markup."""
    return re.sub(r"^(```+)\n.*?\n\1$", "", text, flags=re.MULTILINE | re.DOTALL)


SVG = {"use", "path", "g", "defs", "svg", "image", "clippath", "rect", "lineargradient", "stop", "style", "pattern"}


@pytest.mark.parametrize("attack", [*ATTACKS, "www.x", "~~s~~", "a_b_c", "*b*", "+ x", "= x", "> q"])
def test_markdown_shows_hostile_text_as_it_is(attack: str) -> None:
    markdown_it = pytest.importorskip("markdown_it", reason="renders Markdown as GitHub does")
    html = (
        markdown_it.MarkdownIt("gfm-like", {"linkify": False})
        .enable("table")
        .render(f"{markdown.escape(attack)}\n\n| a |\n| --- |\n| {markdown.escape(attack)} |\n")
    )
    parser = Page(html)
    assert parser.tags == ["p", "table", "thead", "tr", "th", "tbody", "tr", "td"]


def test_long_names_that_begin_alike_stay_apart() -> None:
    names = shown_names(["x" * 200 + "1", "x" * 200 + "2", "y", "x" * 200 + "3", f"{'x' * 150}1{'x' * 150}"])
    assert len(set(names.values())) == 5
    assert max(map(len, names.values())) < 110
    assert names["x" * 200 + "2"].endswith("xxx2")


def test_names_that_differ_in_invisible_characters_stay_apart() -> None:
    names = shown_names(["adam", "adam\u200b", "ad\u00adam"])
    assert len(set(names.values())) == 3
    assert all(name.isprintable() for name in names.values())
