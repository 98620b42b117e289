"""One visual language for every figure: theme, titles, labels, deterministic SVG."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure, SubFigure
from matplotlib.font_manager import findfont, get_font
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator, PercentFormatter

from bench.text import NO_BREAK, displayed, path_text, told_apart, unbroken

INK, GRID, PAPER = "#24292e", "#d8dbdf", "#fefefe"  # a page may replace these three by its own
FONT = "DejaVu Sans"  # comes with matplotlib, so every machine draws the same letters
WIDTH = 8.0  # inches
MOST_VALUES, LONGEST_VALUE = 10, 14  # labels of an axis, and characters of each
MOST_DOTS = 200  # on a row: more are a cloud of the same form, and megabytes

CLASS_COLOURS = ("#4a90c2", "#e08e3c", "#3aa586", "#b65f9c", "#c9b037", "#7a7f85", "#d55e00", "#0072b2")


@dataclass(frozen=True)
class Picture:
    """A finished figure: file name without ending, the finding as title, its description, SVG, and its numbers."""

    name: str
    title: str
    alt: str
    svg: str = field(repr=False)
    data: pd.DataFrame = field(repr=False)
    figure: Figure = field(repr=False, compare=False)

    def _repr_svg_(self) -> str:
        """What a notebook shows."""
        return self.svg


@dataclass
class _Place:
    """Where the figure of a name is drawn instead of on its own: an Axes, or a figure of pyplot's; then its axes."""

    name: str
    ax: Axes | None
    drawn: list[Axes] = field(default_factory=list)


_place: ContextVar[_Place | None] = ContextVar("place", default=None)


@contextmanager
def drawn_on(name: str, ax: Axes | None) -> Iterator[list[Axes]]:
    """Draw the figure of this name within it: on `ax`, or on a new figure of pyplot's; the list is its axes then.

    A figure of several panels takes the place of `ax`. Raises ValueError where that has none in a grid of subplots.
    """
    place = _Place(name, ax)
    token = _place.set(place)
    try:
        yield place.drawn
    finally:
        _place.reset(token)


def _place_of(name: str) -> _Place | None:
    place = _place.get()
    return place if place is not None and place.name == name else None


@contextmanager
def theme() -> Iterator[None]:
    """Draw within it: the settings of every figure, whatever the caller's matplotlib is set to."""
    own: dict[Any, Any] = {
        "font.family": FONT, "text.parse_math": False, "svg.fonttype": "path", "svg.hashsalt": "bench",
        "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK, "axes.edgecolor": INK,
        "grid.color": GRID, "figure.facecolor": PAPER, "axes.facecolor": PAPER, "savefig.facecolor": PAPER,
        "hatch.linewidth": 0.8, "path.simplify": True, "path.simplify_threshold": 0.3,
        "axes.spines.top": False, "axes.spines.right": False, "axes.titlelocation": "left", "axes.titlesize": 11,
        "axes.labelsize": 11, "xtick.labelsize": 10, "ytick.labelsize": 10, "legend.fontsize": 10,
    }  # fmt: skip
    base: dict[Any, Any] = {
        **matplotlib.rcParamsDefault,
        **sns.axes_style("whitegrid"),
        **sns.plotting_context("notebook"),
    }
    base = {key: value for key, value in base.items() if key not in ("backend", "backend_fallback", "interactive")}
    with matplotlib.rc_context({**base, **own}):
        yield
        interactive = matplotlib.is_interactive()
    matplotlib.interactive(interactive)  # a notebook turns it on with its first figure, which may be this one


def sized(name: str, height: float) -> Figure | SubFigure:
    """The canvas of the figure of this name, of a height in inches, for any number of panels."""
    place, size = _place_of(name), (WIDTH, height)
    if place is None:
        return Figure(figsize=size, layout="constrained")
    if place.ax is None:
        from matplotlib import pyplot  # here, because it looks for a window system

        return pyplot.figure(figsize=size, layout="constrained")
    spec = place.ax.get_subplotspec()
    if spec is None:
        raise ValueError(f"{name} has several panels, which need an ax that subplots made")
    whole = place.ax.figure
    place.ax.remove()
    return whole.add_subfigure(spec)


def single(name: str, height: float) -> tuple[Figure | SubFigure, Axes]:
    """The canvas and the only panel of the figure of this name."""
    place = _place_of(name)
    if place is not None and place.ax is not None:
        return place.ax.figure, place.ax
    figure = sized(name, height)
    return figure, figure.subplots()


def panels(name: str, count: int, height: float, columns: int = 3) -> tuple[Figure | SubFigure, list[Axes]]:
    """A figure of `count` small panels with common axes, at most `columns` in a row; unused places stay empty."""
    columns = min(columns, count)
    rows = -(-count // columns)
    figure = sized(name, max(rows * height, 2.6) + 1)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    axes = [axis for row in grid for axis in row]
    for unused in axes[count:]:
        unused.set_visible(False)
        axes[axes.index(unused) - columns].tick_params(labelbottom=True)
    return figure, axes[:count]


def finish(name: str, title: str, alt: str, figure: Figure | SubFigure, data: pd.DataFrame) -> Picture:
    """Put the finding above the figure and render it; what is drawn elsewhere is rendered there."""
    place = _place_of(name)
    if place is not None and place.ax in figure.axes:
        place.ax.set_title(wrap(title, 60))
        place.drawn.append(place.ax)
    else:
        drawn = figure.suptitle(wrap(title, int(WIDTH * 9.2)), x=0.01, ha="left", fontsize=12, fontweight="bold")
        drawn.set_gid("title")
    if place is None and isinstance(figure, Figure):
        return Picture(name, title, alt, svg_of(figure), data, figure)
    if place is not None and not place.drawn:
        place.drawn.extend(figure.axes)
    return Picture(name, title, alt, "", data, Figure())


def wrap(text: str, width: int) -> str:
    """Drawable text in lines of at most so many characters, none left out; "%" stays with its number."""
    return "\n".join(textwrap.wrap(drawable(unbroken(text)), width)).replace(NO_BREAK, " ")


def drawable(text: str) -> str:
    """Text with a box for every character that the font lacks (matplotlib would warn and draw nothing)."""
    known = _characters()
    return "".join(c if ord(c) in known else "□" for c in text)


@cache
def _characters() -> frozenset[int]:
    return frozenset(get_font(findfont(FONT)).get_charmap())


def svg_of(figure: Any) -> str:
    """The figure as SVG: equal bytes for equal figures, without date, and with coordinates as fine as one sees."""
    buffer = BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = re.sub(r"<!--.*?-->\n?", "", buffer.getvalue().decode(), flags=re.DOTALL)  # they repeat texts from outside
    return re.sub(r' d="[^"]*"', lambda path: re.sub(r"(\.\d\d)\d+", r"\1", path.group()), text)


def save(picture: Picture, path: Path) -> None:
    """Write a picture to a file; the format follows from its ending. Raises ValueError for one we do not write."""
    ending = path.suffix.lower()
    if ending == ".svg":
        path.write_text(picture.svg, encoding="utf-8")
    elif ending == ".png":
        picture.figure.savefig(path, format="png", dpi=150, metadata={"Software": None})
    elif ending == ".pdf":
        picture.figure.savefig(path, format="pdf", metadata={"CreationDate": None, "Creator": None, "Producer": None})
    else:
        raise ValueError(f"{path_text(path)}: a figure is written as .svg, .png or .pdf")


def dots_drawn(count: int, seeds: str = "seeds") -> str:
    """Which of so many seeds of a row have a dot, for the end of a label; nothing where all have one."""
    return f" (dots: the first {MOST_DOTS} {seeds})" if count > MOST_DOTS else ""


def jitter(row: int, count: int) -> Any:
    """Places around a row that keep dots apart, the same every time."""
    return row + 0.5 * ((np.arange(count) * 0.618034) % 1 - 0.5)


def rows(name: str, labels: Sequence[str]) -> tuple[Figure | SubFigure, Axes]:
    """A figure with a row for each label, from the top to the bottom, as high as the longest label needs."""
    lines = max((label.count("\n") + 1 for label in labels), default=1)
    figure, ax = single(name, 1.7 + (0.16 * lines + 0.12) * max(len(labels), 1))
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.grid(axis="y", visible=False)
    return figure, ax


def label_values(axis: Axis, values: Sequence[Any], first: float, room: float = np.inf) -> None:
    """The values of a setting along an axis, one unit apart; a part of them where there are many.

    `room`: how many characters fit side by side; if they do not, the labels stand upright.
    """
    step = -(-len(values) // MOST_VALUES)
    texts = told_apart((drawable(text) for text in displayed(values).values()), LONGEST_VALUE)[::step]
    upright = sum(len(text) + 2 for text in texts) > room
    axis.set_ticks(first + np.arange(0, len(values), step), texts, rotation=90 if upright else 0)


def part_of(drawn: int, total: int, what: str = "families") -> str:
    """How many are drawn, for the end of a title; nothing where all are."""
    return f" ({drawn:,} of {total:,} {what} are drawn)" if drawn < total else ""


def percent_axis(axis: Axis, whole: float = 1.0) -> None:
    """Show fractions as percent; `whole`: what is 100 %."""
    axis.set_major_formatter(PercentFormatter(whole, decimals=None, symbol=" %"))


def points_axis(axis: Axis, factor: float = 100) -> None:
    """Show differences of fractions as points, with their sign; `factor`: points in a difference of 1."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{factor * value:+.3g}" if value else "0"))


def log_axis(ax: Axes) -> None:
    """A logarithmic scale along x, its few ticks being plain numbers."""
    ax.set_xscale("log")
    low, high = ax.get_xlim()
    subs = (1.0,) if high > 100 * low else (1.0, 2.0, 5.0)
    ax.xaxis.set_major_locator(LogLocator(subs=subs, numticks=4))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_locator(NullLocator())


def whole_axis(axis: Axis) -> None:
    """Ticks at whole numbers alone."""
    axis.set_major_locator(MaxNLocator(nbins=5, integer=True))
