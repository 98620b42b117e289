"""One visual language for every figure: theme, colours and markers per optimizer, titles, deterministic SVG."""

from __future__ import annotations

import re
import textwrap
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font

from bench.grid.components import RULES
from bench.text import printable, shortened

INK, GRID, PAPER = "#24292e", "#d8dbdf", "#fefefe"  # a page may replace these three by its own
FONT = "DejaVu Sans"  # comes with matplotlib, so every machine draws the same letters
WIDTH = 8.0  # inches

# What an update rule looks like, by its place among the rules: Wong's colours (Nature Methods 8:441, 2011), told apart
# with any colour vision, on white and on black, and four more; a marker doubles each.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#b65f9c", "#9a7d0a", "#4a90c2", "#7a7f85", "#8c5a2b")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")
CLASS_COLOURS = ("#4a90c2", "#e08e3c", "#3aa586", "#b65f9c", "#c9b037", "#7a7f85", "#d55e00", "#0072b2")


@dataclass(frozen=True)
class Picture:
    """A finished figure: file name without ending, the finding as title, its description, SVG, and its numbers."""

    name: str
    title: str
    alt: str
    svg: str
    data: pd.DataFrame
    figure: Figure = field(repr=False, compare=False)


def colour_of(optimizer: str) -> str:
    """The colour of an optimizer in every figure of every report."""
    return COLOURS[_place(optimizer) % len(COLOURS)]


def marker_of(optimizer: str) -> str:
    """The marker that doubles the colour."""
    return MARKERS[_place(optimizer) % len(MARKERS)]


def _place(optimizer: str) -> int:
    """Its place among the rules; for a name that is none of them, one behind them, the same in every process."""
    known = list(RULES)
    if optimizer in known:
        return known.index(optimizer)
    return len(known) + zlib.crc32(optimizer.encode("utf-8", "replace")) % max(len(COLOURS) - len(known), 1)


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
    base = {key: value for key, value in base.items() if key not in ("backend", "backend_fallback")}
    with matplotlib.rc_context({**base, **own}):
        yield


def panels(count: int, height: float, columns: int = 3) -> tuple[Figure, list[Axes]]:
    """A figure of `count` small panels with common axes, at most `columns` in a row; unused places stay empty."""
    columns = min(columns, count)
    rows = -(-count // columns)
    figure = Figure(figsize=(WIDTH, max(rows * height, 2.6) + 1), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    axes = [axis for row in grid for axis in row]
    for unused in axes[count:]:
        unused.set_visible(False)
        axes[axes.index(unused) - columns].tick_params(labelbottom=True)
    return figure, axes[:count]


def finish(name: str, title: str, alt: str, figure: Figure, data: pd.DataFrame) -> Picture:
    """Put the finding above the figure and render it."""
    width = figure.get_size_inches()[0]
    figure.suptitle(wrap(title, int(width * 9.2)), x=0.01, ha="left", fontsize=12, fontweight="bold")
    return Picture(name, title, alt, svg_of(figure), data, figure)


def wrap(text: str, width: int, lines: int = 3) -> str:
    """Drawable text in at most so many lines."""
    return "\n".join(textwrap.wrap(drawable(text), width, max_lines=lines, placeholder=" ..."))


def short(text: str, longest: int = 40) -> str:
    """Drawable text on one line."""
    return shortened(drawable(text), longest)


def drawable(text: str) -> str:
    """Text with a box for every character that the font lacks (matplotlib would warn and draw nothing)."""
    known = _characters()
    return "".join(c if ord(c) in known else "□" for c in text)


@cache
def _characters() -> frozenset[int]:
    return frozenset(get_font(findfont(FONT)).get_charmap())


def svg_of(figure: Figure) -> str:
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
        raise ValueError(f"{printable(str(path))}: a figure is written as .svg, .png or .pdf")


def jitter(row: int, count: int) -> Any:
    """Places around a row that keep dots apart, the same every time."""
    return row + 0.5 * ((np.arange(count) * 0.618034) % 1 - 0.5)


def right_labels(ax: Axes, labels: Sequence[str]) -> None:
    """A word at the right end of each row."""
    right = ax.secondary_yaxis("right")
    right.set_yticks(range(len(labels)), labels)
    right.tick_params(length=0)
    right.spines["right"].set_visible(False)


def percent_axis(axis: Any) -> None:
    """Show fractions as percent."""
    axis.set_major_formatter(matplotlib.ticker.PercentFormatter(1.0, decimals=None, symbol=" %"))
