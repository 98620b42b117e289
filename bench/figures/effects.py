"""What each choice does: for every family and axis, with minus without, each at its best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from bench.figures import style
from bench.figures.appearance import appearances_of
from bench.figures.comparisons import draw_judged, word_of
from bench.grid.effects import WITHOUT
from bench.statistics.claims import ABOVE, BELOW, EFFECT, EQUAL, FAILED
from bench.text import confidence, counted, listed, signed_points, spelled

MOST = 40  # effects in the picture; all are in the table
MOST_NAMED = 3  # families in the title
NAME = 40  # characters of a row's name on a line


def effects_picture(effects: pd.DataFrame, families: pd.DataFrame, margin: float) -> style.Picture:
    """The difference that each choice makes, with its interval.

    `effects`: the rows of `statistics.effects` without interactions, some with runs; `families`: as for
    `appearances_of`.
    """
    appearances = appearances_of(families)
    names = {family: appearance.name for family, appearance in appearances.items()}
    rows: Any = effects[effects["kind"] != FAILED.word].head(MOST).to_dict("records")
    title = effects_title(effects, names) + style.part_of(len(rows), len(effects), "effects")
    labels = [f"{style.wrap(effect_name(row, names), NAME)}\n{word_of(row)}" for row in rows]
    with style.theme():
        figure, ax = style.rows("effects", labels)
        for i, row in enumerate(rows):
            draw_judged(ax, i, row, appearances[row["family"]])
        ax.axvline(0, color=style.INK, linewidth=1.4, linestyle="--")
        ax.axvspan(-margin, margin, color=style.INK, alpha=0.07, linewidth=0)
        style.points_axis(ax.xaxis)
        level = confidence(rows[0]["confidence"])
        ax.set_xlabel(f"points of test accuracy (band: margin);\nintervals hold together at {level}")
        alt = "; ".join(f"{effect_name(row)} {signed_points(row['difference'])} ({word_of(row)})" for row in rows[:8])
        return style.finish("effects", title, f"{title}. Mean differences in points: {alt}.", figure, effects)


def effect_name(row: Mapping[str, Any], called: Mapping[str, str] | None = None) -> str:
    """A family and what is compared in it: "adam: with dropout", "adam: hidden 128 for 64".

    `called`: other names of the families.
    """
    family = dict(called or {}).get(row["family"], row["family"])
    return f"{family}: {'with ' if row['against'] == WITHOUT else ''}{choice_name(row)}"


def choice_name(row: Mapping[str, Any]) -> str:
    """What is chosen: "dropout", "L2", "hidden 128 for 64"."""
    axis = spelled(str(row["axis"]))
    return axis if row["against"] == WITHOUT else f"{axis} {row['value']} for {row['against']}"


def by_choice(effects: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each choice, with its effects in all families."""
    rows: Any = effects.to_dict("records")
    names = pd.Series([choice_name(row) for row in rows], index=effects.index)
    yield from ((str(name), own) for name, own in effects.groupby(names, sort=False))


def effects_title(effects: pd.DataFrame, called: Mapping[str, str] | None = None) -> str:
    """Which choices are shown to help or to hurt, and in how many families. `called`: other names of the families."""
    parts = []
    for choice, rows in by_choice(effects):
        for kind in (ABOVE, BELOW):
            shown = rows.loc[rows["kind"] == kind.word, "family"]
            if len(shown):
                names = [dict(called or {}).get(family, family) for family in shown]
                parts.append(f"{choice} {EFFECT[kind]} {_where(names, len(rows))}")
    nothing = int((effects["kind"] == EQUAL.word).sum())
    if nothing:
        parts.append(f"{nothing} of {counted(len(effects), 'effect')} practically nothing")
    return "; ".join(parts) or f"No choice is shown to help or to hurt ({counted(len(effects), 'effect')})"


def _where(names: list[str], families: int) -> str:
    """Families by name, as far as they are few."""
    few = len(names) <= MOST_NAMED and families <= MOST_NAMED + 1
    return listed(names) if few else f"{len(names)} of {families} families"
