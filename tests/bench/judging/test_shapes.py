"""Tables of other shapes: a column per method, and scikit-learn's `cv_results_`."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import bench
from bench.errors import UsageError
from bench.report.judging import JudgedView, answer, trust
from bench.statistics.folds import corrected_differences
from tests.bench.judging.tables import MEANS, long_table
from tests.bench.place import Place


def test_a_column_per_method_is_judged_as_a_row_per_run() -> None:
    table = long_table()
    wide = table.pivot(index="seed", columns="method", values="accuracy").reset_index()[["seed", *MEANS]]
    expected = bench.judge(table, baseline=0.86)
    found = bench.judge(wide, wide=True, score="accuracy", baseline=0.86)
    pd.testing.assert_frame_equal(found.verdicts, expected.verdicts)
    pd.testing.assert_frame_equal(found.comparisons, expected.comparisons)


def test_the_first_column_may_be_problems_and_have_no_name(place: Place) -> None:
    """As pandas writes a frame that has data sets as its index, with one number for each method on each of them."""
    generator = np.random.default_rng(0)
    level = generator.uniform(0.6, 0.9, 14)
    wide = pd.DataFrame({f"m{i}": level + 0.02 * i + 0.004 * generator.normal(size=14) for i in range(3)})
    wide.index = pd.Index([f"set {i}" for i in range(14)])
    wide.to_csv(place.folder / "demsar.csv")
    outcome = place.run_command(
        ["judge", str(place.folder / "demsar.csv"), "--wide", "--score", "accuracy", "--reports", str(place.reports)]
    )
    assert outcome.code == 0
    assert outcome.out.startswith("Over 14 problems, m2 has the best mean rank (1.00) and is better than m1 and m0.")
    assert 'The first column, "", was taken for problems; name it as seed if it says runs.' in outcome.out
    text = (place.reports / "demsar" / "report.md").read_text()
    assert "one run of each method on each problem" in text
    assert "signed" in text
    assert "How sure" not in text
    assert "Comparison of methods" not in text
    assert "42 runs of 3 methods on 14 problems. There is a column for each method;" in text
    assert "The level is 5.0 % for all pairs of methods over problems (Holm)." in text
    assert "a single run on a problem gives it no interval" in text
    assert "several versions of one data set count as more evidence than they are" in text
    of_seeds = ("seed by seed", "all means together", "| low |", "Mean over the seeds")
    assert not [words for words in of_seeds if words in text]


@pytest.mark.parametrize(
    ("column", "taken"), [("function", "seeds"), ("seed", "seeds"), ("dataset", "problems"), ("name", "problems")]
)
def test_what_the_first_column_is_taken_for_is_said(column: str, taken: str) -> None:
    values = ["a", "b", "c"] if column == "name" else [1, 2, 3]
    wide = pd.DataFrame({column: values, "x": [0.1, 0.2, 0.4], "y": [0.3, 0.2, 0.1]})
    [note] = bench.judge(wide, wide=True).notes
    assert note.startswith(f'The first column, "{column}", was taken for {taken}; name it as ')


def test_a_column_of_a_wide_table_that_is_not_there_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r'problem="dataset": no such column; did you mean "data set"\?$'):
        bench.judge({"data set": ["p", "q"], "x": [1, 2], "y": [2, 3]}, wide=True, problem="dataset")


@pytest.fixture
def cv_results() -> dict[str, Any]:
    """As scikit-learn has it: arrays of a row per candidate, masked where a parameter is not one of its."""
    generator = np.random.default_rng(4)
    scores = 0.8 + 0.05 * np.arange(3)[:, np.newaxis] + 0.02 * generator.normal(size=(3, 5))
    params = [{"C": c} for c in (0.1, 1, 10)]
    found: dict[str, Any] = {"params": params, "param_C": np.ma.array([0.1, 1, 10], dtype=object)}
    found |= {f"split{i}_test_score": scores[:, i] for i in range(5)}
    return found | {"mean_test_score": scores.mean(axis=1), "rank_test_score": [3, 2, 1]}


def test_folds_are_judged_by_the_corrected_resampled_t_test(cv_results: dict[str, Any]) -> None:
    """Nadeau & Bengio 2003, equation for the corrected resampled t statistic, written out here with scipy's t."""
    judged = bench.judge(cv_results, baseline=0.8, bounds=(0, 1))
    scores = np.array([cv_results[f"split{i}_test_score"] for i in range(5)])
    error = scores.std(axis=0, ddof=1) * np.sqrt(1 / 5 + 1 / 4)
    p = 3 * 2 * stats.t.sf(np.abs((scores.mean(axis=0) - 0.8) / error), 4)
    verdicts = judged.verdicts
    np.testing.assert_allclose(verdicts["p_adjusted"], np.minimum(p, 1), rtol=1e-9)
    assert verdicts["family"].tolist() == ["C 0.1", "C 1", "C 10"]
    assert verdicts[["betting_low", "breakdown"]].isna().all(axis=None)
    own = judged.comparisons.set_index("family").loc["C 0.1"]
    differences = scores[:, 0] - scores[:, 2]
    t = differences.mean() / (differences.std(ddof=1) * np.sqrt(1 / 5 + 1 / 4))
    assert own["p_adjusted"] == pytest.approx(min(1, 3 * 2 * stats.t.sf(abs(t), 4)), rel=1e-9)


@pytest.mark.parametrize("seed", ["fold", "seed"])
def test_repeated_divisions_share_as_much_as_one_however_many_there_are(seed: str) -> None:
    """Ten times five folds: 1 / 50 + 1 / 4 of the variance, and not 1 / 50 + 1 / 49."""
    table = long_table(seeds=50).rename(columns={"seed": seed})
    judged = bench.judge(table, reference="sgd", test_share=0.2)
    wide = table.pivot(index=seed, columns="method", values="accuracy")
    differences = wide["momentum"] - wide["sgd"]
    half = stats.t.isf(0.05 / 2 / 2, 49) * differences.std() * np.sqrt(1 / 50 + 1 / 4)
    own = judged.comparisons.set_index("family").loc["momentum"]
    assert (own["high"] - own["low"]) / 2 == pytest.approx(half, rel=1e-6)  # differences are rounded to 9 digits
    said = " ".join(judged.notes)
    assert "one division" not in said
    assert "here 0.25, is the data" in " ".join(trust._assumptions(JudgedView(judged)))


def test_folds_that_nobody_explains_are_said_to_be_taken_for_one_division(cv_results: dict[str, Any]) -> None:
    [note] = bench.judge(cv_results).notes
    assert note.startswith("The folds are taken for those of one division of the data into 5 parts; if it was divided")


def test_a_cv_results_file_and_a_column_of_folds_are_judged_alike(cv_results: dict[str, Any], place: Place) -> None:
    pd.DataFrame(cv_results).to_csv(place.folder / "cv.csv")
    one = bench.judge(place.folder / "cv.csv", bounds=(0, 1))
    rows = [
        (f"C {c}", fold, cv_results[f"split{fold}_test_score"][i])
        for i, c in enumerate((0.1, 1, 10))
        for fold in range(5)
    ]
    two = bench.judge(pd.DataFrame(rows, columns=["model", "fold", "test_score"]), bounds=(0, 1))
    np.testing.assert_allclose(one.comparisons["low"], two.comparisons["low"], rtol=1e-12)
    text = one.report(place.reports).read_text()
    assert "Folds are no seeds" in text
    assert "for other data of the same kind and size" in text
    assert not [word for word in ("max-T", "Friedman", "any-time interval needs") if word in text]


def test_of_several_metrics_one_has_to_be_named(cv_results: dict[str, Any]) -> None:
    cv_results |= {f"split{i}_test_f1": cv_results[f"split{i}_test_score"] for i in range(5)}
    with pytest.raises(UsageError, match=r'which of its scores\? name it with score=\.\.\.: "score" and "f1"'):
        bench.judge(cv_results)
    for name in ("f1", "test_f1", "mean_test_f1"):
        assert bench.judge(cv_results, score=name).score.name == "test f1"


def test_corrected_intervals_hold_for_overlapping_folds_where_others_do_not() -> None:
    """Differences that share a part, as folds do: 5 scores with correlation 1 / 5, the value the correction is for.

    2,000 replicates at 5 %: a Monte-Carlo standard error of .005. Uncorrected, the error rate is near .2.
    """
    generator = np.random.default_rng(5)
    shared = generator.normal(size=(1, 2_000)) * np.sqrt(1 / 5) + generator.normal(size=(5, 2_000)) * np.sqrt(4 / 5)
    rejected = [
        corrected_differences(column[:, np.newaxis], 0.05, 0.0, ratio=1 / 4).p[0] <= 0.05 for column in shared.T
    ]
    assert np.mean(rejected) == pytest.approx(0.05, abs=0.015)
    assert np.mean(stats.ttest_1samp(shared, 0).pvalue <= 0.05) > 0.12


def test_what_picking_the_best_flatters_is_said_and_grows_with_the_number_of_methods() -> None:
    few = bench.judge(long_table({f"m{i}": 0.85 for i in range(3)}))
    many = bench.judge(long_table({f"m{i}": 0.85 for i in range(30)}))
    (three, one, _), (thirty, two, _) = (answer.flattery(JudgedView(judged), "") for judged in (few, many))
    assert (three, thirty) == (3, 30)
    # Expected maxima of 3 and 30 standard normals: 0.846 and 2.043; standard errors of means: 0.01 / sqrt(10),
    # as estimated from ten seeds each, so that a fifth is allowed.
    assert one == pytest.approx(0.846 * 0.01 / np.sqrt(10), rel=0.3)
    assert two == pytest.approx(2.043 * 0.01 / np.sqrt(10), rel=0.2)
    notes = " ".join(answer.notes(JudgedView(many)))
    assert "picking the best mean of these 30 flatters it" in notes
