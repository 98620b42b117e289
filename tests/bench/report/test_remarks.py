"""What was set after looking takes away from the verdicts: each remark, word by word, and when there is none."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from bench.grid.grid import Baseline
from bench.report.remarks import remarks, where_fresh_seeds_are
from bench.statistics import FIXED, UntilDecided
from bench.store.questions import UNKNOWN, History

VERDICTS = pd.DataFrame(
    {
        "family": list("abcdef"),
        "word_low": [0.5, 0.9, math.nan, 0.7, 0.8, 0.6],
        "word_high": [0.6, 1, math.nan, 0.8, 0.9, 0.7],
        "breakdown": math.nan,
    }
)


def results(
    changed: dict[str, tuple[Any, Any]] | None = None,
    *,
    alpha: float = 0.05,
    plan: Any = FIXED,
    verdicts: pd.DataFrame = VERDICTS,
    differing: tuple[str, ...] = (),
    **history: Any,
) -> Any:
    """As much of results as is read: what was set at first and now, by name, and the record of the store."""
    return SimpleNamespace(
        changed=changed or {},
        history=History(2, **history),
        plan=plan,
        verdicts=verdicts,
        differing_sources=list(differing),
        grid=SimpleNamespace(baseline=Baseline(alpha=alpha)),
    )


def test_there_is_none_where_everything_was_set_before_looking() -> None:
    assert remarks(results(first=({"accuracy": 0.85},))) == []


def test_runs_older_than_the_record_are_said_to_be() -> None:
    assert remarks(results(first=({"accuracy": 0.85}, UNKNOWN))) == [
        "Some of these confirm runs are older than the record: nobody knows what was set before looking at them."
    ]


def test_another_claim_leaves_what_the_intervals_support_the_highest_four_first() -> None:
    assert remarks(results({"accuracy": (0.85, 0.9), "margin": (0.01, 0.02)}, alpha=0.1)) == [
        "The claim was set after looking: accuracy 90.0 % (at first 85.0 %) and margin 2 points (at first 1 point). "
        "Whatever the claim, these seeds support, together at 90 %: b at least 90.0 % (and at most 100.0 %), e at "
        "least 80.0 % (and at most 90.0 %), d at least 70.0 % (and at most 80.0 %) and f at least 60.0 % (and at most "
        "70.0 %)."
    ]


def test_another_claim_leaves_nothing_where_there_are_no_intervals() -> None:
    [said] = remarks(results({"margin": (0.01, 0.02)}, verdicts=VERDICTS.assign(word_low=math.nan)))
    assert said == "The claim was set after looking: margin 2 points (at first 1 point)."


def test_another_design_makes_verdicts_exploration_and_names_the_seeds_that_would_not() -> None:
    changed = {"accuracy": (0.85, 0.9), "alpha": (0.05, 0.1), "confirm": (20, 40), "weights": ("last", "best")}
    [said] = remarks(results(changed, fresh=3))
    assert said == (
        "Set after looking, so that these verdicts are exploration: accuracy 90.0 % (at first 85.0 %), alpha 10.0 % "
        "(at first 5.0 %), confirm 40 (at first 20) and weights best (at first last); seeds.block = 3 has fresh ones."
    )


def test_another_design_of_verdicts_that_are_valid_at_any_time_doubles_the_error() -> None:
    [said] = remarks(results({"confirm": (20, 40)}, plan=UntilDecided(most=500)))
    assert said == (
        "Set after looking: confirm 40 (at first 20). These verdicts err with up to 5.0 %, together with those that "
        "were seen before with up to 10.0 %; comparisons and effects are exploration."
    )


def test_many_changes_are_counted_from_the_seventh_on() -> None:
    [said] = remarks(results({f"key{i}": (0, i) for i in range(7)}))
    assert "key4 4 (at first 0) and 2 others;" in said
    [six] = remarks(results({f"key{i}": (0, i) for i in range(6)}))
    assert "key4 4 (at first 0) and key5 5 (at first 0);" in six


def test_other_effects_and_another_reference_leave_the_verdicts_as_they_are() -> None:
    changed = {"reference": ("", "sgd"), "effects": ([], ["regularization.l2", "optimizer.lr"])}
    assert remarks(results(changed)) == [
        "Which effects are judged was set after looking, so that they are exploration: regularization.l2 and "
        "optimizer.lr (at first none).",
        "The reference was set after looking, so that comparisons with it are exploration: sgd (at first the best on "
        "tune seeds).",
    ]
    many = [f"axis{i}" for i in range(10)]
    assert "axis7 and axis8 (at first none)" in remarks(results({"effects": ([], many[:9])}))[0]
    assert "axis7 and 2 others (at first none)" in remarks(results({"effects": ([], many)}))[0]


@pytest.mark.parametrize(
    ("blocks", "alpha", "said"),
    [
        ((1,), 0.05, "block 1 too: each block errs with up to 5.0 %, 2 blocks together with up to 10.0 %."),
        ((0, 2), 0.05, "blocks 0 and 2 too: each block errs with up to 5.0 %, 3 blocks together with up to 15.0 %."),
        ((0, 2), 0.4, "blocks 0 and 2 too: each block errs with up to 40.0 %, 3 blocks together with up to 100.0 %."),
    ],
)
def test_errors_of_several_blocks_add_up_to_certainty_at_most(blocks: tuple[int, ...], alpha: float, said: str) -> None:
    assert remarks(results(blocks=blocks, alpha=alpha)) == [f"These configurations were judged on {said}"]


def test_what_holds_together_is_said_together() -> None:
    changed = {"margin": (0.01, 0.02), "reference": ("", "sgd")}
    said = remarks(results(changed, first=(UNKNOWN,), blocks=(1,)))
    assert [text.split(" ")[0] for text in said] == ["Some", "The", "The", "These"]


def test_the_first_unused_block_is_named_as_long_as_there_is_one() -> None:
    assert where_fresh_seeds_are(results(fresh=2)) == "seeds.block = 2 has fresh ones"
    assert where_fresh_seeds_are(results(fresh=None)) == "no block of confirm seeds is unused"


@pytest.mark.parametrize(
    ("differing", "said"),
    [
        (("nn/losses.py",), "nn/losses.py differs"),
        (("nn/a.py", "nn/b.py", "nn/c.py", "nn/d.py"), "nn/a.py, nn/b.py and 2 others differ"),
    ],
)
def test_runs_of_different_sources_are_said_to_be_mixed(differing: tuple[str, ...], said: str) -> None:
    assert remarks(results(differing=differing)) == [
        f"These verdicts mix runs of different sources: {said} between them; `run --again` trains anew what others "
        "than today's have trained."
    ]
