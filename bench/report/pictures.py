"""The figures of a report by their names, each drawn when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.figures import Axes, Picture, drawn_on
from bench.report.document import Section
from bench.text import listed, quoted, suggest

Draw = Callable[[], Section]


class Pictures(Mapping[str, Picture]):
    """A report's figures: finished pictures, which a notebook shows, or drawn where one wants them (`plot`).

    `sections`: what makes each section of the report, which is done once, in order, as far as is needed.
    """

    def __init__(self, sections: Sequence[Draw]) -> None:
        self._left = iter(sections)
        self._known: dict[str, tuple[Picture, Draw]] = {}

    def __getitem__(self, name: str) -> Picture:
        return self._find(name)[0]

    def __iter__(self) -> Iterator[str]:
        while self._draw_more():
            pass
        return iter(self._known)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"figures: {', '.join(self)}"

    def first(self) -> list[Picture]:
        """The first, which is the main one; none where there are no figures."""
        while not self._known and self._draw_more():
            pass
        return [picture for picture, _ in self._known.values()][:1]

    def plot(self, name: str, ax: Axes | None = None) -> list[Axes]:
        """Draw a figure on `ax`, or on a new figure of pyplot's; returns its panels.

        A figure of several panels takes the place of `ax`. Raises KeyError for a name that no figure has.
        """
        _, draw = self._find(name)
        with drawn_on(name, ax) as axes:
            draw()
        return axes

    def _find(self, name: str) -> tuple[Picture, Draw]:
        while name not in self._known and self._draw_more():
            pass
        if name not in self._known:
            known = [*self._known]
            raise KeyError(
                f"{quoted(name)}: no such figure; there are {listed(known, len(known))}{suggest(name, known)}"
            )
        return self._known[name]

    def _draw_more(self) -> bool:
        """Make the next section; whether there was one."""
        draw = next(self._left, None)
        if draw is not None:
            self._known |= {block.name: (block, draw) for block in draw().blocks if isinstance(block, Picture)}
        return draw is not None
