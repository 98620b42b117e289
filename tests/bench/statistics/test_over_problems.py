"""Methods over problems: who is told apart, by how few problems nobody is, and a published table."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from bench.statistics.holm import holm
from bench.statistics.over_problems import (
    AGAINST,
    COMPARED,
    PAIRS,
    cliques,
    complete_block,
    fewest_problems,
    method_aggregates,
    method_means,
    method_times,
    over_problems,
)
from bench.statistics.pairs import flips_p
from bench.statistics.ranks import friedman, ranks
from bench.statistics.scores import Score
from bench.statistics.signed_ranks import signed_ranks
from tests.bench.statistics.frames import Runs, make_runs
from tests.bench.statistics.published import PRINTED_RANKS, accuracies, compared

NAMES = list("abcde")


def made(problems: int, methods: int, seed: int = 0, step: float = 0.0) -> pd.DataFrame:
    """Means that differ between problems, and by `step` from one method to the next."""
    generator = np.random.default_rng(seed)
    level, noise = generator.uniform(0.6, 0.9, (problems, 1)), generator.normal(0, 0.01, (problems, methods))
    return pd.DataFrame(level + noise + step * np.arange(methods), columns=NAMES[:methods])


def test_the_published_mean_ranks_of_nine_networks_on_85_data_sets() -> None:
    found = compared().methods.set_index("method")["mean_rank"]
    # The printed ranks are those of unrounded accuracies. Where rounding makes ties, the rank lies between those of
    # all ties lost and won; and as ties go both ways, it is off by 2 of 85 ranks at most here.
    worst, best = (accuracies().rank(axis=1, ascending=False, method=m).mean() for m in ("max", "min"))
    for method, printed in PRINTED_RANKS.items():
        assert best[method] - 1e-6 <= printed <= worst[method] + 1e-6
        assert found[method] == pytest.approx(printed, abs=2.01 / 85)
    assert found.index.tolist() == sorted(PRINTED_RANKS, key=PRINTED_RANKS.__getitem__)


def test_the_tests_of_the_published_table_are_those_of_scipy_and_statsmodels() -> None:
    table = accuracies()
    found = over_problems(table, "ResNet")
    expected = [
        stats.wilcoxon(table[a], table[b], zero_method="pratt").pvalue for a, b in found.pairs[["a", "b"]].values
    ]
    # scipy's is the normal approximation, as there are ties: on 85 data sets within a fifth where p is not tiny
    large = found.pairs["p"] > 1e-3
    assert found.pairs["p"][large].to_numpy() == pytest.approx(np.array(expected)[large], rel=0.2)
    adjusted = multipletests(found.pairs["p"], method="holm")[1]
    assert found.pairs["p_adjusted"].to_numpy() == pytest.approx(adjusted)
    assert found.friedman is not None
    assert found.friedman.corrected == pytest.approx(stats.friedmanchisquare(*table.to_numpy().T).statistic)
    assert (found.friedman.f_p, found.friedman.df) == (stats.f.sf(found.friedman.f, 8, 672), (8, 672))
    assert found.nemenyi == pytest.approx(stats.studentized_range.ppf(0.95, 9, np.inf) / 2**0.5 * (90 / 510) ** 0.5)


def test_the_groups_of_the_published_table_that_wilcoxon_and_holm_leave_together() -> None:
    """Nemenyi's critical difference would also join networks of which one wins on 61 of 85 data sets."""
    found = compared()
    assert found.cliques == (("MLP", "Time-CNN", "TWIESN"), ("TWIESN", "MCDCNN"))
    pairs = found.pairs.set_index(["a", "b"])
    ranked = found.methods.set_index("method")["mean_rank"]
    assert pairs.loc[("MLP", "MCDCNN"), "word"] == "better"
    assert ranked["MCDCNN"] - ranked["MLP"] < found.nemenyi


@pytest.mark.parametrize("n", [1, 5, 6, 10, 25, 80])
def test_without_ties_signed_ranks_are_scipys_exact_test(n: int) -> None:
    differences = np.random.default_rng(n).normal(0.3, 1, n)
    found, expected = signed_ranks(differences), stats.wilcoxon(differences, method="exact")
    assert found.p == pytest.approx(expected.pvalue)
    assert min(found.positive, found.negative) == expected.statistic
    assert found.positive + found.negative == n * (n + 1) / 2


@pytest.mark.parametrize(
    "differences", [[0, 0, 1, 1, -2, 3, 3, 3, -1, 5], [1, 1, 1, -1, 1, 1], [0, 2, -2], [0.0, 0.5, 0.5, 0.25, 0.75, 1]]
)
def test_with_zeros_and_ties_p_is_that_of_all_signs(differences: list[float]) -> None:
    values = np.array(differences, dtype=float)
    ranked = stats.rankdata(np.abs(values)) * (values != 0)  # zeros are ranked, and then left out
    signs = 1 - 2 * np.array(np.meshgrid(*[[0, 1]] * len(values))).reshape(len(values), -1)
    sums, observed = ranked @ signs, (np.sign(values) * ranked).sum()
    found = signed_ranks(values)
    assert found.p == pytest.approx((np.abs(sums) >= abs(observed) - 1e-9).mean())
    assert found.zeros == np.count_nonzero(values == 0)
    assert found.positive - found.negative == observed


def test_differences_that_are_all_zero_and_none_at_all_say_nothing() -> None:
    assert (signed_ranks([0.0, 0.0]).p, signed_ranks([0.0, 0.0]).zeros) == (1.0, 2)
    assert (signed_ranks([]).p, signed_ranks([]).n) == (1.0, 0)


def test_the_size_of_differences_counts_by_its_rank_alone() -> None:
    assert signed_ranks([1, 2, 3, 4, -5]).p == signed_ranks([1, 2, 3, 4, -500]).p


@pytest.mark.parametrize("p", [[0.01, 0.04, 0.03], [0.5, 0.9], [0.2], [0.001, 0.001, 0.04, 0.9]])
def test_holms_correction_is_that_of_statsmodels(p: list[float]) -> None:
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])


def test_a_p_that_is_not_there_yet_counts_for_holm() -> None:
    assert holm([0.02, np.nan, 0.01]) == pytest.approx([0.04, np.nan, 0.03], nan_ok=True)
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]).size == 0


@pytest.mark.parametrize("n", [6, 9, 20])
def test_sign_flips_of_many_columns_are_those_of_each(n: int) -> None:
    differences = np.random.default_rng(n).normal(0.3, 1, (n, 3))
    differences[:, 2] = np.resize([1.0, -1.0], n)  # which sum to 0
    expected = stats.permutation_test(
        (differences[:9],), np.mean, permutation_type="samples", n_resamples=np.inf, axis=0
    )  # type: ignore[call-overload]  # inf, for all, is documented
    assert flips_p(differences[:9]) == pytest.approx(expected.pvalue)
    assert flips_p(differences)[2] == 1.0


def test_sampled_flips_of_many_columns_agree_with_exact_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    differences = np.random.default_rng(1).normal(0.4, 1, (12, 4))
    exact = flips_p(differences)
    monkeypatch.setattr("bench.statistics.pairs.EXACT", 0)
    # 20,000 flips: a standard error of at most .0036, three times
    assert flips_p(differences) == pytest.approx(exact, abs=0.0107)


def test_rows_say_who_is_ahead_by_how_much_and_on_how_many_problems() -> None:
    means = made(12, 3, step=0.02)
    means["a"] = np.where(means.index == 0, means["b"], means["a"])
    found = over_problems(means, "b")
    assert found.methods["method"].tolist() == ["c", "b", "a"]
    assert found.methods["mean"].tolist() == pytest.approx(means.mean()[["c", "b", "a"]].tolist())
    assert found.methods["mean_rank"].tolist() == ranks(means).mean(axis=0)[[2, 1, 0]].tolist()
    assert (found.against.columns.tolist(), found.pairs.columns.tolist()) == (AGAINST, PAIRS)
    ahead, behind = found.against.to_dict("records")
    assert (ahead["method"], ahead["reference"], ahead["word"], ahead["kind"]) == ("c", "b", "better", "above")
    assert (behind["method"], behind["word"], behind["kind"]) == ("a", "worse", "below")
    assert ahead["difference"] == pytest.approx((means["c"] - means["b"]).mean())
    assert behind["won"] + behind["tied"] + behind["lost"] == 12
    assert behind["tied"] == 1
    assert ahead["p"] == pytest.approx(stats.wilcoxon(means["c"], means["b"], method="exact").pvalue)
    assert [row["p_adjusted"] for row in (ahead, behind)] == pytest.approx(holm([ahead["p"], behind["p"]]))
    assert [row["flips_p_adjusted"] for row in (ahead, behind)] == pytest.approx(
        holm(flips_p(means[["c", "a"]].to_numpy() - means[["b"]].to_numpy()))
    )
    z = (ranks(means)[:, 1].mean() - ranks(means)[:, 2].mean()) / (3 * 4 / (6 * 12)) ** 0.5
    assert (ahead["ranks_z"], ahead["ranks_p"]) == pytest.approx((z, 2 * stats.norm.sf(abs(z))))
    assert found.pairs[["a", "b"]].values.tolist() == [["c", "b"], ["c", "a"], ["b", "a"]]


def test_the_words_flip_with_the_data() -> None:
    means = made(12, 2, step=0.02)
    for table, word in ((means, "worse"), (2 - means, "better"), (made(12, 2, seed=1), "not told apart")):
        assert over_problems(table, "b").against["word"].tolist() == [word]


def test_where_lower_is_better_the_lower_are_ranked_first_and_called_better() -> None:
    means, losses = made(12, 3, step=0.02), Score("loss", 0.0, np.inf, lower_is_better=True)
    found, mirrored = over_problems(means, "b", score=losses), over_problems(-means, "b")
    assert found.methods["method"].tolist() == ["a", "b", "c"]
    assert found.methods["mean"].tolist() == pytest.approx(means.mean().tolist())
    assert found.against["word"].tolist() == ["better", "worse"]
    assert found.against["difference"].tolist() == pytest.approx(
        (means[["a", "c"]].mean() - means["b"].mean()).tolist()
    )
    others = [name for name in COMPARED if name != "difference"]
    assert found.against[others].equals(mirrored.against[others])
    assert found.cliques == mirrored.cliques


def test_differences_that_rounding_alone_makes_are_ties_in_the_unit_of_each_problem() -> None:
    units = 10.0 ** np.arange(-16, 16, 4)[:, np.newaxis]
    means = pd.DataFrame(units * [0.1 + 0.2, 0.3, 0.3003], columns=["a", "b", "c"])
    a, c = over_problems(means, "b").against.sort_values("method").to_dict("records")
    assert (a["tied"], a["p"], a["word"]) == (8, 1.0, "not told apart")
    assert (c["won"], c["word"]) == (8, "better")


@pytest.mark.parametrize(("problems", "tested"), [(1, False), (5, False), (6, True)])
def test_fewer_than_six_problems_are_ranked_and_nothing_is_tested(problems: int, tested: bool) -> None:
    found = over_problems(made(problems, 3, step=0.05), "a")
    assert found.methods["mean_rank"].tolist() == [1, 2, 3]
    assert (found.friedman is not None) == tested
    assert (len(found.pairs), len(found.against)) == ((3, 2) if tested else (0, 0))
    assert np.isfinite([found.nemenyi, found.bonferroni_dunn]).all() == tested
    assert bool(found.cliques) == tested


def test_no_p_can_be_at_its_level_on_fewer_problems_than_it_takes() -> None:
    for alpha, comparisons in ((0.05, 1), (0.01, 1), (0.05, 10), (0.05, 55), (0.001, 3)):
        n = fewest_problems(alpha, comparisons)
        smallest = [signed_ranks(np.arange(1.0, m + 1)).p for m in (n - 1, n)]
        assert smallest[1] <= alpha / comparisons < smallest[0]
        assert smallest[1] == flips_p(np.arange(1.0, n + 1)[:, np.newaxis])[0]
    assert fewest_problems(0.05) == 6
    assert (fewest_problems(0.05, 10), fewest_problems(0.05, 55)) == (9, 12)  # of eleven methods, as the README says
    assert fewest_problems(0.2) == 6  # three would do for signs, and are no sample of problems


def test_what_is_missing_leaves_out_as_little_as_it_must() -> None:
    means = made(8, 4)
    assert complete_block(means).equals(means)
    means.loc[[2, 3, 4], "b"] = np.nan
    means.loc[5, ["a", "c", "d"]] = np.nan
    block = complete_block(means)
    assert block.columns.tolist() == ["a", "c", "d"]
    assert block.index.tolist() == [0, 1, 2, 3, 4, 6, 7]
    assert over_problems(means, "b").left_out == ("5", "b")
    assert over_problems(means, "b").against.empty
    assert over_problems(means * np.nan).methods.empty


def test_a_group_holds_two_methods_exactly_if_they_are_not_told_apart() -> None:
    generator = np.random.default_rng(3)
    for _ in range(30):
        pairs = list(combinations("abcdefg", 2))
        apart = [pair for pair in pairs if generator.random() < 0.5]
        groups = cliques("abcdefg", apart)
        together = {pair for group in groups for pair in combinations(group, 2)}
        assert together == set(pairs) - set(apart)
        assert not any(set(one) < set(other) for one in groups for other in groups)
        assert all(list(group) == sorted(group) for group in groups)
        assert list(groups) == sorted(groups)


def over(runs: pd.DataFrame) -> tuple[dict[str, str], dict[str, str]]:
    """Method and problem of each family named "method, problem"."""
    names = runs["family"].unique()
    return {n: n.split(", ")[0] for n in names}, {n: n.split(", ")[1] for n in names}


@pytest.fixture
def several() -> pd.DataFrame:
    values: dict[str, Any] = {
        "adam, y": [0.9, 0.8],
        "sgd, y": [0.7, "diverged"],
        "adam, x": [0.6, "failed"],
        "sgd, x": ["failed", "failed"],
    }
    epochs: dict[str, Any] = {"adam, y": [100, 200], "sgd, y": [400, np.nan], "adam, x": [np.nan, 1], "sgd, x": [1, 1]}
    return make_runs(values, epochs=epochs, points=10)


def test_a_method_has_a_mean_on_each_problem_where_it_has_runs(several: pd.DataFrame) -> None:
    means = method_means(several, *over(several))
    assert (means.index.tolist(), means.columns.tolist()) == (["y", "x"], ["adam", "sgd"])
    chance = 1 / 3
    expected = [[0.85, (0.7 + chance) / 2], [0.6, np.nan]]
    assert means.to_numpy() == pytest.approx(np.array(expected), nan_ok=True)


def test_times_are_compared_where_methods_have_the_same_checkpoints(several: pd.DataFrame) -> None:
    times = method_times(several, *over(several))
    assert times.loc["y"].to_numpy().tolist() == [[100, 400], [200, np.inf]]
    assert np.isinf(times.loc["x"]["adam"].iloc[0])
    other = several.assign(**{"training.epochs": np.where(several["family"] == "sgd, y", 2000, 1000)})
    assert method_times(other, *over(other)).index.unique("problem").tolist() == ["x"]


def test_aggregates_are_over_all_runs_of_all_problems(runs: Runs) -> None:
    generator = np.random.default_rng(0)
    values = {f"{m}, {p}": generator.uniform(0.5, 0.9, 6).tolist() for p in "xyz" for m in ("adam", "sgd")}
    frame = runs(values, points=10**9)  # so that accuracies stay what they are, to rounding
    adam, sgd = method_aggregates(frame, *over(frame), alpha=0.1).to_dict("records")
    scores = np.sort([values[f"adam, {p}"] for p in "xyz"], axis=None)
    assert (adam["method"], sgd["method"], adam["runs"]) == ("adam", "sgd", 18)
    assert adam["iqm"] == pytest.approx(scores[4:14].mean())  # floor(18 / 4) = 4 are cut at each end
    assert adam["iqm_low"] < adam["iqm"] < adam["iqm_high"]


@pytest.mark.parametrize(("problems", "methods"), [(6, 3), (9, 4), (20, 3)])
def test_equal_methods_are_told_apart_as_rarely_as_promised(problems: int, methods: int) -> None:
    """Problems differ in level and in spread, ten times and more; all three tests keep their level."""
    generator, replicates = np.random.default_rng(problems), 250
    pairs = list(combinations(range(methods), 2))
    wrong = np.zeros(3)
    for _ in range(replicates):
        spread = 10 ** generator.uniform(-3, -1.5, (problems, 1))
        means = generator.uniform(0.6, 0.9, (problems, 1)) + spread * generator.normal(size=(problems, methods))
        differences = np.stack([means[:, i] - means[:, j] for i, j in pairs], axis=1)
        wilcoxon = holm([signed_ranks(column).p for column in differences.T])
        flipped = holm(flips_p(differences)) if problems <= 10 else np.ones(1)  # a million flips, 250 times
        wrong += [friedman(ranks(means)).f_p <= 0.05, wilcoxon.min() <= 0.05, flipped.min() <= 0.05]
    assert (wrong / replicates <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / replicates)).all()
    assert wrong[0] / replicates >= 0.05 - 3 * np.sqrt(0.05 * 0.95 / replicates)  # Friedman's is not for nothing
