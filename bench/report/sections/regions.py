"""What the networks learned: decision regions of the median and the worst seed."""

from __future__ import annotations

import pandas as pd

from bench.figures import regions_picture
from bench.records import Map, Run
from bench.replay.regions import maps as replay_maps
from bench.report.document import Block, Paragraph, Section
from bench.report.view import View
from bench.text import counted

FAMILIES = 4  # whose regions a report shows
SECONDS = 10.0  # of training, as they took when they were stored


def section(view: View) -> Section:
    """Decision regions of the median and the worst seed, trained again for the purpose."""
    maps = _maps(view)
    if not maps:
        return Section("Decision regions", (Paragraph(_why_none(view)),))
    other = sum(not one.same for one in maps)
    blocks: list[Block] = [regions_picture(maps, view.families)]
    if other:
        blocks.append(
            Paragraph(
                f"{counted(other, 'of these runs differs', 'of these runs differ')} in bits from the stored one: this "
                "report was written on another kind of machine, or by another version."
            )
        )
    return Section("Decision regions", tuple(blocks))


def _why_none(view: View) -> str:
    if not (view.results.confirm["status"] == "ok").any():
        return "No confirm run has ended well, so there is nothing to draw."
    if not any(is_plane(view, family) for family in view.verdicts["family"]):
        return (
            "Samples with more or fewer than two features are not drawn: points that are close in a plane through them "
            "need not be close, so that a region there would mean nothing."
        )
    return (
        f"Training the median and the worst seed again would take more than {SECONDS:g} s: use the command replay with "
        "--figure."
    )


def chosen_runs(view: View) -> pd.DataFrame:
    """The median and the worst finished confirm run of the first families, as far as they are cheap: `which` says."""
    runs = view.results.confirm
    runs = runs[runs["status"] == "ok"].sort_values(["test_accuracy", "seed"])
    rows, spent = [], 0.0
    drawable = [family for family in view.verdicts["family"] if is_plane(view, family)]
    for family in drawable[:FAMILIES]:
        own = runs[runs["family"] == family]
        if own.empty:
            continue
        picked = own.iloc[[(len(own) - 1) // 2, 0]].assign(which=["median seed", "worst seed"])
        spent += float(picked["seconds"].sum())
        if spent <= SECONDS:
            rows.append(picked.drop_duplicates("run"))
    return pd.concat(rows, ignore_index=True) if rows else runs.assign(which="").head(0)


def is_plane(view: View, family: str) -> bool:
    """Whether a family's samples have two features, so that its networks can be drawn."""
    members = (c for (name, _), c in view.configurations.items() if name == family)
    return next(members).settings.problem.features == 2


def _maps(view: View) -> list[Map]:
    """The decision regions of `chosen_runs`."""
    rows = chosen_runs(view)
    runs = {
        run_id: Run(view.configurations[family, text], int(seed))
        for run_id, family, text, seed in rows[["run", "family", "configuration", "seed"]].itertuples(index=False)
    }
    maps = replay_maps(list(runs.values()), view.results.grid.baseline.weights)
    named = rows[["run", "family", "which", "seed", "test_accuracy", "digest"]].to_dict("records")
    return [maps[row["run"]].named(row["family"], row["which"], row["digest"]) for row in named]
