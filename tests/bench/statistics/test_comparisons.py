"""Families against each other: what is paired, what is not, and what is never mixed."""

from math import ceil
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from bench.statistics import against_reference, compare, comparison_sentence, rank_families
from bench.statistics.comparisons import PAIRED, UNPAIRED, judge_differences
from bench.statistics.simultaneous import simultaneous
from tests.bench.statistics.frames import Runs
from tests.bench.statistics.rows import check_row, check_rows


def around(mean: float, seed: int, sd: float = 0.004, n: int = 20) -> list[float]:
    """Accuracies on 3000 points whose large seed effect is shared by all calls with equal n."""
    hard = np.random.default_rng(0).normal(0, 0.03, n)
    return list(np.round((mean + hard + np.random.default_rng(seed).normal(0, sd, n)) * 3000) / 3000)


@pytest.fixture
def table(runs: Runs) -> pd.DataFrame:
    return runs(
        {"adam": around(0.85, 1), "sgd": around(0.83, 2), "momentum": around(0.845, 3), "twin": around(0.85, 4)}
    )


@pytest.fixture
def moons(runs: Runs) -> pd.DataFrame:
    return runs({"adam on moons": around(0.95, 5), "sgd on moons": around(0.9, 6)}, problem="moons")


def pair(table: pd.DataFrame, a: str, b: str) -> tuple[Any, Any]:
    return of(table, a)["test_accuracy"].to_numpy(), of(table, b)["test_accuracy"].to_numpy()


def of(table: pd.DataFrame, family: str) -> pd.DataFrame:
    return table[table["family"] == family]


def test_pairing_by_seed_sees_what_the_seeds_spread_hides(table: pd.DataFrame) -> None:
    found = compare(of(table, "adam"), of(table, "momentum"))
    assert (found["method"], found["n"], found["kind"]) == (PAIRED, 20, "practically equal")
    assert found["p_adjusted"] <= 0.05
    assert 0 < found["low"] < found["high"] < 0.01
    assert of(table, "adam")["test_accuracy"].std() > 4 * abs(found["difference"])


def test_swapping_a_and_b_mirrors_the_comparison_and_its_sentence(table: pd.DataFrame) -> None:
    one, other = compare(of(table, "adam"), of(table, "sgd")), compare(of(table, "sgd"), of(table, "adam"))
    assert (one["word"], other["word"]) == ("better", "worse")
    assert one["difference"] == pytest.approx(-other["difference"])
    assert (one["low"], one["p_adjusted"]) == (-other["high"], other["p_adjusted"])
    assert one["share_won"] == pytest.approx(1 - other["share_won"])
    assert "adam minus sgd: 2.03 points" in comparison_sentence(one)
    assert ": better; p " in comparison_sentence(one)
    assert ": worse; p " in comparison_sentence(other)


def test_the_order_of_runs_does_not_matter_because_seeds_are_matched(table: pd.DataFrame) -> None:
    one = compare(of(table, "adam"), of(table, "sgd"))
    other = compare(of(table, "adam").sample(frac=1, random_state=0), of(table, "sgd"))
    pd.testing.assert_series_equal(one, other)


def test_shuffling_accuracies_between_seeds_destroys_the_pairing(table: pd.DataFrame) -> None:
    shuffled = of(table, "momentum").copy()
    shuffled["test_accuracy"] = np.random.default_rng(0).permutation(shuffled["test_accuracy"])
    assert compare(of(table, "adam"), of(table, "momentum"), margin=0)["kind"] == "above"
    assert compare(of(table, "adam"), shuffled, margin=0)["kind"] == "inconclusive"


def test_only_seeds_that_both_have_are_compared(table: pd.DataFrame) -> None:
    found = compare(of(table, "adam").iloc[:15], of(table, "sgd").iloc[5:])
    assert (found["n"], found["n_a"], found["n_b"]) == (10, 15, 15)


def test_twins_are_practically_equal_within_the_interval_beside_it(table: pd.DataFrame) -> None:
    found = compare(of(table, "adam"), of(table, "twin"))
    assert found["word"] == "practically equal"
    assert -0.01 < found["low"] <= 0 <= found["high"] < 0.01
    assert found["p_equal_adjusted"] <= 0.05 < found["p_adjusted"]
    assert ": practically equal; p < 0.0001;" in comparison_sentence(found)  # that of equality


def test_a_sure_difference_smaller_than_the_margin_is_practically_nothing(table: pd.DataFrame) -> None:
    better = of(table, "adam").assign(test_accuracy=of(table, "adam")["test_accuracy"] + 9 / 3000)
    found = compare(better, of(table, "adam"))
    assert found["word"] == "degenerate"  # exactly 9 points on every seed: no spread to judge by
    noisy = better["test_accuracy"] + np.where(better["seed"] % 2, 1, -1) / 3000
    found = compare(better.assign(test_accuracy=noisy), of(table, "adam"))
    assert found["word"] == "practically equal"
    assert 0 < found["low"] < found["high"] < 0.01
    assert max(found["p_adjusted"], found["p_equal_adjusted"]) <= 0.05
    narrow = compare(better.assign(test_accuracy=noisy), of(table, "adam"), margin=0.003)
    assert (narrow["word"], narrow["low"], narrow["high"]) == ("better", found["low"], found["high"])


def test_five_pairs_cannot_decide_and_the_comparison_says_so(table: pd.DataFrame) -> None:
    found = compare(of(table, "adam").iloc[:5], of(table, "sgd"))
    assert found["word"] == "inconclusive (about 6 fresh seeds would tell)"
    assert found["reasons"] == "5 paired seeds cannot give a p below 0.062"
    assert (found["low"], found["high"]) == (-1, 1)
    assert found["p_adjusted"] == found["smallest_p"] == 2 / 2**5


def test_different_problems_are_compared_unpaired_and_it_is_said(table: pd.DataFrame, moons: pd.DataFrame) -> None:
    found = compare(of(table, "adam"), of(moons, "adam on moons"))
    assert found["method"] == UNPAIRED
    assert np.isnan(found["share_won"])
    assert "the problems differ" in comparison_sentence(found)
    expected = stats.ttest_ind(of(table, "adam")["test_accuracy"], moons["test_accuracy"].iloc[:20], equal_var=False)
    interval = expected.confidence_interval(0.95)
    assert (found["low"], found["high"]) == pytest.approx((interval.low, interval.high))
    assert found["p_adjusted"] == pytest.approx(expected.pvalue)
    assert found["word"] == "worse"


def test_unpaired_words_intervals_and_p_values_agree(runs: Runs) -> None:
    generator, kinds = np.random.default_rng(9), set()
    for _ in range(60):
        n, k = generator.choice([1, 2, 3, 10, 30], 2)
        one = runs({"a": np.round(generator.normal(0.85, 0.01, n), 3)}, points=1000)
        mean = 0.85 + generator.choice([0, 0.005, 0.03, -0.03])
        other = runs({"b": np.round(generator.normal(mean, 0.004, k), 3)}, points=1000, problem="moons")
        found = compare(one, other)
        kinds.add(found["kind"])
        if found["kind"] == "degenerate":
            assert min(n, k) == 1 or np.ptp(one["test_accuracy"]) == np.ptp(other["test_accuracy"]) == 0
            continue
        assert (found["p_adjusted"] <= 0.05) == (found["low"] > 0 or found["high"] < 0)
        assert (found["p_equal_adjusted"] <= 0.05) == (found["low"] > -0.01 and found["high"] < 0.01)
        inside = found["p_equal_adjusted"] <= 0.05
        assert inside == (found["kind"] == "practically equal")
        assert (found["p_adjusted"] <= 0.05 and not inside) == (found["kind"] in ("above", "below"))
    assert kinds == {"above", "below", "practically equal", "inconclusive", "degenerate"}


def test_words_and_intervals_agree_whatever_corrects_them(runs: Runs) -> None:
    kinds = set()
    for n in (7, 9, 25):
        confirm = runs({f"family {i}": around(0.85 + 0.005 * i, 10 + i, 0.006, n) for i in range(5)})
        pairs = rank_families(confirm)[0].pairs
        for table in (against_reference(confirm, "family 2"), pairs):
            inside = (table["low"] > -0.01) & (table["high"] < 0.01)
            assert (inside == (table["kind"] == "practically equal")).all()
            assert (((table["low"] > 0) & ~inside) == (table["kind"] == "above")).all()
            assert (((table["high"] < 0) & ~inside) == (table["kind"] == "below")).all()
            assert ((table["p_equal_adjusted"] <= 0.05) == inside).all()
            assert ((table["p_adjusted"] <= 0.05) == ((table["low"] > 0) | (table["high"] < 0))).all()
            kinds |= set(table["word"])
    assert kinds == {"better", "worse", "practically equal", "inconclusive"}


def test_a_reference_is_compared_with_the_families_of_its_problem_together(
    table: pd.DataFrame, moons: pd.DataFrame
) -> None:
    found = against_reference(pd.concat([table, moons], ignore_index=True), "adam")
    assert found["family"].tolist() == ["sgd", "momentum", "twin"]
    assert found["word"].tolist() == ["worse", "practically equal", "practically equal"]
    assert (found["comparisons"] == 3).all()
    pd.testing.assert_frame_equal(found, against_reference(table, "adam"))
    differences = pd.DataFrame({f: np.subtract(*pair(table, f, "adam")) for f in ("sgd", "momentum", "twin")})
    # rel: differences are rounded to 12 digits, ties are 1e-9 wide
    assert found["low"].tolist() == pytest.approx(simultaneous(differences, 0.05).low.tolist(), rel=1e-7)


def test_families_without_runs_yet_count_among_the_comparisons(table: pd.DataFrame) -> None:
    waiting = pd.concat([table, table.iloc[:40].assign(family="later", status="failed")], ignore_index=True)
    waiting = waiting.drop_duplicates(["family", "seed"])
    announced, arrived = (against_reference(runs, "adam", families=5) for runs in (table, waiting))
    assert (announced["comparisons"] == 4).all()
    assert announced["low"].tolist() == arrived["low"].iloc[:3].tolist()
    assert arrived["word"].iloc[3] == "nothing to compare"
    now = against_reference(table, "adam")
    assert (announced["high"] - announced["low"] > now["high"] - now["low"]).all()


def test_seeds_that_the_reference_lacks_do_not_sharpen_the_comparison(table: pd.DataFrame) -> None:
    few = table[(table["family"] != "adam") | (table["seed"] < table["seed"].min() + 5)]
    found = against_reference(few, "adam").set_index("family")
    assert found["n"].tolist() == [5, 5, 5]
    assert found["p_adjusted"].min() == 2 / 2**5
    assert (found["kind"] == "inconclusive").all()
    five = table[table["seed"] < table["seed"].min() + 5]
    pd.testing.assert_frame_equal(found.reset_index(), against_reference(five, "adam"))


def test_an_unknown_reference_is_named_beside_the_known_ones(table: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="no family 'adma' to compare with; there are 'adam', 'sgd'"):
        against_reference(table, "adma")


def test_families_are_ranked_within_their_problem_only(table: pd.DataFrame, moons: pd.DataFrame) -> None:
    spiral, other = rank_families(pd.concat([table, moons], ignore_index=True))
    assert spiral.families["family"].tolist()[-2:] == ["momentum", "sgd"]
    assert other.families["family"].tolist() == ["adam on moons", "sgd on moons"]
    assert len(spiral.pairs) == 6
    assert len(other.pairs) == 1
    assert spiral.friedman is not None
    assert spiral.friedman.p < 0.001
    assert spiral.families["mean_rank"].sum() == pytest.approx(4 * 5 / 2)


def test_permuting_families_permutes_the_ranking_and_nothing_else(table: pd.DataFrame) -> None:
    one, other = rank_families(table)[0], rank_families(table.sample(frac=1, random_state=2))[0]
    ranks = [found.families.set_index("family")["mean_rank"].to_dict() for found in (one, other)]
    assert ranks[0] == ranks[1]
    assert one.friedman is not None
    assert other.friedman is not None
    assert one.friedman.p == pytest.approx(other.friedman.p)
    # abs: 20 seeds are enumerated, so both count the same signs; but a family that comes first is a first minuend
    assert sorted(one.pairs["p_adjusted"]) == pytest.approx(sorted(other.pairs["p_adjusted"]), abs=1e-12)


def test_reversing_accuracies_reverses_ranks(table: pd.DataFrame) -> None:
    reversed_table = table.assign(test_accuracy=1 - table["test_accuracy"])
    one, other = rank_families(table)[0].families, rank_families(reversed_table)[0].families
    ranks = one.set_index("family")["mean_rank"], other.set_index("family")["mean_rank"]
    assert (ranks[0] + ranks[1] == 5).all()


HIGHER = [0.86, 0.88, 0.87, 0.875]
OTHER_QUESTION = "the problems differ, so seeds are not paired and the two answer different questions"


def test_every_number_of_an_unpaired_comparison_is_scipys(runs: Runs) -> None:
    lower = [0.8625, 0.87, 0.8725]
    found = compare(runs({"adam|lr 1": HIGHER}, points=10**4), runs({"sgd": lower}, points=10**4, problem="moons"), 0.1)
    t = stats.ttest_ind(HIGHER, lower, equal_var=False)
    interval = t.confidence_interval(0.9)
    sides = [
        stats.ttest_ind(np.add(HIGHER, 0.01), lower, equal_var=False, alternative="greater").pvalue,
        stats.ttest_ind(np.subtract(HIGHER, 0.01), lower, equal_var=False, alternative="less").pvalue,
    ]
    check_row(
        found,
        {
            "a": "adam (lr 1)", "b": "sgd", "n_a": 4, "n_b": 3, "mean_a": 0.87125, "mean_b": 2.605 / 3,
            "n": 7, "difference": 0.87125 - 2.605 / 3, "sd": np.nan,
            "low": float(interval.low), "high": float(interval.high), "confidence": 0.9,
            "p_adjusted": float(t.pvalue), "p_equal_adjusted": min(1.0, 2 * float(max(sides))),
            "kind": "inconclusive", "word": "inconclusive", "comparisons": 1,
            "effect": np.nan, "share_won": np.nan, "share_low": np.nan, "share_high": np.nan,
            "smallest_p": np.nan, "seeds_needed": np.nan,
            "method": "unpaired, Welch's t test: the problems differ", "reasons": OTHER_QUESTION,
            "alpha": 0.1, "margin": 0.01,
        },
    )  # fmt: skip
    assert 2 * max(sides) < 1


def test_an_unpaired_interval_ends_where_no_difference_can_be(runs: Runs) -> None:
    one, other = runs({"a": [0.2, 0.9]}), runs({"b": [0.8, 0.1]}, problem="moons")
    t = stats.ttest_ind([0.2, 0.9], [0.8, 0.1], equal_var=False).confidence_interval(0.95)
    assert t.low < -1 < 1 < t.high
    found = compare(one, other)
    assert (found["low"], found["high"], found["p_equal_adjusted"]) == (-1, 1, 1)


@pytest.mark.parametrize(
    ("problem", "reason"), [("spiral", "no seed has a usable run of both"), ("moons", OTHER_QUESTION)]
)
def test_a_side_without_a_usable_run_fails_paired_and_unpaired(runs: Runs, problem: str, reason: str) -> None:
    found = compare(runs({"a": HIGHER}), runs({"b": ["failed"] * 4}, problem=problem))
    assert (found["kind"], found["word"], found["n_a"], found["n_b"]) == ("failed", "nothing to compare", 4, 0)
    assert (found["comparisons"], found["confidence"]) == (1, 0.95)
    unknown = ["mean_b", "difference", "sd", "low", "high", "p_adjusted", "effect", "share_won", "seeds_needed"]
    assert found[[*unknown, "smallest_p"]].isna().all()
    assert comparison_sentence(found) == f"a against b: nothing to compare, so nothing is said ({reason})."


def test_every_number_of_a_paired_comparison_follows_from_its_differences(runs: Runs) -> None:
    lower = np.array(HIGHER) - [0.02, 0.03, 0.015, 0.025]
    found = compare(runs({"adam|lr 1": HIGHER}, points=10**4), runs({"sgd": lower}, points=10**4), 0.1, 0.02)
    sd = float(np.std([20, 30, 15, 25], ddof=1)) / 1000
    by_t = max(5, ceil(TTestPower().solve_power(0.0225 / sd, None, 0.1, 0.8)))
    check_row(
        found,
        {
            "a": "adam (lr 1)", "b": "sgd", "n_a": 4, "n_b": 4, "mean_a": 0.87125, "mean_b": 0.84875,
            "n": 4, "difference": 0.0225, "sd": sd, "low": -1.0, "high": 1.0, "confidence": 0.9,
            "p_adjusted": 2 / 2**4, "p_equal_adjusted": 1.0,
            "kind": "inconclusive", "word": f"inconclusive (about {by_t} fresh seeds would tell)",
            "comparisons": 1, "method": "paired by seed", "effect": 0.0225 / sd,
            "share_won": 1.0, "share_low": 0.05 ** (1 / 4), "share_high": 1.0,  # none of 4 lost: Clopper & Pearson
            "smallest_p": 2 / 2**4, "seeds_needed": by_t, "reasons": "4 paired seeds cannot give a p below 0.12",
            "alpha": 0.1, "margin": 0.02,
        },
    )  # fmt: skip


def test_a_comparison_in_a_sentence(runs: Runs) -> None:
    a = runs({"adam|lr 1": [0.86, 0.88, 0.87, 0.875]}, points=1000)
    paired = compare(a, runs({"sgd": [0.84, 0.85, 0.855, 0.85]}, points=1000))
    assert comparison_sentence(paired) == (
        "adam (lr 1) minus sgd: 2.25 points on average over 4 seeds, paired (95 % interval -100 points to 100 points): "
        "inconclusive (about 6 fresh seeds would tell); p = 0.12; adam (lr 1) wins 100.0 % of the seeds, ties half "
        "(4 paired seeds cannot give a p below 0.12). "
        "This holds for differences that scatter alike on both sides, so not where one family alone collapses on few "
        "seeds."
    )
    few = dict(paired) | {"reasons": "", "n": 1, "kind": "practically equal", "word": "practically equal"}
    assert comparison_sentence(few | {"low": -0.02, "high": 0.01, "p_equal_adjusted": 0.034}) == (
        "adam (lr 1) minus sgd: 2.25 points on average over 1 seed, paired (95 % interval -2 points to 1 point): "
        "practically equal; p = 0.034; adam (lr 1) wins 100.0 % of the seeds, ties half. "
        "This holds for differences that scatter alike on both sides, so not where one family alone collapses on few "
        "seeds."
    )
    assert comparison_sentence(few | {"kind": "degenerate", "word": "degenerate"}) == (
        "adam (lr 1) against sgd: degenerate, so nothing is said."
    )
    unpaired = compare(a, runs({"sgd": [0.9, 0.91, 0.905]}, points=1000, problem="moons"))
    t = stats.ttest_ind(a["test_accuracy"], [0.9, 0.91, 0.905], equal_var=False)
    assert [f"{100 * bound:.3g}" for bound in t.confidence_interval()] == ["-4.71", "-2.04"]
    assert f"{t.pvalue:.2g}" == "0.0014"
    assert comparison_sentence(unpaired) == (
        "adam (lr 1) minus sgd: -3.37 points on average (95 % interval -4.71 points to -2.04 points): worse; "
        f"p = 0.0014 ({OTHER_QUESTION})."
    )


def test_a_table_against_a_reference_has_a_row_per_other_family_in_grid_order(table: pd.DataFrame) -> None:
    found = against_reference(table, "sgd", 0.1, 0.02)
    assert found.index.tolist() == [0, 1, 2]
    assert found.columns.tolist() == [
        "family", "reference", "n", "difference", "sd", "low", "high", "confidence", "p_adjusted", "p_equal_adjusted",
        "kind", "word", "comparisons",
    ]  # fmt: skip
    assert found["family"].tolist() == ["adam", "momentum", "twin"]
    assert (found[["reference", "n", "confidence", "comparisons"]] == ["sgd", 20, 0.9, 3]).all(axis=None)
    differences = pd.DataFrame({f: np.subtract(*pair(table, f, "sgd")) for f in found["family"]})
    # rel: the product rounds differences to 12 digits
    assert found["difference"].to_numpy() == pytest.approx(differences.mean().to_numpy(), rel=1e-9)
    assert found["sd"].to_numpy() == pytest.approx(differences.std().to_numpy(), rel=1e-7)
    expected = simultaneous(differences, 0.1, 0.02)
    assert found[["low", "high"]].to_numpy() == pytest.approx(np.column_stack([expected.low, expected.high]), rel=1e-7)
    assert found["p_adjusted"].tolist() == expected.p.tolist()
    assert found["p_equal_adjusted"].tolist() == expected.p_equal.tolist()


def test_a_ranking_holds_the_families_best_first_and_all_their_pairs(runs: Runs) -> None:
    # Ranks by hand: seed 1: b a c, seed 2: b c a, seed 3: a b c, seed 4: b a and c tied; "d" has no usable run.
    frame = runs({"a": [0.8, 0.7, 0.9, 0.6], "b": [0.9, 0.9, 0.8, 0.9], "c": [0.7, 0.8, 0.7, 0.6], "d": ["failed"] * 4})
    [found] = rank_families(frame, 0.1, 0.02)
    assert found.problem == "problem.classes = 3, problem.name = spiral"
    assert found.n == 4
    check_rows(
        found.families,
        [
            {"family": "b", "mean_rank": 5 / 4, "mean": 0.875},
            {"family": "a", "mean_rank": 8.5 / 4, "mean": 0.75},
            {"family": "c", "mean_rank": 10.5 / 4, "mean": 0.7},
        ],
    )
    assert found.friedman is not None
    columns = [frame.loc[frame["family"] == f, "test_accuracy"] for f in "abc"]
    assert found.friedman.p == pytest.approx(stats.friedmanchisquare(*columns).pvalue)
    q = stats.studentized_range.ppf(0.9, 3, np.inf) / np.sqrt(2)
    assert found.critical_difference == pytest.approx(q * np.sqrt(3 * 4 / (6 * 4)))
    assert found.pairs.columns.tolist() == [
        "a", "b", "n", "difference", "sd", "low", "high", "confidence", "p_adjusted", "p_equal_adjusted", "kind",
        "word", "comparisons",
    ]  # fmt: skip
    assert found.pairs.index.tolist() == [0, 1, 2]
    assert found.pairs[["a", "b"]].to_numpy().tolist() == [["a", "b"], ["a", "c"], ["b", "c"]]
    assert found.pairs["difference"].to_numpy() == pytest.approx([-0.125, 0.05, 0.175])
    assert (found.pairs[["n", "confidence", "comparisons"]] == [4, 0.9, 3]).all(axis=None)


def test_a_family_alone_is_ranked_first_without_a_test(runs: Runs) -> None:
    [found] = rank_families(runs({"a": [0.8, 0.9]}))
    assert (found.n, found.friedman) == (2, None)
    assert np.isnan(found.critical_difference)
    check_rows(found.families, [{"family": "a", "mean_rank": 1.0, "mean": 0.85}])
    assert found.pairs.empty
    assert found.pairs.columns.tolist()[:3] == ["a", "b", "n"]


def test_families_without_a_common_seed_are_ordered_by_their_means(runs: Runs) -> None:
    frame = runs({"a": [0.7, "failed"], "b": ["failed", 0.9]})
    [found] = rank_families(frame)
    assert (found.n, found.friedman) == (0, None)
    assert np.isnan(found.critical_difference)
    expected = [{"family": f, "mean_rank": np.nan, "mean": mean} for f, mean in (("b", 0.9), ("a", 0.7))]
    check_rows(found.families, expected)


def test_two_families_are_enough_for_a_ranking_with_a_test(runs: Runs) -> None:
    [found] = rank_families(runs({"a": [0.8, 0.7, 0.9], "b": [0.9, 0.9, 0.95]}))
    assert found.friedman is not None
    assert found.friedman.chi2 == pytest.approx(3)  # n (k - 1), as b always wins
    assert found.critical_difference == pytest.approx(1.959964 * np.sqrt(2 * 3 / (6 * 3)), abs=1e-6)  # abs: as printed


def test_fresh_pairs_that_would_tell_are_those_of_a_single_t_test(runs: Runs) -> None:
    differences = np.array([0.03, -0.02, 0.025, 0.005])
    found = compare(runs({"a": 0.8 + differences}, points=1000), runs({"b": [0.8] * 4}, points=1000), margin=0.001)
    effect = differences.mean() / differences.std(ddof=1)
    assert found["seeds_needed"] == ceil(TTestPower().solve_power(effect, None, 0.05, 0.8)) > 6
    assert found["word"] == f"inconclusive (about {found['seeds_needed']:.0f} fresh seeds would tell)"


def test_differences_are_judged_under_their_own_names_with_bounds_that_differences_can_have() -> None:
    found = judge_differences(pd.DataFrame({"x": [0.1] * 3, "y": [0.1, 0.2, -0.4]}), 0.05, 0.01, total=7)
    assert found.index.tolist() == ["x", "y"]
    assert found.iloc[1][["low", "high", "comparisons"]].tolist() == [-1, 1, 7]
    assert found["kind"].tolist() == ["degenerate", "inconclusive"]


def test_a_side_of_one_run_has_its_name(runs: Runs) -> None:
    found = compare(runs({"a|lr 1": [0.9]}), runs({"b": [0.8]}))
    assert (found["a"], found["b"], found["n"], found["kind"]) == ("a (lr 1)", "b", 1, "degenerate")


def test_a_side_without_any_run_has_no_name(runs: Runs) -> None:
    a = runs({"a": HIGHER})
    for found in (compare(a, a.iloc[:0]), compare(a.iloc[:0], a)):
        assert (sorted([found["a"], found["b"]]), found["kind"]) == (["", "a"], "failed")


@pytest.mark.parametrize(("alpha", "reasons"), [(0.0625, ""), (0.0624, "5 paired seeds cannot give a p below 0.062")])
def test_pairs_that_can_give_a_p_of_exactly_alpha_are_enough(runs: Runs, alpha: float, reasons: str) -> None:
    found = compare(runs({"a": [0.8, 0.81, 0.83, 0.8, 0.82]}), runs({"b": [0.7, 0.72, 0.7, 0.73, 0.7]}), alpha)
    assert (found["smallest_p"], found["reasons"]) == (0.0625, reasons)


@pytest.mark.parametrize("other", ["sgd", "momentum", "twin"])
def test_a_comparison_that_is_decided_asks_for_no_fresh_seeds(table: pd.DataFrame, other: str) -> None:
    found = compare(of(table, "adam"), of(table, other))
    assert found["kind"] != "inconclusive"
    assert np.isnan(found["seeds_needed"])
    assert "fresh" not in found["word"]


def test_one_common_seed_is_enough_for_ranks_with_a_test(runs: Runs) -> None:
    [found] = rank_families(runs({"a": [0.9, "failed"], "b": [0.7, 0.8], "c": [0.8, 0.6]}))
    assert (found.n, found.families["family"].tolist()) == (1, ["a", "c", "b"])
    assert found.friedman is not None
    assert found.friedman.chi2 == pytest.approx(2)  # k - 1: a seed agrees with itself
    assert found.friedman.p == pytest.approx(stats.friedmanchisquare([0.9], [0.7], [0.8]).pvalue)
    q = stats.studentized_range.ppf(0.95, 3, np.inf) / np.sqrt(2)
    assert found.critical_difference == pytest.approx(q * np.sqrt(3 * 4 / 6))
