"""Tables of other shapes as tables with a row per run: one column per method, and scikit-learn's `cv_results_`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd

from bench.data.words import text_of
from bench.errors import UsageError
from bench.judging.columns import GUESSES, check_given, plain
from bench.judging.options import Options
from bench.judging.sheets import Sheet
from bench.text import counted, listed, quoted

FOLD = "fold"
_SPLIT = re.compile(r"split(\d+)_test_(.+)")


def long(sheet: Sheet, options: Options) -> tuple[Sheet, Options]:
    """The table with a row per run, and the options with the names of its columns. Raises UsageError."""
    if is_cv_results(sheet.names):
        _require_unnamed(sheet, options, "problem", "seed")
        return _of_cv_results(sheet, options)
    if options.wide:
        _require_unnamed(sheet, options)
        return _of_wide(sheet, options)
    return sheet, options


def _require_unnamed(sheet: Sheet, options: Options, *roles: str) -> None:
    """Raise UsageError for a column that was named where the shape of the table says what is what."""
    for role in ("method", "stage", "configuration", *roles):
        name = options.columns[role]
        if name is not None:
            shape = "has a column for each method" if options.wide else "is a cv_results_, whose rows are methods"
            raise UsageError(f"{sheet.source}: --{role} {quoted(name)}: this table {shape}; leave --{role} out")


def is_cv_results(names: Sequence[str]) -> bool:
    """Whether these are the columns of a `cv_results_`."""
    return "params" in names and any(map(_SPLIT.fullmatch, names))


def _of_wide(sheet: Sheet, options: Options) -> tuple[Sheet, Options]:
    """One column per method, and the first, or those that are named, say which problem and which seed it is."""
    given = {"problem": options.problem, "seed": options.seed}
    check_given(sheet.names, given, sheet.source)
    ids = [name for name in given.values() if name]
    methods = [name for name in sheet.names if name not in (ids or sheet.names[:1])]
    if len(set(sheet.names)) < len(sheet.names):
        raise UsageError(f"{sheet.source}: several columns have one name; rename all but one")
    if len(methods) < 2:
        raise UsageError(f"{sheet.source}: --wide: expected a column for each of several methods, beside the first one")
    table = sheet.columns(list(sheet.names))
    if not ids:
        role, note = _role_of_first(sheet.names[0], table[sheet.names[0]].map(text_of))
        options = replace(options, seed="seed") if role == "seed" else replace(options, problem="problem")
        table, ids, given = table.rename(columns={sheet.names[0]: role}), [role], {role: sheet.names[0]}
        sheet = replace(sheet, notes=(note,))
    said = listed(f"{quoted(name)} says which {role}" for role, name in given.items() if name)
    sheet = replace(sheet, shape=f"There is a column for each method; {said} a row is.")
    score, count = options.score or "score", len(methods)
    melted = table[ids].loc[table.index.repeat(count)].reset_index(drop=True)
    melted["method"] = methods * len(table)
    melted[score] = table[methods].to_numpy(dtype=object).ravel()
    if options.seed is None:
        melted["seed"] = 0  # one number for each method on each problem
    named = replace(options, method="method", seed=options.seed or "seed", score=score)
    return _sheet(
        sheet, melted, lambda row: f"{sheet.place(row // count)}, column {quoted(methods[row % count])}"
    ), named


def _role_of_first(name: str, values: pd.Series[str]) -> tuple[str, str]:
    """Whether a column that nobody has named says seeds or problems, and how that is said."""
    seeds, problems = (any(plain(name) in line for line in GUESSES[role]) for role in ("seed", "problem"))
    if seeds or (values.str.fullmatch(r"\d+").all() and not problems):
        return (
            "seed",
            f"The first column, {quoted(name)}, was taken for seeds; name it as problem if it says data sets.",
        )
    return "problem", f"The first column, {quoted(name)}, was taken for problems; name it as seed if it says runs."


def _of_cv_results(sheet: Sheet, options: Options) -> tuple[Sheet, Options]:
    """A row per candidate, a column per fold: folds instead of seeds."""
    found = [match for match in map(_SPLIT.fullmatch, sheet.names) if match]
    metrics = list(dict.fromkeys(match[2] for match in found))
    called = {name: metric for metric in metrics for name in (f"test_{metric}", f"mean_test_{metric}")}
    called |= dict(zip(metrics, metrics, strict=True))
    metric = called.get(options.score or (metrics[0] if len(metrics) == 1 else ""), "")
    if not metric:
        raise UsageError(
            f"{sheet.source}: which of its scores? name it with --score: {listed(map(quoted, metrics), 12)}"
        )
    splits = [match[0] for match in found if match[2] == metric]
    params = [name for name in sheet.names if name.startswith("param_")]
    table = sheet.columns([*params, *splits])
    texts = table[params].map(text_of)
    varying = [name for name in params if texts[name].nunique() > 1]
    short = [name.removeprefix("param_") for name in varying]
    names = [
        ", ".join(f"{name} {value}" for name, value in zip(short, row, strict=True) if value)
        for row in texts[varying].itertuples(index=False)
    ]
    methods = [name or f"candidate {row + 1}" for row, name in enumerate(names)]
    count, score = len(splits), f"test_{metric}"
    if count < 2:
        raise UsageError(f"{sheet.source}: {counted(count, 'fold')}; expected at least 2")
    melted = pd.DataFrame(
        {
            "method": pd.Series(methods).repeat(count).to_numpy(),
            FOLD: [*range(count)] * len(table),
            score: table[splits].to_numpy(dtype=object).ravel(),
        }
    )
    sheet = replace(sheet, shape="A row is a candidate of a search by scikit-learn, with a column for each fold.")
    named = replace(options, method="method", seed=FOLD, score=score)
    return _sheet(
        sheet, melted, lambda row: f"{sheet.place(row // count)}, column {quoted(splits[row % count])}"
    ), named


def _sheet(sheet: Sheet, table: pd.DataFrame, place: Callable[[int], str]) -> Sheet:
    return replace(sheet, names=tuple(table.columns), columns=lambda names: table[list(names)], place=place)
