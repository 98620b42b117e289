"""The stored runs that a command is asked for: by their ids, or as the best of a grid's families with some seed."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.commands.arguments import add_grid_options, count, places, stored_results
from bench.errors import UsageError

if TYPE_CHECKING:
    from bench.problems import DataFile
    from bench.results import Results


@dataclass(frozen=True)
class Picked:
    """A stored run. `family`: whose best it is ("" where its id was given); `why`: in words, why it is this one."""

    id: str
    family: str = ""
    why: str = ""


def add_arguments(parser: ArgumentParser) -> None:
    """Runs, or a grid with families and a seed."""
    parser.add_argument(
        "what",
        nargs="*",
        metavar="RUN | GRID FAMILY",
        help="ids of runs, as exported; or a grid file, and families of it (default: all), each with the run of its "
        "best that --seed, --median or --worst names",
    )
    seed = parser.add_mutually_exclusive_group()
    seed.add_argument("--seed", type=count, metavar="N", help="the run with this seed")
    seed.add_argument("--median", action="store_true", help="the median confirm run by test accuracy (the default)")
    seed.add_argument("--worst", action="store_true", help="the worst confirm run by test accuracy")
    add_grid_options(parser)


def picked(options: Namespace, words: Sequence[str]) -> tuple[list[Picked], list[DataFile]]:
    """The runs that the words and options ask for, each once; and where the grid's data files are today.

    Raises UsageError where there is no such run.
    """
    if not words:
        raise UsageError("expected the id of a run, or a grid file and families of it")
    first, *families = words
    if not is_grid(first):
        _check_no_grid_options(options, first)
        return [Picked(run) for run in dict.fromkeys(words)], []
    from bench.problems import DataFile

    results = stored_results(Namespace(**vars(options) | {"grid": first}))
    known = results.choices["family"].tolist()
    runs = [_best_run(results, family, options) for family in dict.fromkeys(families or known)]
    return runs, [source for source in results.grid.sources if isinstance(source, DataFile)]


def is_grid(word: str) -> bool:
    """Whether a word names a grid file or a ready grid, and not a run."""
    from bench.grid.ready import ready

    return word.endswith(".toml") or os.path.isfile(word) or ready(word) is not None


def _check_no_grid_options(options: Namespace, run: str) -> None:
    given = {"--seed": options.seed is not None, "--median": options.median, "--worst": options.worst}
    given |= {"--set": options.set, "--by": options.by, "--tune": options.tune, "--confirm": options.confirm}
    given |= {"--race": options.race}
    for option, is_given in given.items():
        if is_given:
            raise UsageError(f"{option}: is about a grid, and {run!r} is no grid file; the id of a run says all of it")


def _best_run(results: Results, family: str, options: Namespace) -> Picked:
    """The run of a family's best that the options name."""
    configuration = _best_of(results, family, options)
    name = f"{family} ({configuration})" if configuration else family
    if options.seed is not None:
        return _with_seed(results, family, name, options.seed)
    return _by_accuracy(results, family, name, worst=options.worst)


def _best_of(results: Results, family: str, options: Namespace) -> str:
    """A family's best configuration. Raises UsageError where there is none, or where its confirm runs are needed."""
    from bench.commands.hints import training_command
    from bench.text import listed, quoted, suggest

    choices = results.choices.set_index("family")
    if family not in choices.index:
        known = choices.index.tolist()
        expected = listed(map(quoted, known), 12)
        raise UsageError(f"{family!r}: no family of {results.grid.source}; expected {expected}{suggest(family, known)}")
    confirmed = results.confirm.loc[results.confirm["status"] != "failed", "family"]
    if not choices.at[family, "chosen"] or (options.seed is None and family not in set(confirmed)):
        command = training_command(results, places(options))
        raise UsageError(f"{family!r}: the confirm runs of its best are not stored; to train them: {command}")
    return str(choices.at[family, "configuration"])


def _with_seed(results: Results, family: str, name: str, seed: int) -> Picked:
    """The run of a family's best with this seed, be it one for tuning or for confirming."""
    runs = results.judged[results.judged["status"] != "failed"]
    best = results.tuned.best[family]
    own = runs[(runs["family"] == family) & (runs["configuration"] == best.text)].drop_duplicates("run")
    found = own.loc[own["seed"] == seed, "run"]
    if found.empty:
        stored = _ranges(sorted(own["seed"]))
        raise UsageError(f"--seed {seed}: no such run of {name} is stored; expected one of {stored}")
    return Picked(str(found.iloc[0]), family, f"{name}: seed {seed}")


def _by_accuracy(results: Results, family: str, name: str, *, worst: bool) -> Picked:
    """The median or the worst of a family's confirm runs by what is judged (diverged runs at chance)."""
    from bench.statistics.counting import counted_accuracy
    from bench.text import counted, percent

    runs = results.confirm[(results.confirm["family"] == family) & (results.confirm["status"] != "failed")]
    runs = runs.assign(counted=counted_accuracy(runs)).sort_values(["counted", "seed"])
    row = runs.iloc[0 if worst else (len(runs) - 1) // 2]
    which = "worst" if worst else "median"
    accuracy = percent(row["counted"])
    if row["status"] == "diverged":
        accuracy += ", chance, as it diverged"
    elif results.grid.baseline.weights == "best":
        accuracy += f" with its best weights, of epoch {row['best_epoch']:.0f}"
    why = f"{name}: seed {row['seed']}, the {which} of {counted(len(runs), 'confirm run')} ({accuracy})"
    return Picked(str(row["run"]), family, why)


def _ranges(numbers: Sequence[int]) -> str:
    """Whole numbers in order, as text: 0 to 3 and 7."""
    from bench.text import listed

    edges: list[list[int]] = []
    for number in numbers:
        if edges and number == edges[-1][1] + 1:
            edges[-1][1] = number
        else:
            edges.append([number, number])
    return listed((str(low) if low == high else f"{low} to {high}" for low, high in edges), 8)
