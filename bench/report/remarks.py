"""What must be said with all verdicts of a grid: what was set after looking, and what was looked at before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bench.results import Results
from bench.statistics import UntilDecided
from bench.store.questions import UNKNOWN
from bench.text import confidence, counted, listed, percent, points, quoted, verbatim

FACTS: dict[str, Callable[[Any], str]] = {
    "accuracy": percent,
    "alpha": percent,
    "margin": points,
    "effects": lambda keys: listed(keys, 9),
    "reference": lambda name: name or "the best on tune seeds",
    "weights": str,
}
CLAIM = {"accuracy", "margin"}
_BESIDE = {  # what verdicts do not rest on
    "effects": "Which effects are judged was set after looking, so that they are exploration",
    "reference": "The reference was set after looking, so that comparisons with it are exploration",
}

_ANEW = "`run --again` trains anew what others than today's have trained"


def remarks(results: Results) -> list[str]:
    """Sentences, each of which makes the verdicts mean less; none where everything was set before looking."""
    changed = results.changed
    said = {key: changed[key] for key in changed if key not in _BESIDE}
    only_claim = said.keys() <= CLAIM
    return [
        *(_unknown() if UNKNOWN in results.history.first else []),
        *(_claim(results, said) if only_claim and said else []),
        *(_design(results, said) if not only_claim else []),
        *(_exploration(key, changed[key]) for key in _BESIDE if key in changed),
        *(_blocks(results) if results.history.blocks else []),
        *(_sources(results.differing_sources) if results.differing_sources else []),
    ]


def lacking_sentence(results: Results) -> str:
    """How many runs are still to be trained; "" where none is."""
    most = "" if results.knows_lacking else "at most "
    return f"{most}{counted(results.lacking, 'run is', 'runs are')} still to be trained" if results.lacking else ""


def changed_data(results: Results) -> list[str]:
    """That runs on another content of a data file are stored, which nothing here is about."""
    files = [quoted(path) for path in results.history.changed]
    if not files:
        return []
    what = f"The content of {listed(files)} has changed since runs on it were stored"
    return [f"{what}: they are about other data, and enter nothing here."]


def where_fresh_seeds_are(results: Results) -> str:
    """Where there are confirm seeds that nobody has used."""
    fresh = results.history.fresh
    return "no block of confirm seeds is unused" if fresh is None else f"seeds.block = {fresh} has fresh ones"


def _sources(differing: Sequence[str]) -> list[str]:
    which = f"{listed(differing, 3)} {'differs' if len(differing) == 1 else 'differ'}"
    return [f"These verdicts mix runs of different sources: {which} between them; {_ANEW}."]


def outdated_sources(results: Results) -> list[str]:
    """That all runs were trained by other sources than today's, which takes nothing from what they show."""
    names = results.outdated_sources
    if not names or results.differing_sources:
        return []
    return [f"These runs were trained by other sources than today's ({listed(names, 3)}); {_ANEW}."]


def _unknown() -> list[str]:
    return ["Some of these confirm runs are older than the record: nobody knows what was set before looking at them."]


def _design(results: Results, changed: dict[str, tuple[Any, Any]]) -> list[str]:
    what, alpha = _listed(changed), results.grid.baseline.alpha
    if isinstance(results.plan, UntilDecided):
        return [
            f"Set after looking: {what}. These verdicts err with up to {percent(alpha)}, "
            f"together with those that were seen before with up to {percent(2 * alpha)}; comparisons and effects are "
            "exploration."
        ]
    return [f"Set after looking, so that these verdicts are exploration: {what}; {where_fresh_seeds_are(results)}."]


def _claim(results: Results, changed: dict[str, tuple[Any, Any]]) -> list[str]:
    """The claim was changed: the intervals hold all the same, and say what could have been claimed."""
    rows = results.verdicts.dropna(subset="word_low").sort_values("word_low", ascending=False, kind="stable").head(4)
    least = listed(
        f"{row['family']} at least {percent(row['word_low'])} (and at most {percent(row['word_high'])})"
        for row in rows.to_dict("records")
    )
    level = confidence(1 - results.grid.baseline.alpha)
    offer = f" Whatever the claim, these seeds support, together at {level}: {least}." if len(rows) else ""
    return [f"The claim was set after looking: {_listed(changed)}.{offer}"]


def _exploration(key: str, changed: tuple[Any, Any]) -> str:
    first, now = map(FACTS[key], changed)
    return f"{_BESIDE[key]}: {now} (at first {first})."


def _blocks(results: Results) -> list[str]:
    blocks, alpha = results.history.blocks, results.grid.baseline.alpha
    count = len(blocks) + 1
    where = f"{'block' if count == 2 else 'blocks'} {listed(map(str, blocks))}"
    most = percent(min(1.0, count * alpha))
    return [
        f"These configurations were judged on {where} too: each block errs with up to {percent(alpha)}, "
        f"{counted(count, 'block')} together with up to {most}."
    ]


def _listed(changed: dict[str, tuple[Any, Any]]) -> str:
    texts = []
    for name, values in changed.items():
        first, now = map(FACTS.get(name, verbatim), values)
        texts.append(f"{name} {now} (at first {first})")
    return listed(texts, 6)
