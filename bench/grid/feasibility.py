"""Faults of a grid as a whole: too many runs, networks that are too large, families that could not be judged."""

from itertools import product
from math import prod

from bench.grid.faults import Faults, quoted, suggest
from bench.grid.grid import LABELS, Grid
from bench.grid.request import Request
from bench.problems import SIZES
from bench.text import listed
from nn.network import parameter_count

_NAMED = 8  # names in a message
MOST_RUNS = 1_000_000  # tune and confirm runs, unless --max-runs says otherwise
MOST_PRODUCTS = 10_000  # of a problem and an optimizer
MOST_FAMILIES = 10_000
MOST_NUMBERS = 1 << 30  # of the points of one set: 8 GiB as they are drawn
MOST_PARAMETERS = 10_000_000  # of one network; a run needs 7 arrays of them


def most_runs(request: Request) -> int:
    """How many tune and confirm runs a grid may have."""
    return MOST_RUNS if request.max_runs is None else request.max_runs


def infeasible(grid: Grid) -> list[str]:
    """The first fault found, if any: place, value, what is allowed, remedy."""
    max_runs = most_runs(grid.request)
    return (
        _too_many_products(grid)
        or _families_that_not_all_have(grid)
        or _too_many_configurations(grid, max_runs)
        or _too_many_families(grid)
        or _families_of_one_name(grid)
        or _reference_that_is_no_family(grid)
        or _too_many_points(grid)
        or _too_large_networks(grid)
        or _too_many_runs(grid, max_runs)
        or _families_that_cannot_choose(grid)
    )


def _too_many_products(grid: Grid) -> list[str]:
    problems, optimizers = len(grid.problems), len(grid.optimizers)
    if problems * optimizers <= MOST_PRODUCTS:
        return []
    return [
        f"{problems:,} [[problem]] x {optimizers:,} [[optimizer]] tables: expected at most {MOST_PRODUCTS:,} pairs of "
        "them; ask in several grids"
    ]


def _families_that_not_all_have(grid: Grid) -> list[str]:
    for i, key in enumerate(grid.family_axes):
        of_each = key not in LABELS and not key.startswith("problem.")  # problems have families of their own
        without = [product.optimizer for product in grid.products if of_each and key not in product.axes]
        if "optimizer" not in grid.family_axes and without:
            remedy = f'{quoted(without[0])} has no such setting; add "optimizer" to families'
            place = "--by" if grid.request.by else "families"
            return [f"{place}[{i + 1}] = {quoted(key)}: expected a setting of every [[optimizer]]; {remedy}"]
    return []


def _too_many_configurations(grid: Grid, max_runs: int) -> list[str]:
    """Asked before anything loops over them."""
    if grid.size <= max_runs:
        return []
    remedy = "shorten an axis, or raise --max-runs"
    return [f"{grid.size:,} configurations: expected at most {max_runs:,} runs; {remedy}"]


def _too_many_families(grid: Grid) -> list[str]:
    """Counted without naming them all: where optimizers share families, by the one that has the most."""
    most: dict[tuple[str, ...], int] = {}
    for own in grid.products:
        shared = (own.problem, own.optimizer) if "optimizer" in grid.family_axes else (own.problem,)
        most[shared] = max(most.get(shared, 0), prod(len(own.axes[key]) for key in grid.splits_of(own)))
    count = sum(most.values())
    if count <= MOST_FAMILIES:
        return []
    remedy = "leave axes out of families, or values out of the problem's axes"
    return [f"{count:,} families: expected at most {MOST_FAMILIES:,}; {remedy}"]


def _families_of_one_name(grid: Grid) -> list[str]:
    """Labels of optimizers and problems that give the same name when they are put together."""
    seen: dict[str, tuple[str, str]] = {}
    for family in grid.families if grid.names_problems else ():
        known = seen.setdefault(family.name, (family.short, family.problem))
        if known != (family.short, family.problem):
            return [f"label: two families would be called {quoted(family.name)}; expected labels that tell them apart"]
    return []


def _reference_that_is_no_family(grid: Grid) -> list[str]:
    wanted, found, faults = grid.baseline.reference, grid.references, Faults()
    if wanted and not found:
        names = [name for f in grid.families for name in (f.short, f.label, f.name) if name]
        some = listed(map(quoted, dict.fromkeys(f.name for f in grid.families)), _NAMED)
        faults.add(
            "baseline.reference", wanted, f"a family or the label of one's optimizer: {some}", suggest(wanted, names)
        )
    elif len({family.problem for family in found.values()}) < len(found):
        some = listed(map(quoted, dict.fromkeys(family.short for family in found.values())), _NAMED)
        faults.add("baseline.reference", wanted, f"one family, but it is the label of several: {some}")
    return faults


def _too_many_points(grid: Grid) -> list[str]:
    for source, split in product(grid.sources, SIZES):
        numbers = source.size(split) * source.features
        if numbers > MOST_NUMBERS:
            what = f"{source.size(split):,} points of {source.features:,} features"
            return [f"problem.{split}: {what}; expected at most {MOST_NUMBERS:,} numbers: ask for fewer points"]
    return []


def _too_large_networks(grid: Grid) -> list[str]:
    for problem, hidden in product(grid.sources, grid.axes["network.hidden"]):
        weights = parameter_count([problem.features, *hidden, problem.classes])  # type: ignore[misc]
        if weights > MOST_PARAMETERS:
            return [f"network.hidden = {quoted(hidden)}: {weights:,} weights; expected at most {MOST_PARAMETERS:,}"]
    return []


def _too_many_runs(grid: Grid, max_runs: int) -> list[str]:
    seeds, runs = grid.seeds, grid.runs_with(grid.seeds.confirm)
    if runs <= max_runs:
        return []
    tune = f"{grid.size:,} configurations x {seeds.tune:,} tune seeds"
    confirm = f"{grid.family_count:,} families x {seeds.confirm:,} confirm seeds"
    remedy = "shorten an axis, lower seeds.tune or seeds.confirm, or raise --max-runs"
    return [f"{tune} + {confirm} = {runs:,} runs: expected at most {max_runs:,}; {remedy}"]


def _families_that_cannot_choose(grid: Grid) -> list[str]:
    if grid.seeds.tune > 0:
        return []
    seen: set[str] = set()
    for configuration in grid.configurations():
        if configuration.family in seen:
            return [
                f"seeds.tune = 0: family {quoted(configuration.family)} has several configurations and could not "
                "choose its best; expected at least 1 tune seed, or one configuration in each family"
            ]
        seen.add(configuration.family)
    return []
