"""What results of both kinds, of a grid and of a table, have in a script or a notebook: figures, and a face."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from bench.text import printable

if TYPE_CHECKING:
    from bench.figures import Axes
    from bench.report.pictures import Draw, Pictures

SHOWN = 20  # families


@dataclass(frozen=True)
class Face:
    """`sections`: what makes each section of the report, the answer first; `page`: where that is, once written."""

    title: str
    sections: Sequence[Draw]
    page: Path


class Presented(ABC):
    """Figures of the report, and what a prompt and a notebook show.

    `FRAMES`: the names of the frames, for whoever looks for them.
    """

    FRAMES: ClassVar[str]

    @abstractmethod
    def _lines(self) -> Iterable[str]:
        """These results in words: the question, and a line for each family, at most `SHOWN` of them."""

    def __repr__(self) -> str:
        """What a prompt shows: the results in words, and where all of it is."""
        return "\n".join(printable(line, 300) for line in [*self._lines(), f"frames: {self.FRAMES}"])

    @abstractmethod
    def _face(self) -> Face:
        """How these results are presented."""

    @cached_property
    def figures(self) -> Pictures:
        """The report's figures by name, such as "accuracy", each drawn when it is asked for; a notebook shows them."""
        from bench.report.pictures import Pictures

        return Pictures(self._face().sections)

    def plot(self, name: str, ax: Axes | None = None) -> list[Axes]:
        """Draw the report's figure of this name on `ax`, or on a new figure of pyplot's; returns its panels.

        A figure of several panels takes the place of `ax`; names have room where the figure's layout is "constrained".
        Raises KeyError, with the names, for one that is not there.
        """
        return self.figures.plot(name, ax)

    def _repr_html_(self) -> str:
        """The answer, the main figure, and where the rest is."""
        from bench.report import notebook

        face = self._face()
        where = f"report: {face.page}" if face.page.exists() else "report: .report() writes it"
        rest = [where, "figures: .figures, .plot", f"frames: {self.FRAMES}"]
        return notebook.shown(face.title, face.sections[0](), self.figures.first(), rest)
