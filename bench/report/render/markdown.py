"""A document as Markdown that reads well on GitHub. All text is escaped here, so none of it can be markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import singledispatch
from html import escape as html_escape

from bench.figures import Picture
from bench.report.document import (
    FOLDED,
    SHOWN,
    Bullets,
    Cell,
    Code,
    Document,
    Folded,
    Lead,
    Links,
    Paragraph,
    Scale,
    Section,
    Table,
    Verdict,
    Verdicts,
)
from bench.report.render.characters import drawn, labels, legend


def render(document: Document) -> str:
    """The whole report."""
    parts = [f"# {escape(document.title)}", *(part for section in document.sections for part in _section(section))]
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Plain text that Markdown shows as it is: no markup, no HTML, no links made of bare addresses."""
    safe = html_escape(" ".join(text.split()), quote=False)
    safe = re.sub(r"([\\`*_\[\]|~$])", r"\\\1", safe)
    safe = safe.replace("://", "&#58;//").replace("www.", "www&#46;").replace("@", "&#64;")
    return re.sub(r"^(\d*)([-+.)=#])(?=\s|\1\2)", r"\1\\\2", safe)


def _section(section: Section) -> Iterator[str]:
    yield f"## {escape(section.title)}"
    for block in section.blocks:
        yield block_text(block)


@singledispatch
def block_text(block: object) -> str:
    """One block as Markdown."""
    raise TypeError(type(block).__name__)


@block_text.register
def _(block: Paragraph) -> str:
    return escape(block.text)


@block_text.register
def _(block: Bullets) -> str:
    return "\n".join(f"- {escape(text)}" for text in block.texts)


@block_text.register
def _(block: Code) -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", block.text)), default=0))
    return f"{fence}\n{block.text}\n{fence}"


@block_text.register
def _(block: Links) -> str:
    return "\n".join(f"- [{escape(name)}]({name}): {escape(what)}" for name, what in block.files)


@block_text.register
def _(block: Verdicts) -> str:
    return "\n".join(map(_verdict, block.items))


def _verdict(item: Verdict) -> str:
    lines = [f"- {item.kind.mark} **{escape(item.shown)}** {escape(item.interval)}", escape(item.sentence)]
    lines += [f"**Caution:** {escape(text)}." for text in item.cautions]
    return "  \n  ".join(lines)


@block_text.register
def _(block: Folded) -> str:
    return _folded(escape(block.summary), "\n\n".join(map(block_text, block.blocks)))


@block_text.register
def _(block: Lead) -> str:
    notes = "\n".join(f"- {escape(text)}" for text in block.notes)
    return "\n\n".join([*(f"**{escape(text)}**" for text in block.headlines), *([notes] if notes else [])])


@block_text.register
def _(block: Scale) -> str:
    lines = [
        f"| {block.score.terms.family} | verdict | {block.score.noun} | to scale: {labels(block)} |",
        "| :--- | :--- | :--- | :--- |",
    ]
    for row in block.rows:
        cells = (escape(row.name), f"{row.kind.mark} {escape(row.word)}", escape(row.numbers), f"`{drawn(block, row)}`")
        lines.append(f"| {' | '.join(cells)} |")
    table = "\n".join(lines)
    return f"{table}\n\n{escape(block.caption)} {legend(block)}"


@block_text.register
def _(block: Picture) -> str:
    alt = escape(block.alt)
    return f"![{alt}](figures/{block.name}.svg)\n\n[Numbers of this figure](figures/{block.name}.csv)"


@block_text.register
def _(block: Table) -> str:
    parts = [escape(block.caption)] if block.caption else []
    parts.append(_table(block, block.rows[:SHOWN]))
    rest = block.rows[SHOWN : SHOWN + FOLDED]
    if rest:
        parts.append(_folded(f"{len(rest):,} more rows", _table(block, rest)))
    beyond = len(block.rows) - SHOWN - FOLDED
    if block.csv:
        more = f"{beyond:,} more rows and all" if beyond > 0 else "All"
        parts.append(f"{more} numbers: [{escape(block.csv)}]({block.csv})")
    return "\n\n".join(parts)


def _folded(summary: str, text: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def _table(table: Table, rows: Sequence[Sequence[Cell]]) -> str:
    lines = [[escape(text) for text in table.header], ["---:" if numeric else ":---" for numeric in table.numeric]]
    lines += [[escape(cell.text) for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
