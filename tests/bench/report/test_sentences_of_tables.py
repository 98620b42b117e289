"""What the answer about a table says follows from its tests: every sentence, with the tables for which it is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

import bench
from bench.report.document import Paragraph, Table
from bench.report.judging import JudgedView, answer, over_problems
from bench.report.sections import comparisons

FAR = {"a": 0.70, "b": 0.75, "c": 0.80}
NEAR = {"a": 0.70, "b": 0.80, "c": 0.8001}
ALIKE = {"a": 0.80, "b": 0.80, "c": 0.80}
FIVE = {name: 0.7 + 0.02 * i for i, name in enumerate("abcde")}


def table(means: Mapping[str, float], problems: int = 1, seeds: int = 8, noise: float = 0.004) -> pd.DataFrame:
    """Accuracies around these means, on problems p0, p1, ... of different difficulty; the same in every call."""
    generator = np.random.default_rng(3)
    rows = [
        (method, f"p{problem}", seed, mean - 0.02 * problem + noise * generator.normal())
        for problem in range(problems)
        for method, mean in means.items()
        for seed in range(seeds)
    ]
    return pd.DataFrame(rows, columns=["method", "dataset", "seed", "accuracy"])


def tied() -> pd.DataFrame:
    """a is the better on every other problem, b on the rest, by as much."""
    one = table({"a": 0.8, "b": 0.8}, 2, noise=0)
    gain = 0.02 * ((one["method"] == "a") == (one["dataset"] == "p0"))
    return one.assign(accuracy=one["accuracy"] + gain)


def tuned() -> pd.DataFrame:
    """The same seeds on tune rows and on confirm rows."""
    return pd.concat([table(FAR).assign(stage=stage) for stage in ("tune", "confirm")])


def lacking() -> pd.DataFrame:
    """One run of a without a score, and one of b that is not there."""
    known = table(FAR)
    known.loc[0, "accuracy"] = np.nan
    return known.drop(index=8)


def strangers() -> pd.DataFrame:
    """Runs of c by seeds that no other method has."""
    known = table(FAR)
    known.loc[known["method"] == "c", "seed"] += 100
    return known


SCENARIOS: dict[str, tuple[pd.DataFrame, dict[str, Any]]] = {
    "far": (table(FAR), {}),
    "near": (table(NEAR), {}),
    "alike": (table(ALIKE, seeds=6, noise=0.05), {}),
    "claim": (table(FAR), {"baseline": 0.77}),
    "below": (table(FAR), {"baseline": 0.95}),
    "far on eight": (table(FAR, 8), {}),
    "near on eight": (table(NEAR, 8), {}),
    "alike on eight": (table(ALIKE, 8, seeds=1, noise=0.05), {}),
    "far on nine": (table(FAR, 9), {}),
    "far on three": (table(FAR, 3), {}),
    "five on seven": (table(FIVE, 7, seeds=1), {}),
    "tied": (tied(), {}),
    "five seeds": (table(FAR, seeds=5), {}),
    "one seed": (table(FAR, seeds=1), {}),
    "lacking": (lacking(), {}),
    "strangers": (strangers(), {}),
    "tuned": (tuned(), {}),
    "folds": (table(FAR).rename(columns={"seed": "fold"}), {}),
}
ALL = set(SCENARIOS)
ONE_RUN = {"alike on eight", "five on seven", "one seed"}
SEVERAL = {"far on eight", "near on eight", "far on nine", "far on three", "tied"}


@dataclass(frozen=True)
class Said:
    """A sentence (a pattern of the whole text), the test that it follows from, and the tables of which it is said."""

    pattern: str
    test: str
    where: set[str]


CURSE = (
    r"No (seeds|data) were kept for choosing: picking the best mean of these 3( on p\d \(where it is most, of "
    r"(the first 4|8|3) problems\))? flatters it, on average by .*"
)
EASY = r" if all were equally good, and hardly at all if they differ as they seem to \(simulated at this noise\); .*"
SENTENCES = [
    Said(
        r"Over (8|9) problems, c has the best mean rank \(1\.00\) and is better than b and a\.",
        "signed ranks of all pairs with Holm's correction, on problems that are enough for a pair to be told apart",
        {"far on eight", "far on nine"},
    ),
    Said(
        r"Over 8 problems, b has the best mean rank \(1\.38\) and is better than a; it is not told apart from c\.",
        "the same",
        {"near on eight"},
    ),
    Said(
        r"Over 8 problems, a has the best mean rank \(1\.75\); it is not told apart from b and c\.",
        "the same",
        {"alike on eight"},
    ),
    Said(
        r"Over 7 problems, e has the best mean rank \(1\.00\); so few problems cannot tell any of 10 pairs apart, "
        r"whatever the scores: it takes 9\.",
        "the smallest p of signs on so many problems, times the pairs, is above alpha",
        {"five on seven"},
    ),
    Said(
        r"Over 3 problems, c has the best mean rank \(1\.00\); nothing is tested over so few\.",
        "fewer problems than any test of signs needs",
        {"far on three"},
    ),
    Said(r"Over 2 problems, a and b share the best mean rank \(1\.50\)\.", "equal mean ranks", {"tied"}),
    Said(
        r"(p\d: )?c beats each of 2 others, by at least [34]\.\d+ points\.",
        "all intervals of differences from the best are on one side of 0",
        {"far", "far on eight", "far on nine", "far on three", "lacking", "tuned", "folds"},
    ),
    Said(
        r"(p\d: )?[bc] beats a, by at least [89]\.\d+ points; [bc] is practically equal to [bc]\.",
        "one interval is on one side of 0, the other within the margin",
        {"near", "near on eight"},
    ),
    Said(
        r"p\d: [bc] beats a, by at least 9\.\d+ points\.",
        "the other interval holds 0 and leaves the margin",
        {"near on eight"},
    ),
    Said(
        r"(p\d: )?No method is shown to differ from [abc]\.",
        "all intervals hold 0, or have no bounds, or are not there",
        {"alike", "five seeds", "tied", "strangers"},
    ),
    Said(
        r"c beats 77\.0 % accuracy, unless seeds collapse more often than is excluded; 2 below\. c beats each of 2 .*",
        "the intervals of the means against the claim, and then those of differences",
        {"claim"},
    ),
    Said(r"All 3 methods stay below 95\.0 %\. c beats each of 2 .*", "the same", {"below"}),
    Said(r"a: 70\.\d %\. b: 74\.0 %\. c: 80\.2 %\.", "no mean has an interval", {"one seed"}),
    Said(r"5 more problems are in comparisons\.csv\.", "more than eight problems", {"far on nine"}),
    Said(
        r"How sure: at 95 % all (3|4|9|24|27) (intervals|verdicts) hold together, and so do the comparisons(?: on each "
        r"problem)?, for (new seeds of the same kind|other data of the same kind and size)\.",
        "simultaneous intervals of all means, and of the differences",
        ALL - ONE_RUN,
    ),
    Said(
        r'"Unless \.\.\. of seeds collapse": if so many runs ended near 0\.0 % \(half way down .*',
        "a breakdown rate that these seeds do not exclude",
        {"claim"},
    ),
    Said(
        r"There is one run of each method on each problem, so that nothing is judged problem by problem: .*",
        "one run of each method on each of several problems",
        ONE_RUN - {"one seed"},
    ),
    Said(r"There is one run of each method, so that nothing is judged: .*", "the same on one problem", {"one seed"}),
    Said(
        r"No two methods could be told apart, whatever their scores: 5 seeds that both have can bound no difference\.",
        "no interval of a difference has bounds",
        {"five seeds"},
    ),
    Said(
        r"[ab] and [ab] share no seed with c, so that nothing compares them; where equal seeds share nothing anyway, "
        r"number the runs of each method alike\.",
        "no pair for any difference",
        {"strangers"},
    ),
    Said(
        CURSE + EASY,
        "what picking the best of these flatters it by, simulated, is nothing beside that of equal methods",
        {"far", "claim", "below", "far on eight", "far on nine", "far on three", "five seeds", "lacking", "folds"}
        | {"strangers"},
    ),
    Said(
        CURSE + r" points if all were equally good, and by [\d.]+ points if they differ as they seem to .*",
        "it is something",
        {"near", "near on eight", "alike"},
    ),
    Said(
        r"1 run has no score and is left out \(of a\), which flatters whoever fails where it is hard; .*",
        "a score that is missing",
        {"lacking"},
    ),
    Said(
        r"Not every method has every seed: 7 to 8 of 8; means use all that there are, comparisons the seeds that both "
        r"have\.",
        "seeds counted for each method",
        {"lacking"},
    ),
    Said(r"Not every method has every seed: 8 of 16; .*", "the same, alike of all methods", {"strangers"}),
    Said(
        r'Columns were found by their names: score "accuracy", method "method", seed "(seed|fold)"(,| and) problem .*',
        "columns that nobody has named",
        ALL,
    ),
    Said(
        r"The folds are taken for those of one division of the data into 8 parts; if it was divided repeatedly, .*",
        "a column of folds, and nobody has said what they test",
        {"folds"},
    ),
    Said(
        r"Tune and confirm rows share seeds \(0, 1, 2 and 5 others\): if these share data, what was chosen on them .*",
        "seeds in both stages",
        {"tuned"},
    ),
]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_table_s_answer_says_what_follows_from_its_tests_and_nothing_else(scenario: str) -> None:
    runs, asked = SCENARIOS[scenario]
    view = JudgedView(bench.judge(runs, **asked))
    texts = [*answer.headlines(view, over_problems.compared(view)), *answer.notes(view)]
    found = {said.pattern for said in SENTENCES if any(re.fullmatch(said.pattern, text) for text in texts)}
    assert found == {said.pattern for said in SENTENCES if scenario in said.where}
    assert all(any(re.fullmatch(said.pattern, text) for said in SENTENCES) for text in texts), texts


def test_where_methods_on_problems_are_too_many_for_a_table_there_is_a_row_for_each_method() -> None:
    rows = {
        scenario: answer.section(JudgedView(bench.judge(SCENARIOS[scenario][0]))).blocks[1]
        for scenario in ("far on three", "far on nine")
    }
    few, many = rows["far on three"], rows["far on nine"]
    assert isinstance(few, Table)
    assert isinstance(many, Table)
    assert (len(few.rows), len(many.rows)) == (9, 3)
    assert "The means on each, with their intervals, are in summary.csv." in many.caption


def test_what_lacks_results_and_so_takes_no_part_over_problems_is_named_in_the_answer() -> None:
    runs = table(FAR, 9)
    view = JudgedView(bench.judge(runs[(runs["method"] != "a") | (runs["dataset"] != "p8")]))
    first = next(answer.headlines(view, over_problems.compared(view)))
    assert first.startswith(
        "Over 8 problems (without p8, for lack of results), c has the best mean rank (1.00) and is "
    )


def test_too_few_seeds_on_several_problems_are_one_sentence() -> None:
    view = JudgedView(bench.judge(table(FAR, 3, seeds=5)))
    [text] = [note for note in answer.notes(view) if note.startswith("No two methods could be told apart")]
    assert text.startswith("No two methods could be told apart on p0, p1 and p2, whatever their scores: 5 seeds ")


def test_seeds_that_not_every_method_has_are_told_with_all_problems_where_that_is_so() -> None:
    runs = table(FAR, 3).drop(index=[0, 1, 8])  # a on p0, b on p0
    runs = runs.drop(index=runs[(runs["dataset"] == "p2") & (runs["seed"] > 5) & (runs["method"] == "c")].index)
    [text] = [note for note in answer.notes(JudgedView(bench.judge(runs))) if note.startswith("Not every")]
    assert text.startswith("Not every method has every seed on p0 and p2: 6 to 8 of 8; ")


def test_of_many_methods_those_with_the_best_means_are_compared_and_ranked_by_the_same_words() -> None:
    view = JudgedView(bench.judge(table({f"m{i:02}": 0.7 + 0.01 * i for i in range(20)})))
    [headline] = answer.headlines(view, None)
    assert headline.endswith(" (of the 16 that are compared, of 20).")
    blocks = comparisons.section(view).blocks
    against, pairs = (block for block in blocks if isinstance(block, Table))
    assert against.caption.startswith("Each method (the 16 of 20 with the best means) minus m19 ")
    assert pairs.caption.startswith("All pairs (the 8 of 20 with the best means). ")
    [text] = [block.text for block in blocks if isinstance(block, Paragraph)]
    assert "(rather too large, as those picked by their means lie nearer together)" in text
    words = {row[0].text: row[5].text for row in against.rows}
    ranked = {row[0].text: row[6].text for row in pairs.rows if row[1].text == "m19"}
    assert len(ranked) == 7
    assert ranked == {name: words[name] for name in ranked}


@pytest.mark.parametrize(
    ("methods", "asked", "apart"),
    [("abc", {"reference": "a"}, True), ("ab", {"reference": "a"}, False), ("abc", {}, False)],
)
def test_pairs_that_are_judged_beside_a_reference_are_said_to_share_a_level_of_their_own(
    methods: str, asked: dict[str, Any], apart: bool
) -> None:
    view = JudgedView(bench.judge(table({name: FAR[name] for name in methods}), **asked))
    _, pairs = (block for block in comparisons.section(view).blocks if isinstance(block, Table))
    assert pairs.caption.endswith(comparisons.APART) is apart
