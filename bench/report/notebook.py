"""Results as a notebook shows them: the answer, the main figure, and where the rest is."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

from markupsafe import Markup

from bench.figures import Picture
from bench.report.document import Lead, Section
from bench.report.render.html import block_html


def shown(title: str, answer: Section, pictures: Iterable[Picture], rest: Sequence[str]) -> str:
    """A piece of HTML that needs nothing else. `rest`: lines that say where the rest is."""
    leads = [block for block in answer.blocks if isinstance(block, Lead)]
    parts = [Markup("<p><b>{}</b></p>").format(title), *(block_html(lead, "answer") for lead in leads)]
    parts += [_image(picture) for picture in pictures]
    parts += [Markup("<p><small>{}</small></p>").format(line) for line in rest]
    return str(Markup("\n").join(parts))


def _image(picture: Picture) -> Markup:
    """A figure by itself, whose ids and colours are its own."""
    data = base64.b64encode(picture.svg.encode()).decode()
    return Markup('<img style="max-width: 48em; width: 100%" alt="{}" src="data:image/svg+xml;base64,{}">').format(
        picture.alt, data
    )
