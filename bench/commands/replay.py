"""replay: train one stored run again, alone, and check it bit for bit."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.commands.arguments import add_plugins, add_store
from bench.commands.codes import DONE, FAILED
from bench.commands.files import PICTURES, check_path, write_to
from bench.errors import UsageError

if TYPE_CHECKING:
    from bench.records import Run
    from bench.replay.checking import Replay


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run id, as in the exported runs")
    add_store(parser)
    add_plugins(parser)
    parser.add_argument("--weights", type=Path, metavar="FILE.npz", help="save the trained weights")
    parser.add_argument("--figure", type=Path, metavar="FILE", help="draw its decision regions and learning curves")
    parser.add_argument(
        "--animate", type=Path, metavar="FILE.gif", help="draw its training as decision regions over epochs"
    )


def run(options: Namespace) -> int:
    from bench.replay import checking
    from bench.store.sqlite import Store

    outputs: list[tuple[Path | None, tuple[str, ...], Callable[[Run, Path], None]]] = [
        (options.weights, (".npz",), checking.save_weights),
        (options.figure, PICTURES, write_figure),
        (options.animate, (".gif",), write_film),
    ]
    wanted = [(path, endings, write) for path, endings, write in outputs if path is not None]
    for path, endings, _ in wanted:  # before anything is trained
        check_path(path, endings)
    with Store(options.store) as store:
        if options.figure or options.animate:
            _check_plane(checking.stored_run(store, options.run)[0])
        done = checking.replay(store, options.run)
    for path, _, write in wanted:
        write_to(path, partial(write, done.result.run))
    return print_replays([(options.run, done)])


def _check_plane(run: Run) -> None:
    """Refuse to draw decision regions where there is no plane to draw them in."""
    features = run.settings.problem.features
    if features != 2:
        remedy = "leave out --figure and --animate; --weights saves what was learned"
        raise UsageError(f"run {run.id}: {features:,} features; expected 2 to draw decision regions: {remedy}")


def write_figure(run: Run, path: Path) -> None:
    """Decision regions and learning curves of a run, which is trained again, as .svg, .png or .pdf.

    Raises ValueError for another ending or a problem that has not two features.
    """
    from bench.figures import run_picture, save
    from bench.replay.regions import portrait
    from bench.text import printable

    regions, curves = portrait(run)
    lost = curves.loc[curves["train_loss"].isna(), "epoch"]  # from a divergence on
    label, rule = printable(run.settings.optimizer.label, 60), run.settings.optimizer.rule.name
    end = f"diverged at epoch {lost.iloc[0]:,}" if len(lost) else "did not diverge"
    save(run_picture(regions, curves, rule, f"{label}, seed {run.seed:,} {end}: {run.id}"), path)


def write_film(run: Run, path: Path) -> None:
    """A run's training as decision regions over epochs, as .gif; trains it again. ValueError for another ending."""
    from bench.figures import animate
    from bench.replay.regions import film
    from bench.text import printable

    if path.suffix.lower() != ".gif":
        raise ValueError(f"{printable(str(path))}: an animation is written as .gif")
    animate(film(run), path)


def print_replays(replays: Iterable[tuple[str, Replay]]) -> int:
    """Print each outcome as soon as it is there, and how many agree; return the exit code."""
    from bench.replay.checking import describe

    agreed = []
    for name, done in replays:
        print(describe(name, done), flush=True)
        agreed.append(not done.differences)
    print(f"{sum(agreed)} of {len(agreed)} runs agree with the store")
    return DONE if all(agreed) else FAILED
