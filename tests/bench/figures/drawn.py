"""Every figure of made-up families with any names, and what one sees of a figure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from bench.figures import (
    Picture,
    axes_picture,
    best_of_k_picture,
    critical_difference_picture,
    curves_picture,
    differences_picture,
    effects_picture,
    gap_picture,
    heatmap_pictures,
    profiles_picture,
    random_axes_picture,
    ranks_picture,
    reached_picture,
    verdicts_picture,
)
from bench.statistics import OverProblems, Ranking, over_problems, performance_profiles, ratios_to_fastest, trends
from bench.statistics.ranks import Friedman

SEEDS = 6
NAMES = ("sgd", "momentum", "adagrad", "adam")


def families_of(names: Sequence[str], optimizers: Sequence[str] = ("adam",), ceiling: float = 0.91) -> pd.DataFrame:
    """What the report knows of families; optimizers are dealt to them in turn."""
    dealt = [optimizers[i % len(optimizers)] for i in range(len(names))]
    known = {"optimizer": dealt, "problem": "", "ceiling": ceiling, "classes": 3}
    return pd.DataFrame(known, index=pd.Index(names, name="family"))


def confirm_of(names: Sequence[str], center: float = 0.8) -> pd.DataFrame:
    """Confirm runs that all ended well, with accuracies around the center."""
    rows = [(name, s, center + 0.004 * ((3 * s + i) % 7 - 3)) for i, name in enumerate(names) for s in range(SEEDS)]
    table = pd.DataFrame(rows, columns=["family", "seed", "test_accuracy"]).assign(status="ok")
    return table.assign(train_accuracy=table["test_accuracy"] + 0.02, **{"problem.classes": 3})


def verdicts_of(names: Sequence[str], kind: str = "below", **changed: Any) -> pd.DataFrame:
    """Verdicts of one kind on `confirm_of`."""
    known: dict[str, Any] = {
        "configuration": "", "n": SEEDS, "mean": 0.8, "minimum": 0.78, "word_low": 0.79, "word_high": 0.81,
        "word_confidence": 0.95, "kind": kind, "accuracy": 0.85, "fragile": False, "breakdown": np.nan,
    }  # fmt: skip
    return pd.DataFrame({"family": list(names)}).assign(**(known | changed))


def judged(low: float, high: float, word: str) -> dict[str, Any]:
    """A judged difference."""
    kind = {"better": "above", "helps": "above", "worse": "below", "hurts": "below"}.get(word, word)
    return {"difference": (low + high) / 2, "low": low, "high": high, "kind": kind, "word": word, "confidence": 0.95}


def compared_of(names: Sequence[str], low: float = -0.05, high: float = 0.05, word: str = "inconclusive") -> Any:
    """Every other family against the first."""
    rows = [{"family": name, "reference": names[0], **judged(low, high, word)} for name in names[1:]]
    return pd.DataFrame(rows)


def ranking_of(names: Sequence[str], word: str = "inconclusive") -> Ranking:
    """Families ranked in their order; all pairs get the same word."""
    table = pd.DataFrame({"family": list(names), "mean_rank": np.arange(1.0, len(names) + 1), "mean": 0.8})
    pairs = pd.DataFrame([{"a": a, "b": b, **judged(-0.05, 0.05, word)} for a, b in pairwise(names)])
    return Ranking("", SEEDS, table, Friedman(1.0, 1.0, 1.0, 0.5, (1, 5), 0.5), 1.2, pairs)


def searched_of(names: Sequence[str], rates: Sequence[float], strengths: Sequence[float] = (0.0, 0.1)) -> pd.DataFrame:
    """A row per configuration, as for heatmaps and axes."""
    rows = [(name, lr, x, 0.7 + 0.01 * i) for name in names for i, lr in enumerate(rates) for x in strengths]
    table = pd.DataFrame(rows, columns=["family", "optimizer.lr", "regularization.dropout", "validation_mean"])
    return table.assign(n_diverged=0, dropped=False)


def times_of(names: Sequence[str], reached: int = SEEDS) -> pd.DataFrame:
    """When the seeds of each family reached the target: half of them by epoch 50."""
    median = 50.0 if 2 * reached >= SEEDS else np.inf
    return pd.DataFrame({"family": list(names)}).assign(n=SEEDS, reached=reached, median=median, budget=100.0)


def curves_of(names: Sequence[str]) -> pd.DataFrame:
    """Learning curves of all seeds."""
    rows = [(name, s, epoch, 0.4 + epoch / 250) for name in names for s in range(SEEDS) for epoch in (25, 50, 75, 100)]
    return pd.DataFrame(rows, columns=["family", "seed", "epoch", "validation_accuracy"])


def steps_of(names: Sequence[str]) -> pd.DataFrame:
    """The share of the seeds that has reached the target, for each family the same."""
    steps = [(0.0, 0.0), (50.0, 0.5), (100.0, 1.0)]
    rows = [(name, epoch, share) for name in names for epoch, share in steps]
    return pd.DataFrame(rows, columns=["family", "epochs", "reached"])


def effects_of(names: Sequence[str], low: float = -0.05, high: float = 0.05, word: str = "inconclusive") -> Any:
    """What dropout does in each family."""
    row = {"axis": "regularization.dropout", "value": "with", "against": "without", **judged(low, high, word)}
    return pd.DataFrame({"family": list(names)}).assign(**row)


def over_problems_of(names: Sequence[str], problems: int = 8, step: float = 0.0) -> OverProblems:
    """Methods that take turns, or that are each ahead of the one before by `step`; the first is the reference."""
    taking_turns = [
        [0.8 + 0.01 * ((i + p) % len(names)) + step * i for i in range(len(names))] for p in range(problems)
    ]
    return over_problems(pd.DataFrame(taking_turns, columns=list(names)), names[0])


def profiles_of(names: Sequence[str]) -> pd.DataFrame:
    """Each method is slower than the one before; on half of the instances the last never gets there."""
    times = pd.DataFrame({name: [10.0 * (i + 1)] * 2 for i, name in enumerate(names)})
    times.iloc[1:, -1:] = np.inf
    return performance_profiles(ratios_to_fastest(times))


def all_pictures(names: Sequence[str]) -> list[Picture]:
    """Every figure that shows families, but for decision regions."""
    known, confirm = families_of(names), confirm_of(names)
    per_seed = confirm.pivot(index="seed", columns="family", values="test_accuracy")
    rates = [10 ** (i / 2 - 3) for i in range(7)]
    searched = searched_of(names, rates)
    random = {"optimizer.lr": True, "regularization.dropout": False}
    gaps = pd.DataFrame({"family": list(names)}).assign(train=0.82, test=0.8, gap=0.02)
    best = pd.concat([pd.DataFrame({"family": name, "k": [1, 2, 3], "test": [0.7, 0.75, 0.8]}) for name in names])
    return [
        verdicts_picture(verdicts_of(names), confirm, known),
        differences_picture("differences", compared_of(names), per_seed, known, 0.01),
        ranks_picture("ranks", ranking_of(names), known),
        effects_picture(effects_of(names), known, 0.01),
        gap_picture(gaps, confirm, known, "of the last epoch"),
        curves_picture(curves_of(names), known, times_of(names), 0.6),
        reached_picture(steps_of(names), times_of(names), known, 0.6),
        *heatmap_pictures(searched, known),
        axes_picture(searched, ["optimizer.lr", "regularization.dropout"], known),
        random_axes_picture(searched, trends(searched, random), random, known),
        best_of_k_picture(best, known),
        critical_difference_picture(over_problems_of(names), known),
        profiles_picture(profiles_of(names), known, 2, 0.6),
    ]


def names_in(figure: Figure) -> list[str]:
    """What a figure calls its families: in its legend, beside its lines, at its rows, or above its panels.

    Without the words below.
    """
    legends = [legend for legend in (*figure.legends, *(ax.get_legend() for ax in figure.axes)) if legend]
    if legends:
        return [_line(text.get_text()) for text in legends[0].get_texts()]
    beside = [text.get_text() for ax in figure.axes for text in ax.texts if text.get_gid() == "name"]
    if beside:
        return [_line(text) for text in beside]
    rows = [label.get_text() for ax in figure.axes for label in ax.get_yticklabels() if _is_name(label.get_text())]
    return [_line(text) for text in rows] or [_line(ax.get_title("left")) for ax in figure.axes if ax.get_title("left")]


def _is_name(text: str) -> bool:
    return bool(text) and not text.endswith("%") and text not in ("0", "0.1")


def _line(text: str) -> str:
    kept = [line for line in text.split("\n") if not line.startswith(("▲", "▼", "◆", "○", "■", "✕"))]
    return " ".join(kept)


def assert_readable(picture: Picture) -> None:
    """Nothing lies outside the figure, and the labels of no axis lie over each other."""
    figure = picture.figure
    canvas: Any = FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    everything, (width, height) = figure.get_tightbbox(canvas.get_renderer()), figure.get_size_inches()
    slack = 0.02  # inches: half of a line's width
    assert everything.x0 >= -slack, picture.name
    assert everything.y0 >= -slack, picture.name
    assert everything.x1 <= width + slack, picture.name
    assert everything.y1 <= height + slack, picture.name
    for ax in figure.axes:
        for labels in (_shown(ax, "x"), _shown(ax, "y")):
            assert not any(one.overlaps(two) for one, two in pairwise(labels)), picture.name


def _shown(ax: Axes, which: str) -> list[Bbox]:
    """Where the tick labels are that one sees, along the axis."""
    axis = ax.xaxis if which == "x" else ax.yaxis
    low, high = sorted(axis.get_view_interval())
    seen = [t.label1 for t in axis.get_major_ticks() if low <= t.get_loc() <= high and t.label1.get_visible()]
    boxes = [label.get_window_extent() for label in seen if ax.get_visible() and label.get_text()]
    return sorted(boxes, key=lambda box: (box.x0, box.y0) if which == "x" else (box.y0, box.x0))
