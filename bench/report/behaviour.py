"""What the networks learned: decision regions, and training against test accuracy."""

from __future__ import annotations

import pandas as pd

from bench.figures import gap_picture, regions_picture
from bench.report.document import Block, Paragraph, Section, table_of
from bench.report.regions import SECONDS, maps
from bench.report.view import View
from bench.report.writing import counted, point, share, text, whole


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


def generalization(view: View) -> Section:
    """Training accuracy against test accuracy on the confirm runs that ended well."""
    gaps = gaps_of(view)
    if gaps.empty:
        return Section("Generalization gap", (Paragraph("No confirm run has ended well."),))
    columns = [
        ("family", "family", text), ("train", "training", share), ("test", "test", share),
        ("gap", "gap, points", point), ("ceiling", "ceiling", share), ("n", "runs", whole),
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
