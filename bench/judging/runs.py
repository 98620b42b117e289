"""From a table of results to the runs frame that the statistics work on; what no verdict can rest on is refused.

A row of the table is a run. A family is a method, on each problem one of its own; where settings were tuned, a family
has several configurations, of which tune rows choose one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench import statistics
from bench.data.numerals import DecimalComma, Numerals
from bench.data.words import text_of, texts_of
from bench.errors import UsageError
from bench.judging.columns import OWN_EXTRAS, Roles, roles_of
from bench.judging.scale import Scores, score_of
from bench.judging.sheets import Sheet
from bench.statistics.counting import KEYS, questions
from bench.statistics.means import Floats
from bench.statistics.scores import ACCURACY, Score
from bench.text import LONGEST_NAME, counted, describe, listed, printable, quoted, shown_names, told_apart

MOST_FAMILIES = 2_000
MOST_SEEDS = 10_000  # of one family: differences are tested by thousands of choices of signs, one for each seed
STAGES = ("tune", "confirm")


@dataclass(frozen=True)
class Runs:
    """A table's rows as runs.

    `frame`: run by run, named as in `bench.store.frames`: stage, family, configuration, seed, status, test_accuracy
    (the score), validation_accuracy (what chooses), problem.name, and what else statistics look at. `methods`,
    `problems`: what each family is called without its problem, and that. `score`: what is judged.
    """

    frame: pd.DataFrame
    methods: dict[str, str]
    problems: dict[str, str]
    score: Score
    roles: Roles

    @property
    def tune(self) -> pd.DataFrame:
        """The runs that choose."""
        return self.frame[self.frame["stage"] == "tune"].reset_index(drop=True)

    @property
    def confirm(self) -> pd.DataFrame:
        """The runs that are judged: of each family's best, where there were several configurations to choose from."""
        confirm, tune = self.frame[self.frame["stage"] == "confirm"], self.tune
        if tune.empty:
            return confirm.reset_index(drop=True)
        best = pd.MultiIndex.from_frame(statistics.choose(tune, self.score)[KEYS])
        chosen = pd.MultiIndex.from_frame(confirm[KEYS]).isin(best) | ~confirm["family"].isin({*tune["family"]})
        return confirm[chosen].reset_index(drop=True)


def runs_of(
    sheet: Sheet,
    given: Mapping[str, str | None],
    bounds: tuple[float, float] | None = None,
    lower_is_better: bool | None = None,
) -> Runs:
    """The runs in a table. `given`: columns by role, where somebody has named them; the rest as for `score_of`.

    Raises UsageError with place, value and remedy.
    """
    roles = roles_of(sheet.names, given, sheet.source)
    try:
        return _runs(sheet, roles, bounds, lower_is_better)
    except UsageError as error:
        where, lines = f"{sheet.source}: ", str(error).splitlines()
        raise UsageError("\n".join(f"{where}{line.removeprefix(where)}" for line in lines)) from None


def _runs(sheet: Sheet, roles: Roles, bounds: tuple[float, float] | None, lower_is_better: bool | None) -> Runs:
    besides = [name for name in sheet.names if name in OWN_EXTRAS or name.startswith("problem.")] if roles.own else []
    table = sheet.columns([*roles.used, *besides])
    roles = _without_doubtful_stages(table, roles)
    named = _families(_names(table, roles, sheet), roles)
    test, validation = (numbers_of(table[name], sheet) for name in (roles.score, roles.chooser))
    decides = np.where(named["stage"] == "tune", validation, test)
    frame = named.assign(
        configuration=named["configuration"] if roles.stage else "",
        test_accuracy=test,
        validation_accuracy=validation,
        validation_data_loss=0.0,
        status=np.where(np.isnan(decides), "failed", "ok"),
    )
    frame = _with_own(frame, table[besides], sheet) if roles.own else frame
    _require_single(frame, table, sheet)
    score = _score(frame, roles, sheet, bounds, lower_is_better)
    _require_sizes(frame)
    _require_choice(frame)
    first = frame.drop_duplicates("family")[["family", "method", "problem"]]
    methods, problems = (dict(zip(first["family"], first[name], strict=True)) for name in ("method", "problem"))
    return Runs(frame.drop(columns=["method", "problem"]), methods, problems, score, roles)


def numbers_of(cells: pd.Series[Any], sheet: Sheet) -> Floats:
    """A column as numbers, NaN where a cell has none. Raises UsageError for text."""
    if pd.api.types.is_numeric_dtype(cells):
        return np.asarray(cells.to_numpy(np.float64, na_value=np.nan))
    texts = [cell if isinstance(cell, str) else text_of(cell) for cell in cells]
    try:
        return np.asarray(Numerals(".", commas=False).numbers([texts])[0])
    except ValueError:  # some are missing, have a decimal comma, or are no numbers
        pass
    try:
        return np.array([_number(text, row, cells, sheet, ".") for row, text in enumerate(texts)])
    except DecimalComma:
        return np.array([_number(text, row, cells, sheet, ",") for row, text in enumerate(texts)])


def _number(text: str, row: int, cells: pd.Series[Any], sheet: Sheet, decimal: str) -> float:
    numerals = Numerals("," if decimal == "," else ".", sheet.decimal_comma)
    try:
        return numerals.number(text)
    except ValueError:
        here = f"{sheet.place(row)}, column {quoted(cells.name)}: {quoted(printable(text, 60))}"
        remedy = "write a number with a decimal point, or leave the cell empty where a run has no result"
        raise UsageError(f"{here} is not a number; {remedy}") from None


def _names(table: pd.DataFrame, roles: Roles, sheet: Sheet) -> pd.DataFrame:
    """What tells runs apart, as text: method, problem, configuration, stage; seeds as numbers if all of them are."""
    found: dict[str, Any] = {}
    for role in ("method", "problem", "configuration", "stage", "seed"):
        column = getattr(roles, role)
        texts = _texts(table[column]) if column else np.full(len(table), "", dtype=object)
        empty = texts == ""
        if column and role != "configuration" and empty.any():
            place = sheet.place(int(np.flatnonzero(empty)[0]))
            raise UsageError(f"{place}, column {quoted(column)}: no value; fill it in, or delete the row")
        found[role] = texts if role in ("stage", "seed") else _shown(texts)
    seeds = pd.Series(found["seed"], dtype=object)
    found["seed"] = seeds.astype(np.int64) if seeds.str.fullmatch(r"-?[0-9]{1,18}").all() else seeds
    found["stage"] = found["stage"] if roles.stage else "confirm"
    if roles.problem:
        found["problem.name"] = found["problem"]
    return pd.DataFrame(found)


def _shown(texts: NDArray[np.object_]) -> NDArray[np.object_]:
    """Names as they can be shown: printable, not too long, and told apart."""
    codes, values = pd.factorize(texts)
    forms = shown_names(map(str, values))
    return np.array([*(forms[str(value)] for value in values), ""], dtype=object)[codes]


def _texts(cells: pd.Series[Any]) -> NDArray[np.object_]:
    """A column as text; each different value is written once."""
    try:
        codes, values = pd.factorize(cells.to_numpy(dtype=object), use_na_sentinel=False)
    except TypeError:  # lists, say, which are told apart as text alone
        return np.array(texts_of(cells), dtype=object)
    return np.array([*texts_of(values), ""], dtype=object)[codes]


def _without_doubtful_stages(table: pd.DataFrame, roles: Roles) -> Roles:
    """The roles, without a stage that was only guessed and holds other words; and no configurations without a stage."""
    values = {*texts_of(table[roles.stage].unique())} if roles.stage else set()
    if values and not values <= {*STAGES}:
        if "stage" not in roles.guessed:
            words = listed(quoted(value) for value in sorted(values - {*STAGES}))
            raise UsageError(f'column {quoted(roles.stage)} holds {words}; expected "tune" and "confirm" alone')
        roles = roles.without("stage")
    if not roles.stage and "configuration" in roles.guessed:
        roles = roles.without("configuration")
    return roles


def _families(frame: pd.DataFrame, roles: Roles) -> pd.DataFrame:
    """The frame with what gets one verdict, by name: a method, with its problem where there are several.

    A configuration belongs to the method, unless tune rows choose it.
    """
    parts = ["method", *(["configuration"] if roles.configuration and not roles.stage else [])]
    several = frame["problem"].nunique() > 1
    keys = frame[[*parts, "problem"]].drop_duplicates()
    methods = [", ".join(filter(None, key)) for key in keys[parts].itertuples(index=False)]
    problems = keys["problem"].tolist() if several else [""] * len(keys)
    names = [", ".join(filter(None, pair)) for pair in zip(methods, problems, strict=True)]
    keys = keys.assign(label=methods, family=told_apart(names, 2 * LONGEST_NAME))
    found = frame.merge(keys, on=[*parts, "problem"], how="left").set_axis(frame.index)
    return found.assign(method=found["label"]).drop(columns="label")


def _with_own(frame: pd.DataFrame, besides: pd.DataFrame, sheet: Sheet) -> pd.DataFrame:
    """The frame with what this program's own runs have besides, and with the problems that are in their names."""
    numeric = [name for name in besides if name in (*OWN_EXTRAS, "problem.classes") and name != "status"]
    frame = frame.assign(**{str(name): besides[name] for name in besides})
    frame = frame.assign(**{str(name): numbers_of(besides[name], sheet) for name in numeric})
    if len({*questions(frame).values()}) < 2:
        return frame
    first = frame.drop_duplicates("family")
    parts = {str(own["family"]): _of_problem(own) for own in first.to_dict("records")}
    problems = {family: ", ".join(part for part in family.split(", ") if part in own) for family, own in parts.items()}
    methods = {family: ", ".join(p for p in family.split(", ") if p not in own) for family, own in parts.items()}
    return frame.assign(problem=frame["family"].map(problems), method=frame["family"].map(methods))


def _of_problem(run: Mapping[Any, Any]) -> set[str]:
    """What the names of families may hold of a run's problem: its label and its settings."""
    settings = {key: value for key, value in run.items() if str(key).startswith("problem.")}
    return {str(run.get("problem.label", "")), *(describe(str(key), value) for key, value in settings.items())}


def _require_single(frame: pd.DataFrame, table: pd.DataFrame, sheet: Sheet) -> None:
    keys = ["stage", *KEYS, "seed"]
    again = frame.duplicated(keys).to_numpy()
    if not again.any():
        return
    second = int(np.flatnonzero(again)[0])
    same = (frame[keys] == frame[keys].iloc[second]).all(axis=1).to_numpy()
    first = int(np.flatnonzero(same)[0])
    rows = sheet.columns(list(dict.fromkeys(sheet.names))).iloc[[first, second]]
    differ = [name for name in rows.columns if name not in table.columns and rows[name].iloc[0] != rows[name].iloc[1]]
    remedy = "delete one, or name the column that tells them apart as --problem, --configuration or --seed"
    if differ:
        remedy += f" (they differ in {listed(map(quoted, differ))})"
    remedy += ", or number the runs in one column where it takes several"
    run = f"{quoted(frame['family'].iloc[second])}, seed {frame['seed'].iloc[second]}"
    count = f"; {counted(int(again.sum()), 'row')} of this kind in all" if again.sum() > 1 else ""
    raise UsageError(f"{sheet.place(second)} is {run} again, after {sheet.place(first)}; {remedy}{count}")


def _score(
    frame: pd.DataFrame, roles: Roles, sheet: Sheet, bounds: tuple[float, float] | None, lower_is_better: bool | None
) -> Score:
    if roles.own:
        return ACCURACY
    values = frame["test_accuracy"].to_numpy()
    if np.isnan(values).all():
        raise UsageError(f"column {quoted(roles.score)} has no number at all")
    spreads = np.asarray(frame.groupby(["stage", *KEYS])["test_accuracy"].std(), dtype=np.float64)
    score = score_of(Scores(roles.score, values, sheet.place), spreads, bounds, lower_is_better)
    if roles.chooser != roles.score:
        chooser = Scores(roles.chooser, frame["validation_accuracy"].to_numpy(), sheet.place)
        score_of(chooser, spreads, (score.low, score.high), score.lower_is_better)
    return score


def _require_sizes(frame: pd.DataFrame) -> None:
    sizes = frame.groupby(["stage", *KEYS], sort=False).size()
    families = frame["family"].nunique()
    if families > MOST_FAMILIES:
        raise UsageError(f"{families:,} methods and problems; expected at most {MOST_FAMILIES:,}: take a part of them")
    if sizes.max() > MOST_SEEDS:
        family = sizes.reset_index()["family"].iloc[int(sizes.argmax())]
        raise UsageError(
            f"{quoted(family)} has {sizes.max():,} seeds; expected at most {MOST_SEEDS:,}: take a part of them, which "
            "shows every difference that could matter"
        )


def _require_choice(frame: pd.DataFrame) -> None:
    faults = [*_choice_faults(frame)]
    if faults:
        raise UsageError("\n".join(faults[:10]))


def _choice_faults(frame: pd.DataFrame) -> Iterator[str]:
    confirm, tuned = frame[frame["stage"] == "confirm"], {*frame.loc[frame["stage"] == "tune", "family"]}
    if confirm.empty:
        yield 'no row of the stage "confirm", so there is nothing to judge'
    several = confirm.groupby("family", sort=False)["configuration"].nunique()
    for family in several.index[several > 1]:
        if family not in tuned:
            yield f"{quoted(family)} has {several[family]} configurations to confirm, and no tune row to choose one by"
