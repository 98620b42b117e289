"""Race this project against its peers: `python tests/race` prints a Markdown table (`--help` for a part of it).

Every contender trains the same networks on the same data with the same rule and penalty, in float32 on one
core with one thread, without evaluation. Contenders that stack networks are taken at their best number of
networks. Measurements are interleaved: in every repeat each contender runs once, and ratios compare within repeats.
"""

import argparse
import importlib
import os
import sys
import time
from pathlib import Path
from statistics import geometric_mean, median
from types import ModuleType
from typing import Any

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # read when the libraries are first imported, so before them
os.environ["JAX_PLATFORMS"] = "cpu"
if hasattr(os, "sched_setaffinity"):  # XLA has no setting for its threads; it makes one for each core it may use
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
sys.path.insert(0, str(Path(__file__).parents[2]))  # `nn` of this checkout

import numpy as np  # noqa: E402
from workloads import WORKLOADS, Workload, loss  # noqa: E402

CONTENDERS = {
    "this_project": "this project",
    "jax_vmap": "JAX",
    "pytorch_stacked": "PyTorch, stacked",
    "pytorch_each": "PyTorch, one at a time",
    "scikit_learn": "scikit-learn",
}
CHECKED_SEEDS = range(4)
TOLERANCE = 0.1  # of the loss: what batch orders and dropout masks make of it; without them it is below 1 %


def main() -> None:
    options = parse()
    modules = {name: importlib.import_module(name) for name in CONTENDERS if name in options.contenders}
    print("| | " + " | ".join(CONTENDERS[name] for name in modules) + " |")
    print("|---" * (len(modules) + 1) + "|", flush=True)
    failed = []
    middles: dict[str, list[float]] = {name: [] for name in modules}
    for workload in WORKLOADS:
        if workload.name in options.workloads:
            entered = {name: m for name, m in modules.items() if getattr(m, "takes_part", lambda _: True)(workload)}
            times = race(workload, entered, options)
            print(row(workload, modules, times), flush=True)
            for name, ratios in ratios_to_this_project(times).items():
                middles[name].append(median(ratios))
            failed += [] if options.no_check else unlike(workload, entered)
    means = (f"**{geometric_mean(middles[name]):.2f}x**" if middles[name] else "" for name in modules)
    print("| geometric mean | " + " | ".join(means) + " |")
    print(
        "\nMicroseconds of processor time per network and step, median of the repeats (networks per stack); ratio to "
        f"{CONTENDERS['this_project']} with the quartiles of the repeats."
    )
    sys.exit("\n".join(failed) or None)


def parse() -> argparse.Namespace:
    names = [w.name for w in WORKLOADS]
    parser = argparse.ArgumentParser("tests/race", description=__doc__, epilog="\n".join(map(str, WORKLOADS)))
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help="default: all of those below")
    parser.add_argument("--contenders", nargs="+", choices=CONTENDERS, default=list(CONTENDERS), metavar="NAME",
                        help=f"of {', '.join(CONTENDERS)}")  # fmt: skip
    parser.add_argument("--stacks", nargs="+", type=int, metavar="N", help="numbers of networks for all that stack")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.15, help="length of one measurement")
    parser.add_argument("--no-check", action="store_true", help="do not check that all reach the same loss")
    options = parser.parse_args()
    options.workloads = options.workloads or names
    if unknown := set(options.workloads) - set(names):
        parser.error(f"unknown workloads {sorted(unknown)}; there are {', '.join(names)}")
    return options


Times = dict[str, dict[int, list[float]]]  # contender -> number of networks -> one time for each repeat


def race(workload: Workload, modules: dict[str, ModuleType], options: argparse.Namespace) -> Times:
    """Microseconds per network and step."""
    times: Times = {}
    field = []
    for name, module in modules.items():
        stacks = module.STACKS if module.STACKS == (1,) else options.stacks or module.STACKS
        times[name] = {runs: [] for runs in stacks}
        for runs in stacks:
            contender = module.Contender(workload, range(runs))
            field.append((contender, enough_epochs(contender, options.seconds), runs, times[name][runs]))
    for repeat in range(options.repeats):
        for i in range(len(field)):
            contender, epochs, runs, results = field[(i + repeat) % len(field)]  # nobody always comes first
            results.append(seconds(contender, epochs) / (epochs * workload.steps * runs) * 1e6)
    return times


def enough_epochs(contender: Any, wanted: float) -> int:
    """The number of epochs that takes so many seconds; on the way there, everything is compiled and warm."""
    contender.train(1)
    epochs = 1
    while (took := seconds(contender, epochs)) < wanted / 2:
        epochs *= 2
    return max(1, round(epochs * wanted / took))


def seconds(contender: Any, epochs: int) -> float:
    """Processor time: on one core it is what a quiet machine's clock would show, whoever else is busy here."""
    start = time.process_time()
    contender.train(epochs)
    return time.process_time() - start


def row(workload: Workload, modules: dict[str, ModuleType], times: Times) -> str:
    """One line of the table."""
    ratios = ratios_to_this_project(times)
    cells = [str(workload)]
    for name in modules:
        if name not in times:
            cells.append("-")
            continue
        runs, results = best(times[name])
        cell = f"{median(results):.3g}" + (f" ({runs})" if len(times[name]) > 1 else "")
        if name in ratios:
            low, middle, high = np.quantile(ratios[name], [0.25, 0.5, 0.75])
            cell += f", **{middle:.2f}x** {low:.2f}-{high:.2f}"
        cells.append(cell)
    return "| " + " | ".join(cells) + " |"


def best(stacks: dict[int, list[float]]) -> tuple[int, list[float]]:
    """The number of networks with the smallest median, and its times."""
    return min(stacks.items(), key=lambda item: median(item[1]))


def ratios_to_this_project(times: Times) -> dict[str, list[float]]:
    """The ratios of each peer, both at their best number of networks, one for each repeat."""
    if "this_project" not in times:
        return {}
    _, own = best(times["this_project"])
    peers = {name: best(stacks)[1] for name, stacks in times.items() if name != "this_project"}
    return {name: [theirs / ours for theirs, ours in zip(results, own, strict=True)] for name, results in peers.items()}


def unlike(workload: Workload, modules: dict[str, ModuleType]) -> list[str]:
    """Which contenders do not reach the loss neighbourhood of the others, so that nobody races on less work."""
    losses = {name: mean_loss(workload, module) for name, module in modules.items()}
    middle = median(list(losses.values()))
    return [
        f"{workload.name}: {CONTENDERS[name]} reaches a loss of {value:.3f}, the field {middle:.3f}"
        for name, value in losses.items()
        if abs(value - middle) > TOLERANCE * middle
    ]


def mean_loss(workload: Workload, module: ModuleType) -> float:
    """The loss after a short training, averaged over a few seeds."""
    values = []
    for seeds in [[seed] for seed in CHECKED_SEEDS] if module.STACKS == (1,) else [list(CHECKED_SEEDS)]:
        contender = module.Contender(workload, seeds)
        contender.train(workload.check_epochs)
        values += [loss(workload, seed, contender.weights(run)) for run, seed in enumerate(seeds)]
    return float(np.mean(values))


if __name__ == "__main__":
    main()
