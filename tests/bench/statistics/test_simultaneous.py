"""Paired differences judged together: max-T against brute force, and words, intervals and p values that agree."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import inf, nan, sqrt

import numpy as np
import pandas as pd
import pytest

from bench.statistics.comparisons import compare, judge_differences
from bench.statistics.means import Floats
from bench.statistics.simultaneous import Simultaneous, simultaneous
from tests.bench.statistics.frames import Runs
from tests.bench.statistics.test_reference_numbers import DARWIN

ALPHA = 0.05
MARGIN = 0.01
Column = list[int | None]  # whole numbers, so that the oracle is exact


def t_squared(values: list[Fraction]) -> Fraction | float:
    """Squared Student t of a sample that is not all 0; inf where it is constant."""
    n, total = len(values), sum(values, Fraction(0))
    rest = n * sum((v * v for v in values), Fraction(0)) - total**2
    return total**2 * (n - 1) / rest if rest else inf


def brute_force(columns: list[Column], alpha: float, total: int) -> tuple[list[float], list[tuple[float, float]]]:
    """p and interval of each column, from all signs of all seeds, in fractions; no column is constant."""
    seeds = range(len(columns[0]))
    own = [[(i, Fraction(v)) for i, v in enumerate(column) if v is not None] for column in columns]
    means = [sum((v for _, v in column), Fraction(0)) / len(column) for column in own]
    observed = [t_squared([v for _, v in column]) for column in own]
    largest: list[Fraction | float] = []
    for signs in product([1, -1], repeat=len(seeds) - 1):
        sign = (1, *signs)
        each: list[Fraction | float] = []
        for column, mean in zip(own, means, strict=True):
            same = len({sign[i] for i, _ in column}) == 1
            each.append(inf if same else t_squared([sign[i] * (v - mean) for i, v in column]))
        largest.append(max(each))
    share = Fraction(len(columns), max(total, len(columns)))
    p = [min(1.0, float(Fraction(sum(one >= t for one in largest), len(largest)) / share)) for t in observed]
    allowed = int(Fraction(str(alpha)) * share * len(largest))  # as extreme as observed, itself included
    critical = sorted(largest)[-allowed - 1]  # so few are larger, one of them being what was observed (inf)
    bounds = []
    for column, mean in zip(own, means, strict=True):
        n = len(column)
        error = sqrt(sum((v - mean) ** 2 for _, v in column) / (n - 1) / n)
        half = sqrt(critical) * error
        bounds.append((float(mean) - half, float(mean) + half))
    return p, bounds


def array(columns: list[Column]) -> Floats:
    return np.array(columns, dtype=np.float64).T


@pytest.mark.parametrize("missing", [0.0, 0.15])
@pytest.mark.parametrize("total", [0, 4])
def test_it_is_what_all_signs_give_by_brute_force(missing: float, total: int) -> None:
    generator, rejected = np.random.default_rng(1), 0
    for _ in range(40):
        n, m = int(generator.integers(6, 9)), int(generator.integers(1, 4))
        drawn = generator.integers(-4, 9, (m, n)) + generator.choice([0, 6], (m, 1))
        columns = [[None if generator.random() < missing else int(v) for v in column] for column in drawn]
        sizes = [sum(v is not None for v in column) for column in columns]
        if min(sizes) < 6 or any(len({*column} - {None}) == 1 for column in columns):
            continue  # too few pairs beside others, or constant ones: the tests after this one
        found = simultaneous(array(columns), ALPHA, total=total)
        p, bounds = brute_force(columns, ALPHA, total)
        assert found.n.tolist() == sizes
        assert found.p == pytest.approx(p, rel=1e-12)  # quotients of whole numbers
        # rel: the product calls statistics ties that differ by 1e-9, and its critical value is larger by that much
        assert np.column_stack([found.low, found.high]) == pytest.approx(np.array(bounds), rel=1e-7, abs=1e-7)
        rejected += sum(one <= ALPHA for one in p)
    assert rejected > 5  # else nothing but undecided cases was tried


def test_darwins_differences() -> None:
    found = simultaneous(np.array(DARWIN)[:, np.newaxis], ALPHA)
    assert found.n.tolist() == [15]
    assert found.mean / found.sd * sqrt(15) == pytest.approx(2.148, abs=0.0005)  # abs: half a printed digit
    signs = np.array(list(product([1, -1], repeat=14)))
    sums = np.abs(15 * DARWIN[0] - sum(DARWIN) + signs @ (15 * np.array(DARWIN[1:]) - sum(DARWIN)))
    square = ((15 * np.array(DARWIN) - sum(DARWIN)) ** 2).sum()
    t = np.sort(sums[1:] * np.sqrt(14 / (15 * square - sums[1:] ** 2)))  # without what was observed
    assert found.p.tolist() == [(1 + (t >= found.mean / found.sd * sqrt(15)).sum()) / 2**14]
    half = t[-int(0.05 * 2**14)] * found.sd / sqrt(15)
    # rel: ties, as above
    assert (found.low, found.high) == (
        pytest.approx(found.mean - half, rel=1e-6),
        pytest.approx(found.mean + half, rel=1e-6),
    )


def test_columns_that_are_identical_differ_by_exactly_nothing() -> None:
    found = judge_differences(pd.DataFrame({"twin": [0.0] * 6}), ALPHA, MARGIN).iloc[0]
    assert (found["low"], found["high"], found["word"]) == (0, 0, "practically equal")
    assert not np.signbit(found["low"])  # else it is printed as -0
    # If the difference were the margin, each would be 0 or less with probability 1/2 at most, on either side.
    assert (found["p_adjusted"], found["p_equal_adjusted"]) == (1, 2 * 0.5**6)


@pytest.mark.parametrize(("pairs", "word"), [(1, "degenerate"), (2, "inconclusive"), (5, "inconclusive")])
def test_a_few_ties_do_not_make_columns_identical(pairs: int, word: str) -> None:
    found = judge_differences(pd.DataFrame({"twin": [0.0] * pairs}), ALPHA, MARGIN).iloc[0]
    assert found["word"] == word
    assert not found["p_equal_adjusted"] <= ALPHA


def test_without_a_margin_nothing_is_practically_equal(values: Floats) -> None:
    found = judge_differences(pd.DataFrame({"twin": [0.0] * 30}), ALPHA, 0.0).iloc[0]
    assert (found["low"], found["high"], found["word"], found["p_equal_adjusted"]) == (0, 0, "inconclusive", 1)
    assert simultaneous(values, ALPHA).p_equal.tolist() == [1, 1, 1]


def test_a_few_ties_of_several_columns_have_a_p_of_1_at_most() -> None:
    # If the differences were the margin or more, two of a column would both be 0 or less with probability 1/4.
    found = simultaneous(np.zeros((2, 3)), ALPHA, MARGIN)
    assert found.p_equal.tolist() == [1, 1, 1]  # not 3 * 2 / 4


def test_a_constant_difference_has_no_spread_to_judge_by() -> None:
    found = judge_differences(pd.DataFrame({"a": [0.25] * 30, "b": [0.0] * 29 + [0.1]}), ALPHA, MARGIN)
    assert found["word"].tolist() == ["degenerate", "practically equal"]
    assert found.iloc[0][["low", "high", "p_adjusted", "p_equal_adjusted"]].isna().all()
    assert (found["difference"].iloc[0], found["sd"].iloc[0]) == (0.25, 0)


def test_a_difference_that_is_constant_but_for_rounding_is_constant(runs: Runs) -> None:
    # 30 of 3,000 points on seeds of different height: their quotients differ in the last bit.
    points = np.arange(2400, 2430)
    table = runs({"a": (points + 30) / 3000, "b": points / 3000})
    assert np.ptp((points + 30) / 3000 - points / 3000) > 0
    a, b = table[table["family"] == "a"], table[table["family"] == "b"]
    found = compare(a, b)
    assert (found["word"], found["difference"], found["sd"]) == ("degenerate", 0.01, 0)
    assert np.isnan(found["effect"])
    differences = pd.DataFrame({"interaction": ((points + 30) / 3000 - points / 3000) - (0.9 - 0.89)})
    assert differences["interaction"].any()
    assert judge_differences(differences, ALPHA, MARGIN)["word"].tolist() == ["practically equal"]


def random_differences(generator: np.random.Generator) -> Floats:
    """A few columns that share hard seeds, some of them in whole test points, some with missing pairs, some odd."""
    n, m = int(generator.choice([1, 2, 5, 6, 7, 8, 9, 10])), int(generator.integers(1, 5))
    hard = generator.normal(0, 0.01, (n, 1))
    mean = generator.choice([0, 0, 0.004, 0.01, -0.02], m)
    values = mean + generator.choice([0.0, 1.0]) * hard + generator.normal(0, generator.choice([0.002, 0.01]), (n, m))
    points = generator.choice([0, 100, 3000])
    if points:
        values = np.round(values * points) / points
    if generator.random() < 0.3:
        values[generator.random((n, m)) < 0.2] = nan
    if generator.random() < 0.2:
        values[:, 0] = generator.choice([0.0, 0.01, nan])
    return np.asarray(values, dtype=np.float64)


def test_words_intervals_and_p_values_agree_whatever_is_drawn() -> None:
    generator, seen = np.random.default_rng(2), set()
    for _ in range(1_000):
        values, alpha = random_differences(generator), float(generator.choice([0.05, 0.0625, 0.2]))
        total = int(generator.choice([0, 8]))
        margin = float(generator.choice([0.0, 0.01, 0.02]))
        table = judge_differences(pd.DataFrame(values), alpha, margin, total=total)
        for row in table.to_dict("records"):
            seen.add(row["kind"])
            if row["kind"] in ("degenerate", "failed"):
                assert np.isnan([row["low"], row["p_adjusted"], row["p_equal_adjusted"]]).all()
                continue
            excludes, inside = row["low"] > 0 or row["high"] < 0, row["low"] > -margin and row["high"] < margin
            assert (row["p_adjusted"] <= alpha) == excludes
            assert (row["p_equal_adjusted"] <= alpha) == inside == (row["kind"] == "practically equal")
            assert (row["kind"] in ("above", "below")) == (excludes and not inside)
            assert row["low"] <= row["difference"] <= row["high"]
    assert seen == {"above", "below", "practically equal", "inconclusive", "degenerate", "failed"}


def test_a_p_of_exactly_alpha_rejects() -> None:
    # One of the 16 choices of signs is as extreme, 5 of 12 comparisons have runs: p is 12 / (16 * 5) = .15.
    values = np.outer([7.0, 8, 9, 10, 11], np.ones(5))
    found = simultaneous(values, 0.15, total=12)
    assert (found.p == 0.15).all()
    assert (found.low > 0).all()


@pytest.fixture
def values() -> Floats:
    generator = np.random.default_rng(4)
    return np.asarray(generator.normal(0, 0.01, (9, 1)) + generator.normal(0.01, 0.01, (9, 3)), dtype=np.float64)


def width(found: Simultaneous) -> Floats:
    return found.high - found.low


def test_more_comparisons_widen_every_interval_and_none_lowers_a_p(values: Floats) -> None:
    one, three = simultaneous(values[:, :1], ALPHA), simultaneous(values, ALPHA)
    announced = simultaneous(values, ALPHA, total=12)
    assert width(one)[0] < width(three)[0] < width(announced)[0]
    assert one.p[0] <= three.p[0]
    assert (three.p <= announced.p).all()


def test_comparisons_without_runs_are_paid_for_by_number(values: Floats) -> None:
    waiting = np.column_stack([values, np.full((9, 9), nan)])
    found, announced = simultaneous(waiting, ALPHA), simultaneous(values, ALPHA, total=12)
    alone = simultaneous(values, ALPHA / 4)
    assert found.low[:3].tolist() == announced.low.tolist() == alone.low.tolist()
    assert found.n.tolist() == [9] * 3 + [0] * 9
    assert np.isnan(found.low[3:]).all()


def test_copies_of_a_comparison_cost_nothing(values: Floats) -> None:
    one = simultaneous(values[:, :1], ALPHA)
    copies = simultaneous(np.repeat(values[:, :1], 5, axis=1), ALPHA)
    # rel: means of rows and of columns are summed in another order
    assert copies.low == pytest.approx(np.repeat(one.low, 5), rel=1e-9)
    assert copies.p.tolist() == [one.p[0]] * 5


def test_swapping_signs_mirrors_everything(values: Floats) -> None:
    one, other = (simultaneous(v, ALPHA, MARGIN) for v in (values, -values))
    assert one.low.tolist() == (-other.high).tolist()
    assert one.p.tolist() == other.p.tolist()
    assert one.p_equal.tolist() == other.p_equal.tolist()


def test_the_order_of_seeds_and_of_comparisons_does_not_matter(values: Floats) -> None:
    one, other = simultaneous(values, ALPHA), simultaneous(values[::-1, ::-1], ALPHA)
    assert one.low == pytest.approx(other.low[::-1], rel=1e-9)  # rel: sums in another order
    assert one.p.tolist() == other.p[::-1].tolist()


@pytest.mark.parametrize("pairs", [2, 3, 5])
@pytest.mark.parametrize("scale", [1.0, 0.001])  # of the few pairs, which are then all but equal
def test_a_comparison_of_a_few_pairs_costs_the_others_no_more_than_one_that_has_none(
    values: Floats, pairs: int, scale: float
) -> None:
    short = np.where(np.arange(9) < pairs, scale * values[:, 2], nan)
    found = simultaneous(np.column_stack([values[:, :2], short]), ALPHA, MARGIN)
    expected = simultaneous(values[:, :2], ALPHA, MARGIN, total=3)
    assert found.low[:2].tolist() == expected.low.tolist()
    assert (found.low[2], found.high[2], found.p[2], found.p_equal[2]) == (-inf, inf, 1, 1)


@pytest.mark.parametrize("pairs", [5, 6])
def test_seeds_that_no_comparison_has_change_nothing(values: Floats, pairs: int) -> None:
    few = values[:pairs] + 0.05
    padded = np.vstack([few, np.full((9, 3), nan)])
    one, other = simultaneous(few, ALPHA, MARGIN), simultaneous(padded, ALPHA, MARGIN)
    assert one.p.tolist() == other.p.tolist()
    assert one.low.tolist() == pytest.approx(other.low.tolist(), rel=1e-9)
    assert one.p.min() == 0.5 ** (pairs - 1)


def test_sampled_signs_agree_with_all_of_them(monkeypatch: pytest.MonkeyPatch, values: Floats) -> None:
    exact = simultaneous(values, ALPHA)
    monkeypatch.setattr("bench.statistics.pairs.EXACT", 0)
    sampled, again = simultaneous(values, ALPHA), simultaneous(values, ALPHA)
    # abs: three standard errors of a share of 20,000 signs
    assert sampled.p == pytest.approx(exact.p, abs=0.0107)
    assert sampled.low.tolist() == again.low.tolist()


@pytest.mark.parametrize("unit", [2.0**-20, 2.0**20])  # powers of two, so that nothing is rounded another way
def test_the_unit_of_differences_does_not_matter(values: Floats, unit: float) -> None:
    columns = np.column_stack([values[:8], np.repeat([0.02, 0.0], 4)])  # signs can make the last ones all equal
    one, other = simultaneous(columns, ALPHA, MARGIN), simultaneous(unit * columns, ALPHA, unit * MARGIN)
    assert other.p.tolist() == one.p.tolist()
    assert other.p_equal.tolist() == one.p_equal.tolist()
    assert other.low.tolist() == (unit * one.low).tolist()
    assert other.high.tolist() == (unit * one.high).tolist()


def test_without_comparisons_there_are_no_numbers() -> None:
    found = simultaneous(np.zeros((5, 0)), ALPHA, MARGIN)
    assert [numbers.shape for numbers in vars(found).values()] == [(0,)] * 7
