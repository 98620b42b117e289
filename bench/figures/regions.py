"""Decision regions: what a network says everywhere, beside the Bayes rule, with its training points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bench.figures import style
from bench.figures.appearance import appearance_of, appearances_of, name_lines, short_names
from bench.records import Map
from bench.text import missing, percent

POINTS = 300  # training points that are drawn


def regions_picture(maps: Sequence[Map], families: pd.DataFrame) -> style.Picture:
    """A row per family: the Bayes regions, its median seed, its worst seed. `families`: as for `appearances_of`."""
    appearances = appearances_of(families)
    names = list(dict.fromkeys(one.family for one in maps))
    title = "Decision regions of the median and of the worst seed"
    title += " beside the best possible" if any(one.bayes is not None for one in maps) else ""
    title += style.part_of(len(names), len(families))
    with style.theme():
        figure = style.sized("regions", 2.75 * len(names) + 0.8)
        axes = figure.subplots(len(names), 3, squeeze=False)
        for row, family in zip(axes, names, strict=True):
            own = [one for one in maps if one.family == family]
            for ax in row:
                ax.set_visible(False)
            if own[0].bayes is not None:
                ceiling = float(str(families.at[family, "ceiling"]))
                known = "" if missing(ceiling) else f": {percent(ceiling)}"
                draw(row[0], own[0].bayes, own[0], f"best possible{known}")
            for ax, one in zip(row[1:], own, strict=False):
                draw(ax, one.predicted, one, f"{one.which}: {percent(one.accuracy)}")
            row[1].set_ylabel(name_lines(appearances[family], 28))
        data = pd.DataFrame(
            [(m.family, m.which, m.seed, m.accuracy, m.agreement) for m in maps],
            columns=["family", "which", "seed", "test_accuracy", "agreement_with_bayes"],
        )
        numbers = "; ".join(f"{m.family}, {m.which} {percent(m.accuracy)}" for m in maps)
        alt = f"{title}. Dots: training points. Test accuracy: {numbers}."
        return style.finish("regions", title, alt, figure, data)


def draw(ax: Axes, pixels: NDArray[Any], one: Map, title: str) -> None:
    """One map: regions pale, training points in the same colours."""
    ax.set_visible(True)
    fill(ax, pixels, one.box, one.classes)
    scatter(ax, one.points, one.labels, one.classes)
    ax.set_title(title, fontsize=10)


def fill(ax: Axes, pixels: NDArray[Any], box: tuple[float, float, float, float], classes: int) -> None:
    """The classes of all pixels (side, side) of a box, in pale colours."""
    ax.imshow(
        pixels, origin="lower", extent=box, interpolation="nearest", aspect="auto",
        cmap=ListedColormap(_colours(classes)).with_extremes(under="none"), vmin=-0.5, vmax=classes - 0.5, alpha=0.45,
    )  # fmt: skip


def scatter(ax: Axes, points: NDArray[Any], labels: NDArray[Any], classes: int) -> None:
    """Points (2, n), about as many as `POINTS`, in the colours of their classes, in a square without ticks."""
    step = -(-points.shape[1] // POINTS)
    for label, colour in enumerate(_colours(classes)):
        x = points[:, labels == label][:, ::step]
        ax.scatter(x[0], x[1], s=7, color=colour, edgecolor=style.INK, linewidth=0.3)
    ax.set(xticks=[], yticks=[], box_aspect=1)
    ax.grid(visible=False)


def _colours(classes: int) -> list[str]:
    return [style.CLASS_COLOURS[i % len(style.CLASS_COLOURS)] for i in range(classes)]


def run_picture(one: Map, curves: pd.DataFrame, optimizer: str, title: str) -> style.Picture:
    """One run: its decision regions, the Bayes rule, and its learning curves.

    `curves`: epoch and the columns train_accuracy, validation_accuracy, train_loss, validation_loss.
    """
    with style.theme():
        figure = Figure(figsize=(style.WIDTH, 6.2), layout="constrained")
        axes = figure.subplots(2, 2)
        draw(axes[0, 0], one.predicted, one, f"decision regions, test accuracy {percent(one.accuracy)}")
        axes[0, 1].set_visible(False)
        if one.bayes is not None:
            draw(axes[0, 1], one.bayes, one, "Bayes rule")
        for ax, what in zip(axes[1], ("accuracy", "loss"), strict=True):
            for split, line in (("train", "--"), ("validation", "-")):
                ax.plot(
                    curves["epoch"], curves[f"{split}_{what}"], line, color=appearance_of(optimizer).colour, label=split
                )
            ax.set(xlabel="epoch", title=what)
            ax.legend(frameon=False)
        style.percent_axis(axes[1, 0].yaxis)
        alt = f"{title}. Test accuracy {percent(one.accuracy)}."
        return style.finish("run", title, alt, figure, curves)


Frame = tuple[int, Map]  # what a network says everywhere after so many epochs


def animate(films: Mapping[str, Sequence[Frame]], path: Path) -> None:
    """A GIF of decision regions over epochs, side by side, eight frames per second; the last one stays.

    `films`: by what each is called, in the order of epochs; a shorter one stays as it ends.
    """
    from PIL import Image

    longest = max(films.values(), key=lambda frames: frames[-1][0])
    images = []
    with style.theme():
        for epoch, _ in longest:
            figure = _frame({name: _at(frames, epoch) for name, frames in films.items()}, epoch)
            canvas: Any = FigureCanvasAgg(figure)  # ships no types
            canvas.draw()
            images.append(Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB"))
    delays = [125] * (len(images) - 1) + [2000]
    images[0].save(path, save_all=True, append_images=images[1:], duration=delays, loop=0)


def _at(frames: Sequence[Frame], epoch: int) -> Map:
    """What a film shows at an epoch."""
    return [one for own, one in frames if own <= epoch][-1]


def _frame(maps: Mapping[str, Map], epoch: int) -> Figure:
    """All maps at one epoch; their names stand above them where there are several."""
    if len(maps) == 1:
        [one] = maps.values()
        figure = Figure(figsize=(4, 4.2), layout="constrained")
        draw(figure.subplots(), one.predicted, one, f"epoch {epoch:,}: test accuracy {percent(one.accuracy)}")
        return figure
    figure = Figure(figsize=(3.2 * len(maps), 4), layout="constrained")
    figure.suptitle(f"epoch {epoch:,}", x=0.01, ha="left", fontsize=12, fontweight="bold")
    for ax, name, one in zip(figure.subplots(1, len(maps)), short_names(list(maps)), maps.values(), strict=True):
        draw(ax, one.predicted, one, f"{style.wrap(name, 32)}\ntest accuracy {percent(one.accuracy)}")
    return figure
