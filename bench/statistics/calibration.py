"""How far to trust the verdicts: size and coverage of the very procedures used, by seeded simulation.

Every simulated sample has a true mean of exactly the baseline, so every "above" or "below" is an error. Three
distributions of accuracies over seeds: normal; skewed, Beta(42.5, 7.5); and collapsing, where 5 % of the seeds end
at 0.5. The last one breaks every t test on few seeds, which is shown rather than hidden: it is why minimum,
share of seeds and betting sequence stand beside each verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from bench.statistics import choose, judge
from bench.statistics.betting import log_wealth
from bench.statistics.claims import ABOVE
from bench.statistics.means import Floats, holm, t_interval, t_test, tost, wilson
from bench.statistics.pairs import max_t, sign_flips

TRUTH = 0.85
COLLAPSED, COLLAPSING = 0.5, 0.05
SHARE = 0.7  # of seeds that reach the baseline, where its interval is checked
HORIZON = 1_000  # seeds up to which the betting sequence is followed
LOOKS = (10, 20, 30, 50, 100, 200, 300, 500, 1000)  # where someone who stops at will looks
BATCH = 100  # searches that are chosen from in one frame
SEARCHED = 50  # equally good configurations from which the winner's curse chooses
COLUMNS = [
    "procedure", "quantity", "distribution", "n", "nominal", "measured", "standard_error", "replicates", "holds",
]  # fmt: skip

Shape = tuple[int, ...]
Hits = NDArray[np.bool_] | np.bool_


def normal(generator: Generator, shape: Shape) -> Floats:
    """Accuracies that are normal around `TRUTH` with standard deviation 0.015."""
    return generator.normal(TRUTH, 0.015, shape)


def skewed(generator: Generator, shape: Shape) -> Floats:
    """Beta(42.5, 7.5): mean `TRUTH`, standard deviation 0.05, a longer tail below."""
    return generator.beta(42.5, 7.5, shape)


def collapsing(generator: Generator, shape: Shape) -> Floats:
    """5 % of the seeds near 0.5, the others high enough (sd 0.01) to make the mean `TRUTH`."""
    high = (TRUTH - COLLAPSING * COLLAPSED) / (1 - COLLAPSING)
    center = np.where(generator.random(shape) < COLLAPSING, COLLAPSED, high)
    return np.clip(generator.normal(center, 0.01), 0, 1)


DISTRIBUTIONS: dict[str, Callable[[Generator, Shape], Floats]] = {
    "normal": normal,
    "skewed": skewed,
    "collapsing": collapsing,
}


def calibrate(
    seeds: Sequence[int] = (10, 30),
    families: int = 8,
    alpha: float = 0.05,
    margin: float = 0.01,
    *,
    replicates: int = 20_000,
    slow_replicates: int = 2_000,
    seed: int = 0,
) -> pd.DataFrame:
    """Simulate every procedure behind the verdicts at these numbers of seeds.

    Args:
        seeds: numbers of seeds (2 or more each); a report passes its own.
        families: number of families judged together.
        alpha, margin: as in the grid.
        replicates: simulated samples for what is vectorised, a quarter of it for sign flips.
        slow_replicates: simulated samples for max-T, whole searches and betting sequences.
        seed: of the simulation.

    Returns one row per procedure, distribution and n: procedure, quantity ("size", "coverage" or "family-wise
    error"), distribution, n, nominal, measured, standard_error (of measured), replicates, and holds: whether
    measured is on the safe side of nominal, give or take 3 standard errors.
    """
    rows: list[dict[str, Any]] = []
    for n in seeds:
        for name, draw in DISTRIBUTIONS.items():
            generator = np.random.default_rng([seed, n, len(rows)])
            checks = _of_one_family(draw, generator, n, alpha, margin, replicates)
            rows += [_row(*row, name, n) for row in checks]
            checks = _of_pairs(draw, generator, n, alpha, replicates // 4)
            rows += [_row(*row, name, n) for row in checks]
        generator = np.random.default_rng([seed, n, len(rows)])
        checks = _of_many_families(generator, n, families, alpha, replicates, slow_replicates)
        rows += [_row(*row, "normal, shared seeds", n) for row in checks]
        rows.append(_row(*_of_shares(generator, n, alpha, replicates), f"share {SHARE:g}", n))
        rows.append(_row(*winners_curse(generator, n, alpha, margin, slow_replicates), "normal", n))
    for name, draw in DISTRIBUTIONS.items():
        generator = np.random.default_rng([seed, HORIZON, len(rows)])
        checks = _of_sequences(draw, generator, alpha, slow_replicates)
        rows += [_row(*row, name, HORIZON) for row in checks]
    return pd.DataFrame(rows, columns=COLUMNS)


def t_calibration(n: int, alpha: float, replicates: int = 20_000) -> pd.DataFrame:
    """The t test alone, fast enough for every report: its size and the coverage of its interval with n seeds.

    Returns one row per distribution: distribution (its name), size, coverage.
    """
    rows = []
    for i, (name, draw) in enumerate(DISTRIBUTIONS.items()):
        values = draw(np.random.default_rng([0, n, i]), (replicates, n))
        low, high = t_interval(values, alpha)
        size = float(np.mean(t_test(values, TRUTH) <= alpha))
        rows.append((name, size, float(np.mean((low <= TRUTH) & (high >= TRUTH)))))
    return pd.DataFrame(rows, columns=["distribution", "size", "coverage"])


Check = tuple[str, str, float, Hits]  # procedure, quantity, nominal, where it happened


def _row(procedure: str, quantity: str, nominal: float, hits: Hits, distribution: str, n: int) -> dict[str, Any]:
    measured = float(np.mean(hits))
    error = float(np.sqrt(nominal * (1 - nominal) / hits.size))
    excess = nominal - measured if quantity == "coverage" else measured - nominal
    values = (procedure, quantity, distribution, n, nominal, measured, error, hits.size, bool(excess <= 3 * error))
    return dict(zip(COLUMNS, values, strict=True))


def _of_one_family(
    draw: Callable[[Generator, Shape], Floats],
    generator: Generator,
    n: int,
    alpha: float,
    margin: float,
    replicates: int,
) -> Iterator[Check]:
    values = draw(generator, (replicates, n))
    yield "t test", "size", alpha, t_test(values, TRUTH) <= alpha
    low, high = t_interval(values, alpha)
    yield "t interval", "coverage", 1 - alpha, (low <= TRUTH) & (high >= TRUTH)
    edge = TRUTH - margin  # the mean is exactly one margin above this
    yield "practically equal (TOST)", "size", alpha, tost(values, edge, margin) <= alpha


def _of_shares(generator: Generator, n: int, alpha: float, replicates: int) -> Check:
    low, high = wilson(generator.binomial(n, SHARE, replicates), n, alpha)
    return "share of seeds (Wilson)", "coverage", 1 - alpha, (low <= SHARE) & (high >= SHARE)


def _of_pairs(
    draw: Callable[[Generator, Shape], Floats], generator: Generator, n: int, alpha: float, replicates: int
) -> Iterator[Check]:
    a, b = draw(generator, (2, replicates, n))
    shared = generator.normal(0, 0.03, (replicates, n))  # what a hard seed does to both
    differences = (a + shared) - (b + shared)
    flipped = [sign_flips(row, alpha) for row in differences]
    yield "A or B (sign flips)", "size", alpha, np.array([f.p() <= alpha for f in flipped])
    covered = [f.lower(alpha / 2) <= 0 <= f.upper(alpha / 2) for f in flipped]
    yield "A minus B (sign-flip interval)", "coverage", 1 - alpha, np.array(covered)


def _of_many_families(
    generator: Generator, n: int, families: int, alpha: float, replicates: int, slow_replicates: int
) -> Iterator[Check]:
    values = shared_seeds(generator, (replicates, families, n))
    p = holm(t_test(values, TRUTH))
    yield f"Holm, {families} families", "family-wise error", alpha, (p <= alpha).any(axis=1)
    if families > 1:
        some = shared_seeds(generator, (slow_replicates, families, n))
        against = [max_t((row[1:] - row[0]).T, alpha).min() for row in some]
        yield f"max-T, {families - 1} against one", "family-wise error", alpha, np.array(against) <= alpha


def shared_seeds(generator: Generator, shape: Shape) -> Floats:
    """Accuracies (replicates, families, n) of equal families: half of the variance belongs to the seed."""
    replicates, _, n = shape
    seed_effect = generator.normal(0, 0.015, (replicates, 1, n))
    return np.asarray(TRUTH + seed_effect + generator.normal(0, 0.015, shape))


def _of_sequences(
    draw: Callable[[Generator, Shape], Floats], generator: Generator, alpha: float, replicates: int
) -> Iterator[Check]:
    values = draw(generator, (replicates, HORIZON)).clip(0, 1)
    covered = np.array([not _ever_excluded(row, alpha) for row in values])
    yield "betting sequence, at every n", "coverage", 1 - alpha, covered
    wrong = np.array([_stops_wrongly(row, alpha) for row in values])
    yield "betting sequence, stopped at will", "size", alpha, wrong
    impatient = np.array([any(t_test(row[:n], TRUTH) <= alpha for n in LOOKS) for row in values])
    yield "t test, stopped at will (never done here)", "size", alpha, impatient


def _ever_excluded(values: Floats, alpha: float) -> bool:
    return bool(max(wealth.max() for wealth in log_wealth(values, TRUTH, alpha)) >= -np.log(alpha))


def _stops_wrongly(values: Floats, alpha: float) -> bool:
    """Whether someone who looks at the interval now and then, and stops once it excludes `TRUTH`, ever stops."""
    wealth = np.maximum(*log_wealth(values, TRUTH, alpha))
    return bool((np.maximum.accumulate(wealth)[np.array(LOOKS) - 1] >= -np.log(alpha)).any())


def winners_curse(generator: Generator, n: int, alpha: float, margin: float, replicates: int) -> Check:
    """How often choosing among equally good configurations and then judging the chosen one says "above"."""
    errors = []
    for start in range(0, replicates, BATCH):
        families = [f"search {i}" for i in range(start, min(start + BATCH, replicates))]
        tune = simulated_runs(generator, "tune", pd.MultiIndex.from_product([families, range(SEARCHED)]), n)
        best = choose(tune)[["family", "configuration"]]
        confirm = simulated_runs(generator, "confirm", pd.MultiIndex.from_frame(best), n)
        verdicts = [judge(runs, TRUTH, alpha, margin) for _, runs in confirm.groupby("family", sort=False)]
        errors += [bool(verdict["kind"].iloc[0] == ABOVE.word) for verdict in verdicts]
    return f"best of {SEARCHED} chosen, then judged on fresh seeds", "size", alpha / 2, np.array(errors)


def simulated_runs(generator: Generator, stage: str, configurations: pd.MultiIndex, n: int) -> pd.DataFrame:
    """n runs of each (family, configuration), all equally good: accuracies normal around `TRUTH`, sd 0.01."""
    accuracy = generator.normal(TRUTH, 0.01, (len(configurations), n)).clip(0, 1).ravel()
    return pd.DataFrame(
        {
            "stage": stage,
            "family": configurations.get_level_values(0).repeat(n),
            "configuration": configurations.get_level_values(1).astype(str).repeat(n),
            "seed": np.tile(np.arange(n), len(configurations)),
            "status": "ok",
            "test_accuracy": accuracy,
            "validation_accuracy": accuracy,
            "validation_data_loss": 1 - accuracy,
            "problem.classes": 3,
        }
    )
