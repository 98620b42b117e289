"""replay: train stored runs again, each alone, and check them bit for bit."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.commands import picking
from bench.commands.codes import DONE, FAILED
from bench.commands.files import PICTURES, check_path, write_to
from bench.defaults import SIDE_BY_SIDE
from bench.errors import UsageError
from bench.text import path_text

if TYPE_CHECKING:
    from bench.commands.picking import Picked
    from bench.page import Shown
    from bench.problems import DataFile
    from bench.records import Run
    from bench.replay.checking import Replay
    from bench.store.sqlite import Store


def add_arguments(parser: ArgumentParser) -> None:
    picking.add_arguments(parser)
    parser.add_argument("--weights", type=Path, metavar="FILE.npz", help="save the trained weights of a run")
    parser.add_argument("--figure", type=Path, metavar="FILE", help="draw its decision regions and learning curves")
    parser.add_argument(
        "--page",
        type=Path,
        metavar="FILE.html",
        help=f"a page to play: regions, curves, units and weights over epochs, of up to {SIDE_BY_SIDE} runs",
    )
    parser.add_argument(
        "--animate",
        nargs="+",
        metavar="FILE.gif",
        help=f"draw training as decision regions over epochs, of up to {SIDE_BY_SIDE} runs side by side",
    )
    parser.add_argument(
        "--to", type=Path, metavar="FILE.gif", help="where that goes, if --animate is followed by families instead"
    )


def run(options: Namespace) -> int:
    from bench.store.sqlite import Store

    also, film = _animated(options)
    outputs: list[tuple[Path | None, tuple[str, ...], int, Callable[[Sequence[Shown], Path], None]]] = [
        (options.weights, (".npz",), 1, _write_weights),
        (options.figure, PICTURES, 1, _write_figure),
        (options.page, (".html",), SIDE_BY_SIDE, _write_page),
        (film, (".gif",), SIDE_BY_SIDE, _write_film),
    ]
    wanted = [(path, endings, most, write) for path, endings, most, write in outputs if path is not None]
    for path, endings, _, _ in wanted:  # before anything is trained
        check_path(path, endings)
    runs, files = picking.picked(options, [*options.what, *also])
    for path, _, most, _ in wanted:
        _check_number(path, most, runs)
    with Store(options.store) as store:
        shown = _shown(store, runs, files) if wanted else []
        if options.figure or film:
            _check_planes(one.run for one in shown)
        code = print_replays(_checked(store, runs, files))
    for path, _, _, write in wanted:
        write_to(path, partial(write, shown))
    return code


def _animated(options: Namespace) -> tuple[list[str], Path | None]:
    """What the words behind --animate ask for: families besides those named before, and a file."""
    if options.animate is None:
        if options.to is not None:
            raise UsageError(f"--to {path_text(options.to)}: says where --animate writes, and that is not asked for")
        return [], None
    if options.to is not None:
        return options.animate, options.to
    file, *others = options.animate  # `replay --animate FILE.gif RUN` is as good as `replay RUN --animate FILE.gif`
    if not file.lower().endswith(".gif"):
        raise UsageError(f"--animate {path_text(file)}: expected FILE.gif, or families followed by --to FILE.gif")
    return others, Path(file)


def _check_number(path: Path, most: int, runs: Sequence[Picked]) -> None:
    if len(runs) > most:
        names = ", ".join(run.family or run.id for run in runs)
        expected = "one run" if most == 1 else f"at most {most} runs"
        raise UsageError(f"{path_text(path)}: expected {expected}, and {len(runs)} are asked for: {names}")


def _checked(store: Store, runs: Sequence[Picked], files: Sequence[DataFile]) -> Iterable[tuple[str, Replay]]:
    """Each run, trained again as soon as it is asked for; why it is this one is printed before."""
    from bench.replay import checking

    for run in runs:
        if run.why:
            print(run.why, flush=True)
        yield run.id, checking.replay(store, run.id, files)


def _shown(store: Store, runs: Sequence[Picked], files: Sequence[DataFile]) -> list[Shown]:
    """The runs, to be shown beside each other. Raises UsageError where one failed: it has no weights."""
    from bench.page import Shown
    from bench.replay import checking
    from bench.text import told_apart

    found = [(picked, *checking.stored_run(store, picked.id, files)) for picked in runs]
    for _, run, row in found:
        if row["status"] == "failed":
            raise UsageError(f"run {run.id}: failed when it was trained, and has nothing to show: {row['error']}")
    named = [picked.family or f"{run.settings.optimizer.label}, seed {run.seed}" for picked, run, _ in found]
    return [
        Shown(name, run, row["digest"], picked.why)
        for name, (picked, run, row) in zip(told_apart(named, 1000), found, strict=True)
    ]


def _check_planes(runs: Iterable[Run]) -> None:
    """Refuse to draw decision regions where there is no plane to draw them in."""
    for run in runs:
        features = run.settings.problem.features
        if features != 2:
            remedy = "leave out --figure and --animate; --page shows what was learned, and --weights saves it"
            raise UsageError(f"run {run.id}: {features:,} features; expected 2 to draw decision regions: {remedy}")


def _write_weights(shown: Sequence[Shown], path: Path) -> None:
    from bench.replay.checking import save_weights

    save_weights(shown[0].run, path)


def _write_figure(shown: Sequence[Shown], path: Path) -> None:
    write_figure(shown[0].run, path)


def _write_page(shown: Sequence[Shown], path: Path) -> None:
    from bench import page

    page.write(shown, path)


def _write_film(shown: Sequence[Shown], path: Path) -> None:
    write_film({one.name: one.run for one in shown}, path)


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


def write_film(runs: dict[str, Run], path: Path) -> None:
    """The training of runs as decision regions over epochs, side by side, as .gif; trains them again.

    `runs`: by what they are called. Raises ValueError for another ending.
    """
    from bench.figures import animate
    from bench.replay.regions import film

    if path.suffix.lower() != ".gif":
        raise ValueError(f"{path_text(path)}: an animation is written as .gif")
    animate({name: film(run) for name, run in runs.items()}, path)


def print_replays(replays: Iterable[tuple[str, Replay]]) -> int:
    """Print each outcome as soon as it is there, and how many agree; return the exit code."""
    from bench.replay.checking import describe

    agreed = []
    for name, done in replays:
        print(describe(name, done), flush=True)
        agreed.append(not done.differences)
    print(f"{sum(agreed)} of {len(agreed)} runs agree with the store")
    return DONE if all(agreed) else FAILED
