"""What the networks learned: decision regions, and training against test accuracy."""

from __future__ import annotations

import pandas as pd

from bench.figures import Map, gap_picture, regions_picture
from bench.grid.grid import Run
from bench.problems.spiral import problem_of
from bench.replay.regions import maps as replay_maps
from bench.report.document import Block, Paragraph, Section, table_of
from bench.report.view import View
from bench.text import counted, percent, plain, signed_points, whole

FAMILIES = 4  # whose regions a report shows
SECONDS = 10.0  # of training, as they took when they were stored


def regions(view: View) -> Section:
    """Decision regions of the median and the worst seed, trained again for the purpose."""
    drawn = maps(view)
    if not drawn:
        ended = (view.results.confirm["status"] == "ok").any()
        why = (
            f"Training the median and the worst seed again would take more than {SECONDS:g} s, or the problem is not "
            "two-dimensional: use the command replay with --figure."
            if ended
            else "No confirm run has ended well, so there is nothing to draw."
        )
        return Section("Decision regions", (Paragraph(why),))
    other = sum(not one.same for one in drawn)
    blocks: list[Block] = [regions_picture(drawn, view.families)]
    if other:
        blocks.append(
            Paragraph(
                f"{counted(other, 'of these runs differs', 'of these runs differ')} in bits from the stored one: this "
                "report was written on another kind of machine, or by another version."
            )
        )
    return Section("Decision regions", tuple(blocks))


def chosen_runs(view: View) -> pd.DataFrame:
    """The median and the worst finished confirm run of the first families, as far as they are cheap: `which` says."""
    runs = view.results.confirm
    runs = runs[runs["status"] == "ok"].sort_values(["test_accuracy", "seed"])
    rows, spent = [], 0.0
    for family in view.verdicts["family"].head(FAMILIES):
        own = runs[runs["family"] == family]
        if own.empty or not _drawable(view, family):
            continue
        picked = own.iloc[[(len(own) - 1) // 2, 0]].assign(which=["median seed", "worst seed"])
        spent += float(picked["seconds"].sum())
        if spent <= SECONDS:
            rows.append(picked.drop_duplicates("run"))
    return pd.concat(rows, ignore_index=True) if rows else runs.assign(which="").head(0)


def _drawable(view: View, family: str) -> bool:
    """Only problems with two features can be drawn."""
    members = (c for (name, _), c in view.configurations.items() if name == family)
    return problem_of(next(members).settings).features == 2


def maps(view: View) -> list[Map]:
    """The decision regions of `chosen_runs`."""
    rows = chosen_runs(view)
    runs = {
        run_id: Run(view.configurations[family, text], int(seed))
        for run_id, family, text, seed in rows[["run", "family", "configuration", "seed"]].itertuples(index=False)
    }
    drawn = replay_maps(list(runs.values()))
    named = rows[["run", "family", "which", "seed", "test_accuracy", "digest"]].to_dict("records")
    return [drawn[row["run"]].named(row["family"], row["which"], row["digest"]) for row in named]


def generalization(view: View) -> Section:
    """Training accuracy against test accuracy on the confirm runs that ended well."""
    gaps = gaps_of(view)
    if gaps.empty:
        return Section("Generalization gap", (Paragraph("No confirm run has ended well."),))
    columns = [
        ("family", "family", plain), ("train", "training", percent), ("test", "test", percent),
        ("gap", "gap, points", signed_points), ("ceiling", "ceiling", percent), ("n", "runs", whole),
    ]  # fmt: skip
    caption = "Means over the confirm runs that ended well. A training accuracy above the ceiling is overfitting."
    return Section(
        "Generalization gap",
        (gap_picture(gaps, view.results.confirm, view.families), table_of(gaps, columns, caption)),
    )


def gaps_of(view: View) -> pd.DataFrame:
    """Mean train and test accuracy per family, in the order of the verdicts."""
    confirm = view.results.confirm
    groups = confirm[confirm["status"] == "ok"].groupby("family", sort=False)
    table = pd.DataFrame(
        {"train": groups["train_accuracy"].mean(), "test": groups["test_accuracy"].mean(), "n": groups.size()}
    )
    table = table.reindex([f for f in view.verdicts["family"] if f in table.index])
    table["gap"] = table["train"] - table["test"]
    table["ceiling"] = view.families["ceiling"].reindex(table.index)
    return table.rename_axis("family").reset_index()
