"""A competition of 14 optimizers on 29 functions, judged from its table of errors as somebody would who has it.

CEC 2017, bound-constrained functions of 10 dimensions: mean errors of 51 runs, from the data and the vignette
"Statistical Analysis" of the R package rNPBST (github.com/JacintoCC/rNPBST), which belong to Carrasco, Garcia, Rueda,
Das & Herrera, "Recent trends in the use of statistical tests for comparing swarm and evolutionary computing
algorithms", Swarm and Evolutionary Computation 54 (2020).
"""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import bench
from bench.report.judging import JudgedView
from bench.report.judging.over_problems import compared
from bench.statistics import OverProblems
from bench.statistics.ranks import control_test, ranks

TABLE = Path(__file__).with_name("cec2017.csv")
PRINTED = """
0.999 0.00369 0.294 0.177 0.844 0.0548 1 7.67e-05 0.823 1 1 0.685 0.975
1.78e-06 0.0012 0.000512 0.0182 7.67e-05 1 0.0548 1 1 0.605 1 0.0616
1 1 0.97 1 0.000841 0 1.69e-08 0.000103 0.141 5.99e-09 0.828
1 1 1 0.112 3.91e-13 3.12e-05 0.0259 0.975 1.34e-05 1
1 1 0.0616 7.9e-14 1.14e-05 0.0128 0.922 4.78e-06 1
1 0.573 6.43e-11 0.000792 0.21 1 0.000388 1
0.0153 0 1.24e-06 0.00255 0.662 4.9e-07 0.998
0.000414 0.97 1 1 0.92 0.844
0.442 0.00289 2.78e-07 0.581 7.71e-10
0.999 0.0971 1 0.0035
0.988 0.997 0.482
0.0592 1
0.00182
"""
"""Adjusted p of all pairs by mean ranks: each optimizer with those after it, in the order of the table's columns."""


@pytest.fixture(scope="module")
def found() -> OverProblems:
    judged = bench.judge(TABLE, wide=True, problem="function", score="error")
    over = compared(JudgedView(judged))
    assert over is not None
    return over


def test_the_printed_p_of_all_91_pairs_are_those_of_our_mean_ranks(found: OverProblems) -> None:
    """Corrected by Holland's steps, 1 - (1 - p)^m, where rNPBST counts every pair twice, as a of b and as b of a."""
    names = found.means.columns.tolist()
    ranked = ranks(-found.means)
    p = np.array([control_test(ranked, names.index(a))[1][names.index(b)] for a, b in combinations(names, 2)])
    steps = 2 * (p.size - stats.rankdata(p, method="ordinal") + 1)
    adjusted = -np.expm1(steps * np.log1p(-p))
    adjusted = np.array([adjusted[p <= own].max() for own in p])  # no pair is surer than one with a smaller p
    printed = np.array([float(number) for number in PRINTED.split()])
    # Printed with three digits, of which 1.00e-03 and the like round most; 1 - p was rounded by up to 2^-53, 182 times.
    np.testing.assert_allclose(adjusted, printed, rtol=0.0051, atol=182 * 2**-53)


def test_its_order_and_who_is_not_told_apart_from_the_first_by_ranks(found: OverProblems) -> None:
    """As the vignette says of its diagram, the group of the first ones "includes up to the RBI algorithm (7th)"."""
    table = found.methods.set_index("method")["mean_rank"]
    group = table[table - table.iloc[0] < found.nemenyi].index.tolist()
    assert group == ["EBO", "MM", "jSO", "IDEN", "LSSPA", "LSCNE", "RBI"]
    errors = found.means.to_numpy()
    assert found.friedman is not None
    assert found.friedman.corrected == pytest.approx(stats.friedmanchisquare(*errors.T).statistic)
    assert found.friedman.df == (13, 364)
    assert table.to_dict() == pytest.approx(
        dict(zip(found.means, stats.rankdata(errors, axis=1).mean(axis=0), strict=True))
    )
