"""How far to trust the verdicts: errors and coverage of the very procedures used, by seeded simulation.

What must hold: all words together err, and all intervals together miss, with probability alpha. What cannot hold is
shown rather than hidden: one family that collapses on a few seeds breaks every t test and every paired comparison on
few seeds, which is why a breakdown rate stands beside each verdict (`collapse`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from tqdm import tqdm

from bench.statistics.betting import log_wealth
from bench.statistics.claims import ABOVE
from bench.statistics.means import Floats, clopper_pearson, estimate_of, t_interval, t_test
from bench.statistics.racing import FIRST, LEVEL, race
from bench.statistics.sequential import nominal_levels
from bench.statistics.simulation import (
    DISTRIBUTIONS,
    FAMILIES,
    SD,
    TRUTH,
    normal,
    shared_seeds,
    simulated_runs,
)
from bench.statistics.simultaneous import simultaneous
from bench.statistics.tuning import choose
from bench.statistics.verdicts import judge

SHARE = 0.7  # of seeds that reach the baseline, where its interval is checked
HORIZON = 1_000  # seeds up to which the betting sequence is followed
AT_WILL = (10, 20, 30, 50, 100, 200, 300, 500, 1000)  # where someone who stops at will looks
LOOKS = 3
BATCH = 100  # searches that are chosen from in one frame
SEARCHED = 50  # equally good configurations from which the winner's curse chooses
HOPELESS = 40  # of them in a race, which are ten points behind
REUSED = 20  # equally good configurations of the grid whose winner a second grid judges again
NUMBERS = 4_000_000  # simulated accuracies of each case that a report takes its time for
MOST_SIMULATED = 64  # families in it
COLLAPSE = "collapse"  # part of the name of every case in which procedures are known to fail
COLUMNS = [
    "procedure", "quantity", "case", "n", "families", "nominal", "measured", "standard_error", "replicates", "holds",
]  # fmt: skip

Hits = NDArray[np.bool_] | np.bool_  # NumPy's stubs do not know that a comparison of arrays is an array
Check = tuple[str, str, str, float, Hits]  # procedure, quantity, case, nominal, where it happened


def calibrate(
    seeds: Sequence[int] = (10, 30, 40),
    families: Sequence[int] = (1, 4, 8),
    alpha: float = 0.05,
    margin: float = 0.01,
    *,
    replicates: int = 20_000,
    slow_replicates: int = 1_000,
    seed: int = 0,
    progress: bool = False,
) -> pd.DataFrame:
    """Simulate every procedure behind the verdicts at these numbers of seeds and families.

    Args:
        seeds: numbers of seeds (2 or more each).
        families: numbers of families judged together.
        alpha, margin: as in a grid.
        replicates: simulated samples for what is vectorised.
        slow_replicates: simulated samples for max-T, whole searches and betting sequences.
        seed: of the simulation.
        progress: a bar on stderr if that is a terminal.

    Returns one row per procedure, case, n and number of families: procedure, quantity ("coverage" or "errors"), case,
    n, families, nominal, measured, standard_error (of measured, if nominal is true), replicates, and holds: whether
    measured is on the safe side of nominal, give or take 3 standard errors.
    """
    rows: list[dict[str, Any]] = []

    bar = tqdm(unit="check", leave=False, disable=None if progress else True)

    def add(checks: Iterator[Check], n: int, count: int) -> None:
        for check in checks:
            rows.append(_row(*check, n, count))
            bar.update()

    for n in seeds:
        generator = np.random.default_rng([seed, n])
        add(of_one_family(generator, n, alpha, margin, replicates, slow_replicates), n, 1)
        for count in families:
            generator = np.random.default_rng([seed, n, count])
            add(of_verdicts(generator, (replicates, count, n), alpha, margin), n, count)
            add(of_differences(generator, (slow_replicates, count, n), alpha), n, count)
            add(of_effects(generator, (slow_replicates, count, n), alpha), n, count)
        add(of_reused_seeds(np.random.default_rng([seed, n, 0]), n, alpha, replicates), n, REUSED)
    add(of_sequences(np.random.default_rng([seed, HORIZON]), alpha, slow_replicates), HORIZON, 1)
    return pd.DataFrame(rows, columns=COLUMNS)


def own_calibration(n: int, families: int, alpha: float, margin: float) -> pd.DataFrame:
    """The verdicts of a report with n seeds and so many families (at most `MOST_SIMULATED`), in a second or two.

    Returns one row per case: case, errors (how often any word is wrong), coverage (how often all intervals hold),
    families and replicates (how many were simulated).
    """
    families = min(families, MOST_SIMULATED)
    replicates = min(max(NUMBERS // (families * n), 200), 20_000)
    generator = np.random.default_rng([0, n, families])
    checks = of_verdicts(generator, (replicates, families, n), alpha, margin, shifted=False)
    table = pd.DataFrame([(case, quantity, float(hits.mean())) for _, quantity, case, _, hits in checks])
    wide = table.pivot(index=0, columns=1, values=2).loc[list(dict.fromkeys(table[0]))]
    wide = wide.rename_axis("case").reset_index().assign(families=families, replicates=replicates)
    return pd.DataFrame(wide, columns=["case", "errors", "coverage", "families", "replicates"])


def _row(procedure: str, quantity: str, case: str, nominal: float, hits: Hits, n: int, families: int) -> dict[str, Any]:
    measured, error = float(np.mean(hits)), float(np.sqrt(nominal * (1 - nominal) / hits.size))
    excess = nominal - measured if quantity == "coverage" else measured - nominal
    values = (procedure, quantity, case, n, families, nominal, measured, error, hits.size, bool(excess <= 3 * error))
    return dict(zip(COLUMNS, values, strict=True))


def of_one_family(
    generator: Generator, n: int, alpha: float, margin: float, replicates: int, slow_replicates: int
) -> Iterator[Check]:
    """One family alone, without correction; the share of seeds that reach the baseline; the winner's curse."""
    for case, draw in DISTRIBUTIONS.items():
        values = draw(generator, (replicates, n))
        low, high = t_interval(values, alpha)
        yield "t interval", "coverage", case, 1 - alpha, (low <= TRUTH) & (high >= TRUTH)
    low, high = clopper_pearson(generator.binomial(n, SHARE, replicates), n, alpha)
    yield "share of seeds", "coverage", f"share {SHARE:g}", 1 - alpha, (low <= SHARE) & (high >= SHARE)
    errors = winners_curse(generator, n, alpha, margin, slow_replicates)
    yield f"best of {SEARCHED} chosen, judged on fresh seeds", "errors", "normal", alpha / 2, errors
    errors = winners_curse(generator, n, alpha, margin, slow_replicates, raced=True)
    yield f"best of {SEARCHED} raced for, judged on fresh seeds", "errors", "normal", alpha / 2, errors
    drawn = normal(generator, (slow_replicates, SEARCHED, FIRST + 1))
    dropped = [not race(own, np.ones((1, SEARCHED), dtype=bool)).racing[0] for own in drawn]
    yield f"one of the best of {SEARCHED} dropped in a race's first round", "errors", "normal", LEVEL, np.array(dropped)


def of_verdicts(
    generator: Generator, shape: tuple[int, int, int], alpha: float, margin: float, *, shifted: bool = True
) -> Iterator[Check]:
    """Families against the baseline: at it, and every other one exactly a margin away, where "equal" is wrong.

    `shifted`: whether also the latter.
    """
    _, count, _ = shape
    off = np.where(np.arange(count) % 2, margin, 0.0)
    for case, draw in FAMILIES.items():
        drawn, shifts = draw(generator, shape), {"": np.zeros(count)}
        if shifted and COLLAPSE not in case:
            shifts[", half off by a margin"] = off
        for suffix, shift in shifts.items():
            estimate = estimate_of(drawn + shift[:, np.newaxis])
            low, high = estimate.lower(alpha / count / 2), estimate.upper(alpha / count / 2)
            truth = TRUTH + shift
            inside = (low > TRUTH - margin) & (high < TRUTH + margin)
            wrong = ((low > TRUTH) & (shift <= 0)) | ((high < TRUTH) & (shift >= 0)) | (inside & (shift >= margin))
            yield "verdicts", "errors", case + suffix, alpha, wrong.any(axis=1)
            yield "verdicts", "coverage", case + suffix, 1 - alpha, ((low <= truth) & (truth <= high)).all(axis=1)


def of_differences(generator: Generator, shape: tuple[int, int, int], alpha: float) -> Iterator[Check]:
    """Families against the first, and all pairs: equal ones, and some that are far away."""
    _, count, _ = shape
    if count < 2:
        return
    far = np.where(np.arange(count) % 3 == 1, 4 * SD, 0.0)
    for case, draw in FAMILIES.items():
        drawn = draw(generator, shape)
        for suffix, shift in (("", np.zeros(count)), (", a third far away", far)):
            samples = [(sample + shift[:, np.newaxis]).T for sample in drawn]
            covered = [_all_hold(s[:, 1:] - s[:, :1], shift[1:] - shift[0], alpha) for s in samples]
            yield "against a reference", "coverage", case + suffix, 1 - alpha, np.array(covered)
        one, two = np.array(list(combinations(range(count), 2))).T
        covered = [_all_hold((s[one] - s[two]).T, np.zeros(one.size), alpha) for s in drawn]
        yield "all pairs", "coverage", case, 1 - alpha, np.array(covered)


def of_effects(generator: Generator, shape: tuple[int, int, int], alpha: float) -> Iterator[Check]:
    """Three effects in every family, and where families differ in them: none, 2 points, and 2 points in one family."""
    replicates, count, n = shape
    one, two = np.array(list(combinations(range(count), 2))).T if count > 1 else np.zeros((2, 0), dtype=int)
    for case, truth in (
        ("none", np.zeros((3, count))),
        ("2 points", np.full((3, count), 0.02)),
        ("interaction", np.pad(np.full((3, 1), 0.02), ((0, 0), (0, count - 1)))),
    ):
        true = np.concatenate([truth, truth[:, one] - truth[:, two]], axis=1).ravel()
        covered = []
        for _ in range(replicates):
            seeds = generator.normal(0, SD, (n, 1, 1))
            effect = truth + 0.5 * seeds + generator.normal(0, SD, (n, 3, count))
            contrasts = np.concatenate([effect, effect[..., one] - effect[..., two]], axis=2).reshape(n, -1)
            covered.append(_all_hold(contrasts, true, alpha))
        yield "effects and interactions", "coverage", case, 1 - alpha, np.array(covered)


def _all_hold(differences: Floats, truth: Floats, alpha: float) -> bool:
    found = simultaneous(differences, alpha)
    return bool(((found.low <= truth) & (truth <= found.high)).all())


def of_reused_seeds(generator: Generator, n: int, alpha: float, replicates: int) -> Iterator[Check]:
    """Twenty equal families are confirmed; then the one with the best mean alone is judged, on the same seeds."""
    values = shared_seeds(generator, (replicates, REUSED, n))
    best = values[np.arange(replicates), values.mean(axis=2).argmax(axis=1)]
    p = estimate_of(best).t_test(TRUTH)
    yield (
        "winner of another grid, counted with its rivals",
        "errors",
        "normal, shared seeds",
        alpha,
        p * REUSED <= alpha,
    )
    fresh = estimate_of(shared_seeds(generator, (replicates, 1, n))[:, 0]).t_test(TRUTH)
    yield "winner of another grid, in a fresh block", "errors", "normal, shared seeds", alpha, fresh <= alpha
    yield "winner of another grid, alone (never done here)", "errors", "normal, shared seeds", alpha, p <= alpha


def of_sequences(generator: Generator, alpha: float, replicates: int) -> Iterator[Check]:
    """One family that is looked at more than once."""
    levels, marks = nominal_levels(LOOKS, alpha), np.array(AT_WILL) - 1
    for case, draw in DISTRIBUTIONS.items():
        values = draw(generator, (replicates, HORIZON)).clip(0, 1)
        wealth = [np.maximum.accumulate(np.maximum(*log_wealth(row, TRUTH, alpha))) for row in values]
        rich = np.array(wealth) >= -np.log(alpha)
        yield "betting sequence, at every n", "coverage", case, 1 - alpha, ~rich[:, -1]
        yield "betting sequence, stopped at will", "errors", case, alpha, rich[:, marks].any(axis=1)
        p = np.array([t_test(values[:, :n], TRUTH) for n in AT_WILL])
        yield "t test, stopped at will (never done here)", "errors", case, alpha, (p <= alpha).any(axis=0)
        looked = [t_test(values[:, : 10 * (k + 1)], TRUTH) <= level for k, level in enumerate(levels)]
        yield f"{LOOKS} looks of 10 seeds", "errors", case, alpha, np.array(looked).any(axis=0)


def winners_curse(
    generator: Generator, n: int, alpha: float, margin: float, replicates: int, *, raced: bool = False
) -> Hits:
    """Where choosing among equally good configurations and then judging the chosen one says "above".

    `raced`: by a race, with `HOPELESS` of them ten points behind.
    """
    errors: list[bool] = []
    for start in range(0, replicates, BATCH):
        families = [f"search {i}" for i in range(start, min(start + BATCH, replicates))]
        tune = simulated_runs(generator, "tune", pd.MultiIndex.from_product([families, range(SEARCHED)]), n)
        tune = _raced(tune, n) if raced else tune
        best = choose(tune)[["family", "configuration"]]
        confirm = simulated_runs(generator, "confirm", pd.MultiIndex.from_frame(best), n)
        verdicts = [judge(runs, TRUTH, alpha, margin) for _, runs in confirm.groupby("family", sort=False)]
        errors += [bool(verdict["kind"].iloc[0] == ABOVE.word) for verdict in verdicts]
    return np.array(errors)


def _raced(tune: pd.DataFrame, n: int) -> pd.DataFrame:
    """The runs that races of these searches take, after `HOPELESS` configurations of each were made worse."""
    worse = np.arange(SEARCHED) < HOPELESS
    accuracies = tune["validation_accuracy"].to_numpy().reshape(-1, SEARCHED, n) - 0.1 * worse[:, np.newaxis]
    every = np.ones((1, SEARCHED), dtype=bool)
    kept = np.array([np.arange(n) < race(own, every).seeds[:, np.newaxis] for own in accuracies])
    return tune.assign(validation_accuracy=accuracies.ravel())[kept.ravel()]
