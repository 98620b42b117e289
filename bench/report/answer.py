"""The answer, in a few sentences and two small tables: what to use, how sure, what each choice does.

Report and terminal say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from bench.figures import differences_title
from bench.figures.effects import by_choice, choice_name
from bench.grid import Configuration
from bench.grid.effects import WITH, WITHOUT
from bench.report.recommendation import exceeds, recommended
from bench.report.remarks import changed_data, outdated_sources, remarks
from bench.report.samples import about_samples
from bench.report.view import View
from bench.results.cautions import caution_sentences
from bench.statistics.claims import (
    ABOVE,
    BELOW,
    DEGENERATE,
    EFFECT,
    EQUAL,
    FAILED,
    INCONCLUSIVE,
    KINDS,
    Kind,
    difference_unbounded,
)
from bench.statistics.sentences import mean_and_interval
from bench.text import (
    all_of,
    confidence,
    counted,
    displayed,
    listed,
    missing,
    percent,
    plural,
    points,
    printable,
    signed_points,
    spelled,
    written,
)

MOST_CAUTIONS = 4
NOT_JUDGED = ""  # instead of a kind of verdict
COLLAPSE = (
    '"Unless ... of seeds collapse": if so many networks ended near chance (half way down from the claim, or lower), '
    "the verdict would not hold, and these seeds are too few to exclude that."
)
EARLY_STOPPING = "All this is about the weights of each run's checkpoint with the best validation accuracy."


def headlines(view: View) -> list[str]:
    """What to use, a text for each problem."""
    if view.verdicts.empty:
        return [f"Nothing is judged against {_goal(view)} yet: {waiting(view)}."]
    return [_headline(view, problem) for problem in view.problems]


def notes(view: View) -> list[str]:
    """What holds for all of it: what each choice does, how sure that is, and what takes away from it."""
    if view.verdicts.empty:
        return changed_data(view.results)
    effects = view.effects
    judged = len(effects) > 0 and bool((effects["kind"] != FAILED.word).any())
    provisional, less = bool(view.verdicts["n_missing"].any()), remarks(view.results)
    sure = view.verdicts["word_low"].notna().any() and not provisional and not less
    found = [f"Provisional: {waiting(view)}."] if provisional else []
    found += outdated_sources(view.results)
    found += [EARLY_STOPPING] if view.results.grid.baseline.weights == "best" else []
    found += [what_choices_do(effects)] if judged else []
    found += [*([_how_sure(view)] if sure else []), *less]
    found += [COLLAPSE] if view.verdicts["fragile"].any() else []
    found += [*about_samples(view), *changed_data(view.results)]
    found += caution_sentences(view.cautions, MOST_CAUTIONS)
    left = len(view.families) - len(view.verdicts)
    if left:
        found.append(f"{counted(left, 'family is', 'families are')} not judged yet: {waiting(view)}.")
    return found


def _goal(view: View) -> str:
    return percent(view.results.grid.baseline.accuracy)


def _headline(view: View, problem: str) -> str:
    """Whether the claim is reached, what to use or what was best on tune seeds, and how families compare."""
    names = view.names_on(problem)
    verdict, why = recommended(view, problem, names)
    claim = f"{_goal(view)} on {problem}" if len(view.problems) > 1 else _goal(view)
    kinds = view.verdicts.loc[view.verdicts["family"].isin(names), "kind"].tolist()
    kinds += [NOT_JUDGED] * (len(names) - len(kinds))
    said = _said(view, verdict, names[verdict["family"]], why, kinds, claim)
    compared = view.comparisons.get(problem)
    if compared is None:
        return said
    return f"{said} {differences_title(compared, names)}{of_some(compared, len(view.comparable(problem)))}."


def of_some(compared: pd.DataFrame, families: int) -> str:
    """How many families are compared, where not all are."""
    count = len(compared) + 1
    return f" (of the {count} that are compared, of {families})" if count < families else ""


def _said(view: View, verdict: dict[str, Any], name: str, why: str, kinds: list[str], claim: str) -> str:
    """Yes or no, and the recommendation. `kinds`: of all families on the problem; `claim`: with the problem, if any."""
    kind, configuration = KINDS[verdict["kind"]], view.configurations[verdict["family"], verdict["configuration"]]
    what = f"{name}{setting_words(view, configuration, name)}"
    result = f"{mean_and_interval(verdict)} on {counted(int(verdict['n_ok'] + verdict['n_diverged']), 'new seed')}"
    against = needless(view, verdict["family"], configuration)
    yes = _yes(view, verdict, claim)
    if yes:
        return f"{yes}: use {what} ({why}{', though ' if against else ''}{against}); it gives {result}."
    if set(kinds) <= {FAILED.word, DEGENERATE.word, NOT_JUDGED}:
        ended = "" if kind == FAILED else f"{result}, "
        return f"Undecided: nothing can be said about {claim}; {what}: {ended}{verdict['word']}."
    what += f" ({against})" if against else ""
    if set(kinds) == {BELOW.word}:
        families = f"{all_of(len(kinds), 'one family', 'families')} {plural(len(kinds), 'is', 'are')}"
        return f"No, {families} below {claim}; {why}: {what}, {result}."
    return f"Undecided: no family is shown to reach {claim}; {why}: {what}, {result}, {verdict['word']}."


def _yes(view: View, verdict: dict[str, Any], claim: str) -> str:
    """That a family reaches the claim, and on what condition; "" if that is not shown."""
    kind, margin = KINDS[verdict["kind"]], points(view.results.grid.baseline.margin)
    condition = verdict["word"].removeprefix(kind.word).replace("the margin", margin)
    if kind == ABOVE:
        return f"Yes, above {claim}{condition}"
    if kind == EQUAL:
        return f"Practically yes, within {margin} of {claim}{condition}"
    return f"Yes, above {claim} on seeds all alike, so that no test of the mean is possible" if exceeds(verdict) else ""


def needless(view: View, family: str, configuration: Configuration) -> str:
    """What new seeds say against the regularization of a setting: "practically as good without L1"; "" if nothing."""
    effects, flat = view.effects, configuration.settings.flat()
    rows: Any = effects[(effects["family"] == family) & (effects["against"] == WITHOUT)].to_dict("records")
    found: dict[str, list[str]] = {}
    for row in rows:
        word = AGAINST.get((KINDS[row["kind"]], bool(flat.get(row["axis"]))))
        if word is not None:
            found.setdefault(word[0], []).append(f"{word[1]} {spelled(row['axis'])}")
    return ", and ".join(f"{word} {', or '.join(ways)}" for word, ways in found.items())


# What an effect says of a setting with, and of one without.
AGAINST = {
    (EQUAL, True): ("practically as good", WITHOUT),
    (BELOW, True): ("better", WITHOUT),
    (ABOVE, False): ("better", WITH),
}


def setting_words(view: View, configuration: Configuration, name: str = "") -> str:
    """What was chosen within the family: " with lr 0.03 and hidden 64, without dropout"; nothing where nothing varies.

    The optimizer too, where it is searched, unless that is what the family is called. A strength or rate of 0 is said
    to be left out.
    """
    grid, settings = view.results.grid, configuration.settings
    axes, flat = {**grid.axes, **grid.optimizers[settings.optimizer.label]}, settings.flat()
    label = printable(settings.optimizer.label)
    searched = len(grid.optimizers) > 1 and "optimizer" not in grid.family_axes
    taken, left_out = [label] if searched and label != name else [], []
    for key in [key for key in view.varying if key in flat]:
        name, value = spelled(key), flat[key]
        if value == 0 and not isinstance(value, bool):
            left_out.append(name)
        else:
            shown = dict(zip(map(written, axes[key]), displayed(axes[key]).values(), strict=True))
            taken.append(f"{name} {shown[written(value)]}")
    parts = [f" with {listed(taken, 9)}"] if taken else []
    parts += [f"{',' if taken else ''} without {listed(left_out, 9)}"] if left_out else []
    return "".join(parts)


def _how_sure(view: View) -> str:
    """The levels: of all verdicts, of all effects, and of the comparisons on each problem."""
    count, effects = view.results.families, len(view.effects)
    level, several = confidence(1 - view.results.grid.baseline.alpha), len(view.problems) > 1
    verdicts = f"{all_of(count, 'verdict')} {'hold together' if count > 1 else 'holds'}"
    others = [counted(effects, "effect")] if effects else []
    if len(view.results.effects) > effects:
        others.append(counted(len(view.results.effects) - effects, "difference") + " of effects between families")
    if view.comparisons:
        others.append(f"the comparisons of families{' on each problem' if several else ''}")
    also = f", and so {'does' if others == ['1 effect'] else 'do'} {listed(others)}" if others else ""
    return f"How sure: at {level} {verdicts}{also}, for new seeds of the same {plural(len(view.problems), 'problem')}."


def what_choices_do(effects: pd.DataFrame) -> str:
    """One part for each choice: in how many families it helps (by how much at least), hurts, or does nothing."""
    said = "; ".join(_choice(name, rows) for name, rows in by_choice(effects))
    return f"{said[0].upper()}{said[1:]}."


def _choice(name: str, rows: pd.DataFrame) -> str:
    parts: list[str] = []
    for kinds, verb in VERBS.items():
        shown = rows[rows["kind"].isin([kind.word for kind in kinds])]
        if len(shown):
            parts.append(f"{verb}{_where(len(shown), len(rows), first=not parts)}{_at_least(kinds[0], shown)}")
    return f"{name} {listed(parts, 9)}"


VERBS = {
    (ABOVE,): EFFECT[ABOVE],
    (BELOW,): EFFECT[BELOW],
    (EQUAL,): f"does {EFFECT[EQUAL]}",
    (INCONCLUSIVE,): "is inconclusive",
    (DEGENERATE, FAILED): "cannot be judged",
}


def _where(count: int, many: int, *, first: bool) -> str:
    """In how many of the families; of how many is said once."""
    if many == 1:
        return ""
    if not first:
        return f" in {count}"
    if count == many == 2:
        return " in both families"
    return f" in {'all' if count == many else f'{count} of'} {many} families"


def _at_least(kind: Kind, shown: pd.DataFrame) -> str:
    """How far from 0 all these intervals are."""
    if kind not in (ABOVE, BELOW):
        return ""
    return f" by at least {points(float(shown['low'].min() if kind == ABOVE else -shown['high'].max()))}"


@dataclass(frozen=True)
class Effect:
    """What a choice does in a family: the difference, in points with its interval too, and the word read off that."""

    kind: Kind
    difference: float
    numbers: str
    word: str


def effect_table(view: View) -> tuple[list[str], dict[str, dict[str, Effect]]]:
    """The choices in order, and for each family what each of them does there."""
    choices: dict[str, None] = {}
    found: dict[str, dict[str, Effect]] = {}
    rows: Any = view.effects.to_dict("records")
    for row in rows:
        choice = choice_name(row)
        choices[choice] = None
        found.setdefault(row["family"], {})[choice] = Effect(
            KINDS[row["kind"]], row["difference"], _effect_numbers(row), row["word"]
        )
    return list(choices), found


def _effect_numbers(row: dict[Any, Any]) -> str:
    if missing(row["difference"]):
        return ""
    difference = signed_points(row["difference"])
    if missing(row["low"]) or difference_unbounded(row):
        return difference
    return f"{difference} [{signed_points(row['low'])}, {signed_points(row['high'])}]"


def waiting(view: View) -> str:
    """What is still to be trained before every family is judged."""
    status, parts = view.results.status, []
    for stage, most in (("tune", "" if view.results.knows_tune else "at most "), ("confirm", "")):
        own = status[status["stage"] == stage]
        for word, limit in (("missing", most), ("failed", "")):
            if count := int(own[word].sum()):
                parts.append(f"{limit}{counted(count, f'{stage} run')} {word}")
    return ", ".join(parts) or "no runs missing"
