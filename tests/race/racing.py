"""Races over stored runs against the full search: `python tests/race/racing.py STORE GRID [--orders N]`.

The store has all tune runs of the grid. They are raced in many orders of the seeds, as if the store had them in that
order. Printed for each family: the share of runs that a race takes, how often its choice is as good as that of all
runs, and by how many points it is worse on all runs, on the mean and at most; the same for the sides of effects.
"""

import argparse
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.grid import load
from bench.results.races import accuracies_of, groups_of, members_of
from bench.results.tuned import judged_runs
from bench.statistics.racing import Flags, race
from bench.store.sqlite import Store

ORDERS = 200


@dataclass(frozen=True)
class Races:
    """Of each order of the seeds: the share of runs that its race took, (orders,); and by how much the mean accuracy on
    all runs of what it chose is below the highest, in each group, (orders, groups)."""

    share: NDArray[np.float64]
    regret: NDArray[np.float64]


def races(accuracies: NDArray[np.float64], groups: Flags, orders: int, seed: int = 0) -> Races:
    """Race (configurations, seeds) accuracies in many orders of the seeds; `groups` as for `race`."""
    generator, seeds = np.random.default_rng(seed), accuracies.shape[1]
    mean = accuracies.mean(axis=1).round(12)  # whatever order they are added up in
    shares, regrets = np.empty(orders), np.empty((orders, len(groups)))
    for order in range(orders):
        found = race(accuracies[:, generator.permutation(seeds)], groups)
        shares[order] = found.seeds.sum() / accuracies.size
        regrets[order] = [mean[own].max() - mean[own & found.racing].max() for own in groups]
    return Races(shares, regrets)


def main() -> None:
    """Print a row for each family."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store")
    parser.add_argument("grid")
    parser.add_argument("--orders", type=int, default=ORDERS, metavar="N", help="of the seeds (default: %(default)s)")
    options = parser.parse_args()
    grid = load(options.grid)
    configurations = tuple(grid.configurations())
    with Store(options.store) as store:
        tune = judged_runs(grid, store, configurations, grid.seeds.for_tuning)
    rows = {}
    for family, own in members_of(configurations).items():
        accuracies = accuracies_of(own, tune[tune["family"] == family], grid.seeds.tune)
        if np.isnan(accuracies).any():
            raise SystemExit(f"{options.store}: tune runs of {family} are missing; train the grid without a race first")
        found = races(accuracies, groups_of(grid, own), options.orders)
        family_regret, side_regret = found.regret[:, 0], found.regret[:, 1:]
        rows[family] = {"configurations": len(own), "% of runs": 100 * found.share.mean()} | {
            f"{what} {name}": value
            for what, regret in (("family's", family_regret), ("sides'", side_regret))
            if regret.size
            for name, value in (
                ("choice as good %", 100 * (regret == 0).mean()),
                ("regret points", 100 * regret.mean()),
                ("at most", 100 * regret.max()),
            )
        }
    print(pd.DataFrame(rows).T.round(3).to_string())


if __name__ == "__main__":
    main()
