"""The whole job against what a user would write instead: `python tests/race/whole.py [--repeats N] [--part P]`.

The grid of `quick.toml`, from process start to the table of means, on two cores (where a process can be told which);
interleaved, each in processes of its own, `bench` into a new store each time. scikit-learn has neither AdaGrad
nor dropout: it does the rest of the grid, and is compared with `bench` on that rest. `bench` measures 12 checkpoints of
every run on the way, the peers only the end.

Ratios compare within repeats. Wall time is what a user waits for, where nobody else is busy on the machine; processor
time, of all processes together, tells nearly the same where somebody is. Ends with an error where accuracies differ.
"""

import argparse
import os
import pickle
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # `bench` of this checkout

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from harness import Cost, measure  # noqa: E402
from scipy import stats  # noqa: E402
from workloads import Workload  # noqa: E402

import bench  # noqa: E402
from bench.grid import Grid, load  # noqa: E402
from bench.grid.written import as_toml  # noqa: E402

ALL, REST = "all", "without AdaGrad and dropout"
BENCH = """
import sys, bench
results = bench.run(sys.argv[1], store=sys.argv[2], progress=False)
print(results.summary.to_string())
"""
COLUMNS = {
    "optimizer.name": "optimizer",
    "optimizer.lr": "lr",
    "regularization.l2": "l2",
    "regularization.dropout": "dropout",
    "seed": "seed",
    "test_accuracy": "test",
}
KEYS = list(COLUMNS.values())[:-1]
ERROR_RATE = 0.01  # of the whole check: how often it accuses where nobody does anything else


@dataclass(frozen=True)
class Contender:
    """Who does which part of the grid, and how; a `peer` of `searches.py`, or `bench`."""

    name: str
    part: str
    peer: str = ""
    report: bool = False


CONTENDERS = {
    "bench": Contender("bench", ALL),
    "report": Contender("bench, with its report", ALL, report=True),
    "jax": Contender("JAX, vmap over runs", ALL, "jax_vmap"),
    "pytorch": Contender("PyTorch, a loop in each of two processes", ALL, "pytorch_each"),
    "rest": Contender("bench", REST),
    "scikit-learn": Contender("scikit-learn, joblib over MLPClassifier", REST, "scikit_learn"),
}


def main() -> None:
    options = parse()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    with tempfile.TemporaryDirectory() as folder:
        files = {part: grid_file(Path(folder), part, options.part) for part in (ALL, REST)}
        costs: dict[str, list[Cost]] = {name: [] for name in options.contenders}
        for repeat in range(options.repeats):
            first = repeat % len(costs)  # nobody always comes first
            for name in [*costs, *costs][first : first + len(costs)]:
                costs[name].append(do(CONTENDERS[name], files[CONTENDERS[name].part], Path(folder), name, repeat))
                done = costs[name][-1]
                print(f"{name}: {done.wall:.1f} s, {done.cpu:.1f} s of processor time", file=sys.stderr, flush=True)
        grids = {part: load(file) for part, file in files.items()}
        print(table(costs, grids))
        sys.exit("\n".join(unlike(costs, grids, Path(folder))) or None)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser("tests/race/whole.py", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument(
        "--part", type=float, default=1.0, help="share of the seeds: start-up weighs more, and the check sees less"
    )
    parser.add_argument("--contenders", nargs="+", choices=CONTENDERS, default=list(CONTENDERS), metavar="NAME",
                        help=f"of {', '.join(CONTENDERS)}")  # fmt: skip
    return parser.parse_args()


def grid_file(folder: Path, part: str, share: float) -> Path:
    """`quick.toml` with this share of its seeds, and what all contenders of this part can do."""
    with open(ROOT / "grids/quick.toml", "rb") as file:
        grid: dict[str, Any] = tomllib.load(file)
    grid["seeds"] = {name: max(2, round(share * seeds)) for name, seeds in grid["seeds"].items()}
    if part == REST:
        grid["regularization"]["dropout"] = 0
        grid["optimizer"] = [rule for rule in grid["optimizer"] if rule["name"] != "adagrad"]
    path = folder / f"{part.split()[0]}.toml"
    path.write_text(as_toml(grid))
    (folder / f"{path.stem}.job").write_bytes(pickle.dumps(job(load(path))))
    return path


def job(grid: Grid) -> tuple[int, list[Workload], list[int], list[int]]:
    """Epochs, configurations and seeds, for `searches.py`."""
    own = [configuration.settings for configuration in grid.configurations()]
    workloads = [
        Workload(
            grid.name,
            s.widths,
            s.training_samples,
            s.training.batch,
            s.regularization.dropout,
            s.optimizer.rule.name,
            s.optimizer.rule.lr,
            next(p.strength for p in s.regularization.penalties if p.name == "l2"),
            source=s.problem,
        )
        for s in own
    ]
    return own[0].training.epochs, workloads, list(grid.seeds.for_tuning), list(grid.seeds.for_confirming)


def do(contender: Contender, grid: Path, folder: Path, name: str, repeat: int) -> Cost:
    """Do the whole job once."""
    store = folder / f"{name}-{repeat}.sqlite"
    if contender.peer:
        search = Path(__file__).with_name("searches.py")
        return measure(str(search), contender.peer, str(grid.with_suffix(".job")), str(folder / f"{name}.csv"))
    if contender.report:
        reports = folder / f"reports-{repeat}"
        return measure("-m", "bench", "run", str(grid), "--quiet", "--store", str(store), "--reports", str(reports))
    return measure("-c", BENCH, str(grid), str(store))


def reference(part: str) -> str:
    """Who the contenders of a part are compared with."""
    return "bench" if part == ALL else "rest"


def table(costs: dict[str, list[Cost]], grids: dict[str, Grid]) -> str:
    """Medians of the repeats, and ratios to `bench` on the same part with their range."""
    lines = [
        "| part of the grid | contender | wall | processor | wall, over bench's | processor, over bench's |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, own in costs.items():
        part = CONTENDERS[name].part
        cells = [f"{part}: up to {runs_of(grids[part]):,} runs", CONTENDERS[name].name]
        cells += [f"{median(getattr(cost, what) for cost in own):.1f} s" for what in ("wall", "cpu")]
        cells += [over(own, costs.get(reference(part), []), what) for what in ("wall", "cpu")]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def runs_of(grid: Grid) -> int:
    """Tune runs, and confirm runs of what is best of each rule with and without penalty, and dropout: fewer where the
    best of two sides is one."""
    _, workloads, tune, confirm = job(grid)
    sides = sum(len({getattr(w, axis) for w in workloads}) - 1 for axis in ("l2", "dropout"))
    return len(workloads) * len(tune) + len({w.optimizer for w in workloads}) * (1 + sides) * len(confirm)


def over(theirs: Sequence[Cost], ours: Sequence[Cost], what: str) -> str:
    """Their time over ours in each repeat: the median and the range."""
    if not ours or theirs is ours:
        return ""
    ratios = [getattr(own, what) / getattr(our, what) for own, our in zip(theirs, ours, strict=True)]
    return f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def unlike(costs: dict[str, list[Cost]], grids: dict[str, Grid], folder: Path) -> list[str]:
    """Which peers do not reach our test accuracies, by rule: what the mean difference over the runs of both says.

    The runs of a seed share data, and here first weights and orders of batches: each seed's mean counts once. Nothing
    is allowed beside chance, for in expectation nothing differs: initial weights have one distribution, penalties and
    rules are the same to 1e-7. The interval that has to contain 0 is Student's t, shared among all comparisons.
    """
    compared = []
    for name in costs:
        part, peer = CONTENDERS[name].part, CONTENDERS[name].peer
        if peer and reference(part) in costs:
            store = folder / f"{reference(part)}-0.sqlite"
            ours = bench.load(folder / f"{part.split()[0]}.toml", store=store).runs.rename(columns=COLUMNS)
            ours["test"] = ours["test"].fillna(1 / 3)  # a diverged run's; those of peers say the first class
            ours, theirs = ours[list(COLUMNS.values())].drop_duplicates(KEYS), pd.read_csv(folder / f"{name}.csv")
            compared += [
                (CONTENDERS[name].name, rule, own.merge(theirs, on=KEYS)) for rule, own in ours.groupby("optimizer")
            ]
    found = []
    for name, rule, own in compared:
        seeds = (own["test_y"] - own["test_x"]).groupby(own["seed"]).mean()
        error = seeds.std() / np.sqrt(len(seeds))
        half = stats.t.ppf(1 - ERROR_RATE / 2 / len(compared), len(seeds) - 1) * error
        says = f"{100 * seeds.mean():+.2f} points beside bench, give or take {100 * half:.2f} ({len(own)} runs)"
        print(f"{name}, {rule}: {100 * own['test_y'].mean():.1f} %, {says}", flush=True)
        alike = abs(seeds.mean()) <= half  # not where there is nothing to compare, and all is nan
        found += [] if alike else [f"{name}, {rule}: not the accuracies of bench"]
    return found


if __name__ == "__main__":
    main()
