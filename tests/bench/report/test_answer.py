"""The answer's sentences, word by word: what one must read of small frames by hand (see also `test_sentences`)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from bench.grid import load
from bench.grid.grid import Baseline, Seeds
from bench.report import answer
from bench.results.cautions import Caution
from bench.statistics import FIXED
from bench.statistics.claims import ABOVE, INCONCLUSIVE, KINDS
from bench.statistics.sentences import mean_and_interval
from bench.store.questions import History
from bench.text import unshared

EQUAL, BELOW, OPEN, ALIKE, FAILED = "practically equal", "below", "inconclusive", "degenerate", "failed"


def judged(family: str, kind: str, mean: float = 0.87, word: str = "", *, ok: int = 8) -> dict[str, Any]:
    """A verdict on eight seeds, of which `ok` ended well, with an interval of a point to each side."""
    low, high = (math.nan, math.nan) if kind in (ALIKE, FAILED) else (mean - 0.01, mean + 0.01)
    counts = {"n_ok": ok, "n_diverged": 8 - ok, "n": 8}
    bounds = {"word_low": low, "word_high": high, "accuracy": 0.85, "margin": 0.01, "mean": mean}
    return {"family": family, "configuration": "", "kind": kind, "word": word or kind, **counts, **bounds}


def headlines(
    rows: list[dict[str, Any]],
    better: list[tuple[str, str, float]] | None = None,
    *,
    problem: dict[str, str] | None = None,
    against: list[tuple[str, str, str, str]] | None = None,
    setting: dict[str, Any] | None = None,
    waiting: Sequence[str] = (),
) -> list[str]:
    """What is said of these verdicts, if the first is the best on tune seeds; nothing was searched.

    `better`: families that are shown to differ from the first one, the kind of it, and the bound that is nearer to 0.
    `against`: effects: family, axis, what it is compared with, kind; `setting`: of all families. `waiting`: families
    that are not judged yet.
    """
    verdicts = pd.DataFrame(rows)
    problems = [(problem or {}).get(row["family"], "noise 0.2") for row in rows]
    others = ["noise 0.2"] * len(waiting)
    families = pd.DataFrame({"problem": [*problems, *others]}, index=[*verdicts["family"], *waiting])
    settings = SimpleNamespace(optimizer=SimpleNamespace(label="own"), flat=lambda: setting or {})
    compared = [
        {"family": f, "reference": rows[0]["family"], "kind": kind, "low": bound, "high": bound}
        for f, kind, bound in better or []
    ]

    def names_on(problem: str) -> dict[str, str]:
        inside = families.index[families["problem"] == problem].tolist()
        return dict(zip(inside, unshared(inside), strict=True))

    view: Any = SimpleNamespace(
        verdicts=verdicts,
        families=families,
        names_on=names_on,
        problems=list(dict.fromkeys(problems)),
        comparable=lambda problem: verdicts.loc[[p == problem for p in problems], "family"].tolist(),
        comparisons={"noise 0.2": pd.DataFrame(compared)} if compared else {},
        effects=pd.DataFrame(against or [], columns=["family", "axis", "against", "kind"]),
        configurations={(row["family"], ""): SimpleNamespace(settings=settings) for row in rows},
        varying=[],
        results=SimpleNamespace(
            tune=[0], grid=SimpleNamespace(axes={}, optimizers={"own": {}}, baseline=Baseline(accuracy=0.85))
        ),
    )
    return answer.headlines(view)


ON_8 = "87.0 % [86.0, 88.0] on 8 new seeds"
USE_A = f"use a (best on tune seeds); it gives {ON_8}"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([judged("a", "above")], f"Yes, above 85.0 %: {USE_A}."),
        ([judged("a", "above", word="above, but by less than the margin", ok=5)],
         f"Yes, above 85.0 %, but by less than 1 point: {USE_A}."),
        ([judged("a", EQUAL)], f"Practically yes, within 1 point of 85.0 %: {USE_A}."),
        ([judged("a", EQUAL, word=f"{EQUAL}, unless 2.0 % of seeds collapse")],
         f"Practically yes, within 1 point of 85.0 %, unless 2.0 % of seeds collapse: {USE_A}."),
        ([judged("a", ALIKE)],
         "Yes, above 85.0 % on seeds all alike, so that no test of the mean is possible: use a (best on tune seeds); "
         "it gives 87.0 % on 8 new seeds."),
        ([judged("a", ALIKE, 0.8)],
         "Undecided: nothing can be said about 85.0 %; a: 80.0 % on 8 new seeds, degenerate."),
        ([judged("a", FAILED, ok=0)], "Undecided: nothing can be said about 85.0 %; a: failed."),
        ([judged("a", ALIKE, 0.8), judged("b", FAILED, ok=0)],
         "Undecided: nothing can be said about 85.0 %; a: 80.0 % on 8 new seeds, degenerate."),
        ([judged("a", BELOW)], f"No, the one family is below 85.0 %; best on tune seeds: a, {ON_8}."),
        ([judged("a", BELOW), judged("b", BELOW)],
         f"No, both families are below 85.0 %; best on tune seeds: a, {ON_8}."),
        ([judged("a", OPEN, word="inconclusive (many)")],
         f"Undecided: no family is shown to reach 85.0 %; best on tune seeds: a, {ON_8}, inconclusive (many)."),
        ([judged("a", BELOW), judged("b", FAILED)],
         f"Undecided: no family is shown to reach 85.0 %; best on tune seeds: a, {ON_8}, below."),
    ],
)  # fmt: skip
def test_the_headline_says_as_much_as_the_verdicts_do(rows: list[dict[str, Any]], said: str) -> None:
    assert headlines(rows) == [said]


def test_each_problem_has_its_headline_and_its_families_are_called_by_what_they_do_not_share() -> None:
    rows = [judged(f"{name}, noise {noise}", "above") for noise in ("0.2", "0.4") for name in "ab"]
    problems = {row["family"]: row["family"].split(", ")[1] for row in rows}
    better = [("b, noise 0.2", "below", -0.01)]
    assert headlines(rows, better, problem=problems) == [
        f"Yes, above 85.0 % on noise 0.2: {USE_A}. a beats b, by at least 1 point.",
        f"Yes, above 85.0 % on noise 0.4: {USE_A}.",
    ]


@pytest.mark.parametrize(("names", "some"), [("ab", ""), ("abc", " (of the 2 that are compared, of 3)")])
def test_the_headline_tells_how_many_are_compared_where_not_all_are(names: str, some: str) -> None:
    [said] = headlines([judged(name, "above") for name in names], [("b", "inconclusive", -0.01)])
    assert said.endswith(f"{ON_8}. No family is shown to differ from a{some}.")


def test_the_headline_tells_what_is_waited_for_where_nothing_is_judged() -> None:
    view = seen(verdicts=pd.DataFrame(), results={"grid": SimpleNamespace(baseline=Baseline(accuracy=0.9))})
    assert answer.headlines(view) == ["Nothing is judged against 90.0 % yet: 3 tune runs missing."]


L2 = {"axis": "regularization.l2", "value": "with", "against": "without"}
DROPOUT = {"axis": "regularization.dropout", "value": "with", "against": "without"}
HIDDEN = {"axis": "network.hidden", "value": "128", "against": "64"}
SHOWN = {
    "helps": ("above", 0.02, 0.05), "hurts": ("below", -0.05, -0.03), "nothing": ("practically equal", -0.001, 0.001),
    "open": ("inconclusive", -0.05, 0.05), "alike": ("degenerate", math.nan, math.nan),
    "failed": ("failed", math.nan, math.nan),
}  # fmt: skip


def effects(choice: dict[str, str], words: str) -> pd.DataFrame:
    """What one choice does in each of some families."""
    kinds = [SHOWN[word] for word in words.split()]
    return pd.DataFrame(kinds, columns=["kind", "low", "high"]).assign(**choice)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("helps", "L2 helps by at least 2 points."),
        ("hurts", "L2 hurts by at least 3 points."),
        ("nothing", "L2 does practically nothing."),
        ("open", "L2 is inconclusive."),
        ("alike", "L2 cannot be judged."),
        ("helps helps", "L2 helps in both families by at least 2 points."),
        ("nothing nothing nothing", "L2 does practically nothing in all 3 families."),
        ("alike failed", "L2 cannot be judged in both families."),
        ("open nothing", "L2 does practically nothing in 1 of 2 families and is inconclusive in 1."),
        (
            "failed open nothing nothing hurts helps helps helps",
            "L2 helps in 3 of 8 families by at least 2 points, hurts in 1 by at least 3 points, does practically "
            "nothing in 2, is inconclusive in 1 and cannot be judged in 1.",
        ),
    ],
)
def test_a_choice_is_told_by_what_it_does_in_how_many_families(words: str, said: str) -> None:
    assert answer.what_choices_do(effects(L2, words)) == said


def test_choices_are_told_one_after_the_other() -> None:
    three = [effects(DROPOUT, "hurts hurts"), effects(HIDDEN, "helps nothing"), effects(L2, "nothing nothing")]
    assert answer.what_choices_do(pd.concat(three, ignore_index=True)) == (
        "Dropout hurts in both families by at least 3 points; hidden 128 for 64 helps in 1 of 2 families by at least 2 "
        "points and does practically nothing in 1; L2 does practically nothing in both families."
    )


@pytest.mark.parametrize(
    ("against", "said"),
    [
        ([("regularization.l1", "without", EQUAL)], "practically as good without L1"),
        ([("regularization.l1", "without", "below")], "better without L1"),
        ([("regularization.l1", "without", "above")], ""),
        ([("regularization.l1", "without", OPEN)], ""),
        ([("regularization.dropout", "without", "above")], "better with dropout"),
        ([("regularization.dropout", "without", EQUAL)], ""),
        ([("regularization.dropout", "without", "below")], ""),
        ([("optimizer.momentum", "without", "below")], ""),  # which this optimizer has not
        ([("optimizer.lr", "0.1", EQUAL)], ""),
        (
            [("regularization.l1", "without", EQUAL), ("regularization.l2", "without", EQUAL)],
            "practically as good without L1, or without L2",
        ),
        (
            [("regularization.l1", "without", EQUAL), ("regularization.dropout", "without", "above")],
            "practically as good without L1, and better with dropout",
        ),
    ],
)
def test_the_headline_says_what_speaks_against_the_regularization_that_was_chosen(
    against: list[tuple[str, str, str]], said: str
) -> None:
    setting = {"regularization.l1": 1e-5, "regularization.l2": 0.1, "regularization.dropout": 0.0, "optimizer.lr": 0.1}
    effects = [("a", *one) for one in against]
    assert headlines([judged("a", "above")], against=effects, setting=setting) == [
        f"Yes, above 85.0 %: use a (best on tune seeds{', though ' if said else ''}{said}); it gives {ON_8}."
    ]
    assert headlines([judged("a", BELOW)], against=effects, setting=setting) == [
        f"No, the one family is below 85.0 %; best on tune seeds: a{f' ({said})' if said else ''}, {ON_8}."
    ]
    of_another = [("b", *one) for one in against]
    assert headlines([judged("a", "above")], against=of_another, setting=setting) == [f"Yes, above 85.0 %: {USE_A}."]


def test_no_is_said_only_where_all_families_are_judged() -> None:
    rows = [judged("a", BELOW), judged("b", BELOW)]
    [said] = headlines(rows, problem={"a": "noise 0.2", "b": "noise 0.2"}, waiting=["c"])
    assert said == f"Undecided: no family is shown to reach 85.0 %; best on tune seeds: a, {ON_8}, below."
    [said] = headlines([judged("a", FAILED, ok=0)], waiting=["c"])
    assert said == "Undecided: nothing can be said about 85.0 %; a: failed."


@pytest.mark.parametrize(
    ("mean", "low", "high", "said"),
    [
        (0.88, 0.87, 0.892, "88.0 % [87.0, 89.2]"),
        (0.85004, 0.84996, 0.8501, "85.004 % [84.996, 85.01]"),
        (0.85, 0.84, 0.85, "85.0 % [84.0, 85.0]"),
        (0.88, math.nan, math.nan, "88.0 %"),
    ],
)
def test_no_number_beside_the_claim_looks_like_it_that_is_another(
    mean: float, low: float, high: float, said: str
) -> None:
    verdict = {"mean": mean, "word_low": low, "word_high": high, "accuracy": 0.85, "margin": 0.01}
    assert mean_and_interval(verdict) == said


def with_effects(rows: list[dict[str, Any]]) -> Any:
    return SimpleNamespace(effects=pd.DataFrame(rows))


def test_the_table_of_effects_has_a_column_for_each_choice_and_a_row_for_each_family() -> None:
    helps = {"kind": "above", "word": "helps", "difference": 0.0301, "low": 0.02, "high": 0.0402}
    cut = {"kind": "inconclusive", "word": "inconclusive", "difference": -0.01, "low": -1.0, "high": 0.3}
    unknown = {"kind": "degenerate", "word": "degenerate", "difference": 0.02, "low": math.nan, "high": math.nan}
    numbers = dict.fromkeys(("difference", "low", "high"), math.nan)
    nothing = {"kind": "failed", "word": "nothing to compare", **numbers}
    rows = [("adam", L2, helps), ("adam", HIDDEN, cut), ("sgd", L2, unknown), ("sgd", HIDDEN, nothing)]
    choices, table = answer.effect_table(with_effects([{"family": f, **c, **row} for f, c, row in rows]))
    assert choices == ["L2", "hidden 128 for 64"]
    without = table["sgd"].pop("hidden 128 for 64")  # nan is not equal to itself
    assert (without.kind, without.numbers, without.word) == (KINDS["failed"], "", "nothing to compare")
    assert table == {
        "adam": {
            "L2": answer.Effect(ABOVE, 0.0301, "+3.01 [+2.00, +4.02]", "helps"),
            "hidden 128 for 64": answer.Effect(INCONCLUSIVE, -0.01, "-1.00", "inconclusive"),
        },
        "sgd": {
            "L2": answer.Effect(KINDS["degenerate"], 0.02, "+2.00", "degenerate"),
        },
    }


def seen(words: str = "helps", results: dict[str, Any] | None = None, **changed: Any) -> Any:
    """As much of a view as notes are made from: two families that are judged on one problem, and one effect.

    `words`: what the effects are; `changed` and `results`: other attributes of the view and of its results.
    """
    own = effects(L2, words)
    known = {
        "changed": {}, "history": History(2), "plan": FIXED, "families": 2, "effects": own,
        "grid": SimpleNamespace(baseline=Baseline(), seeds=Seeds()),
        "differing_sources": [],
        "outdated_sources": [],
        "status": pd.DataFrame([("tune", 0, 3)], columns=["stage", "failed", "missing"]),
        "knows_tune": True,
    }  # fmt: skip
    view = {
        "verdicts": pd.DataFrame({"n_missing": [0, 0], "word_low": [0.8, math.nan], "fragile": False}),
        "effects": own, "cautions": {},
        "families": ["a", "b"], "problems": ["noise 0.2"], "sources": [], "comparisons": {},
    }  # fmt: skip
    return SimpleNamespace(**(view | changed), results=SimpleNamespace(**(known | (results or {}))))


HELPS = "L2 helps by at least 2 points."


def test_notes_tell_what_choices_do_and_how_sure_that_is() -> None:
    sure = "How sure: at 95 % both verdicts hold together, and so does 1 effect, for new seeds of the same problem."
    assert answer.notes(seen()) == [HELPS, sure]


def test_notes_tell_first_that_runs_were_stopped_early() -> None:
    early = seen(results={"grid": SimpleNamespace(baseline=Baseline(weights="best"), seeds=Seeds())})
    assert answer.notes(early) == [
        "All this is about the weights of each run's checkpoint with the best validation accuracy.",
        *answer.notes(seen()),
    ]


def test_notes_tell_nothing_where_nothing_is_judged() -> None:
    assert answer.notes(seen(verdicts=pd.DataFrame(columns=["n_missing", "word_low"]))) == []
    empty = pd.DataFrame(columns=["kind"])
    unknown = pd.DataFrame({"n_missing": [0], "word_low": [math.nan], "fragile": False})
    assert answer.notes(seen(verdicts=unknown, effects=empty, families=["a"])) == []
    assert not any("L2" in note for note in answer.notes(seen("failed failed")))
    assert answer.notes(seen("failed open"))[0].startswith("L2 is inconclusive in 1 of 2 families")


def test_runs_that_are_missing_make_it_provisional() -> None:
    verdicts = pd.DataFrame({"n_missing": [0, 3], "word_low": [0.8, 0.7], "fragile": False})
    assert answer.notes(seen(verdicts=verdicts)) == ["Provisional: 3 tune runs missing.", HELPS]


def test_a_verdict_that_some_seeds_would_undo_has_that_explained() -> None:
    fragile = pd.DataFrame({"n_missing": [0, 0], "word_low": [0.8, 0.7], "fragile": [False, True]})
    assert answer.notes(seen(verdicts=fragile)) == [
        *answer.notes(seen()),
        '"Unless ... of seeds collapse": if so many networks ended near chance (half way down from the claim, or '
        "lower), the verdict would not hold, and these seeds are too few to exclude that.",
    ]


def test_families_that_are_not_judged_yet_are_counted() -> None:
    for families, said in (("abc", "1 family is"), ("abcd", "2 families are")):
        assert answer.notes(seen(families=list(families)))[-1] == f"{said} not judged yet: 3 tune runs missing."


def test_four_cautions_are_told_and_the_others_counted() -> None:
    cautions = {name: (Caution(f"text {name}", f"topic {name}", ""),) for name in "abcdef"}
    assert answer.notes(seen(cautions=cautions))[2:] == [
        *(f"Caution, {name}: text {name}." for name in "abcd"),
        "2 more cautions.",
    ]


ONE, TWO = {"noise 0.2": pd.DataFrame()}, {"noise 0.2": pd.DataFrame(), "noise 0.4": pd.DataFrame()}
SAME = ", for new seeds of the same problem."


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (seen(results={"families": 1}), f"the verdict holds, and so does 1 effect{SAME}"),
        (seen("failed failed", {"families": 3}), f"all 3 verdicts hold together, and so do 2 effects{SAME}"),
        (seen("helps helps"), f"both verdicts hold together, and so do 2 effects{SAME}"),
        (seen(""), f"both verdicts hold together{SAME}"),
        (seen("", comparisons=ONE), f"both verdicts hold together, and so do the comparisons of families{SAME}"),
        (
            seen("helps helps", {"effects": effects(L2, "helps helps open")}, comparisons=ONE),
            "both verdicts hold together, and so do 2 effects, 1 difference of effects between families and the "
            f"comparisons of families{SAME}",
        ),
        (
            seen("", {"effects": effects(L2, "open open")}, comparisons=TWO, problems=[*TWO]),
            "both verdicts hold together, and so do 2 differences of effects between families and the comparisons of "
            "families on each problem, for new seeds of the same problems.",
        ),
    ],
)
def test_the_level_is_told_with_all_that_holds_at_it(view: Any, said: str) -> None:
    assert answer.notes(view)[-1] == f"How sure: at 95 % {said}"


def waiting(rows: list[tuple[str, int, int]], knows_tune: bool = True) -> str:
    status = pd.DataFrame(rows, columns=["stage", "failed", "missing"])
    return answer.waiting(SimpleNamespace(results=SimpleNamespace(status=status, knows_tune=knows_tune)))  # type: ignore[arg-type]


def test_what_is_waited_for_is_added_up_by_stage() -> None:
    assert waiting([("tune", 0, 0), ("confirm", 0, 0)]) == "no runs missing"
    assert waiting([("tune", 0, 1), ("confirm", 0, 0)]) == "1 tune run missing"
    racing = waiting([("tune", 1, 3), ("confirm", 0, 2)], knows_tune=False)
    assert racing == "at most 3 tune runs missing, 1 tune run failed, 2 confirm runs missing"
    rows = [("tune", 1, 2), ("confirm", 3, 4), ("effects", 9, 9), ("tune", 10, 20), ("confirm", 30, 40)]
    assert waiting(rows) == "22 tune runs missing, 11 tune runs failed, 44 confirm runs missing, 33 confirm runs failed"


SEARCHED = """
[network]
hidden = [[8], [16, 16]]
[training]
batch = [32, "full"]
[regularization]
l2 = [0, 1e-3]
dropout = [0, 0.1]
[[optimizer]]
name = "adam"
lr = [0.0316228, 0.1]
[[optimizer]]
name = "adam"
label = "other"
lr = [0.03162, 0.0316228]
"""


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (
            {
                "network.hidden": [16, 16],
                "training.batch": "full",
                "regularization.l2": 1e-3,
                "regularization.dropout": 0.1,
            },
            " with hidden 16-16, batch full, L2 0.001, dropout 0.1 and lr 0.0316",
        ),
        (
            {"network.hidden": [8], "training.batch": 32, "regularization.l2": 0, "regularization.dropout": 0.1},
            " with hidden 8, batch 32, dropout 0.1 and lr 0.0316, without L2",
        ),
        (
            {"network.hidden": [8], "training.batch": 32, "regularization.l2": 0, "regularization.dropout": 0},
            " with hidden 8, batch 32 and lr 0.0316, without L2 and dropout",
        ),
    ],
)
def test_what_was_chosen_is_told_by_all_that_was_searched(tmp_path: Path, chosen: dict[str, Any], said: str) -> None:
    assert words(tmp_path, SEARCHED, {**chosen, "optimizer.label": "adam", "optimizer.lr": 0.0316228}) == said


def test_a_value_is_written_as_short_as_tells_it_from_the_others_of_its_own_entry(tmp_path: Path) -> None:
    own = {"optimizer.label": "other", "optimizer.lr": 0.0316228}
    assert "lr 0.031623" in words(tmp_path, SEARCHED, own)


def test_an_optimizer_that_was_searched_is_told_unless_the_family_is_called_like_it(tmp_path: Path) -> None:
    text = 'families = ["network.hidden"]\n' + SEARCHED
    own = {"network.hidden": [8], "optimizer.label": "other", "regularization.l2": 1e-3, "regularization.dropout": 0.1}
    assert words(tmp_path, text, own).startswith(" with other, hidden 8, batch 32,")
    assert words(tmp_path, text, own, "other").startswith(" with hidden 8, batch 32,")


def test_nothing_is_told_where_nothing_was_searched(tmp_path: Path) -> None:
    assert words(tmp_path, '[[optimizer]]\nname = "adam"\n', {}) == ""
    without = '[regularization]\nl2 = [0, 1]\n[[optimizer]]\nname = "adam"\n'
    assert words(tmp_path, without, {"regularization.l2": 0}) == " without L2"


def test_nine_settings_are_told_and_the_others_counted(tmp_path: Path) -> None:
    several = (
        '[network]\nhidden = [[8], [9]]\ninit = ["he", 1]\n[training]\nbatch = [8, 9]\n[regularization]\n'
        "l1 = [0.1, 0]\nl2 = [0.1, 0]\ndropout = [0.1, 0]\n"
        '[[optimizer]]\nname = "adam"\nlr = [0.1, 1]\nbeta1 = [0.8, 0.9]\nbeta2 = [0.8, 0.9]\n'
    )
    nine = " with hidden 8, init he, batch 8, L1 0.1, L2 0.1, dropout 0.1, lr 0.1, beta1 0.8 and beta2 0.8"
    assert words(tmp_path, several, {}) == nine
    ten = nine.replace("beta1 0.8 and beta2 0.8", "beta1 0.8 and 2 others")
    assert words(tmp_path, f"{several}eps = [1e-7, 1e-8]\n", {}) == ten


def test_what_is_left_out_is_told_whole(tmp_path: Path) -> None:
    five = (
        "[regularization]\nl1 = [0, 1]\nl2 = [0, 1]\ndropout = [0, 0.5]\n"
        '[[optimizer]]\nname = "adam"\nbeta1 = [0, 0.9]\nbeta2 = [0, 0.9]\n'
    )
    assert words(tmp_path, five, {}) == " without L1, L2, dropout, beta1 and beta2"


def words(folder: Path, text: str, chosen: dict[str, Any], name: str = "") -> str:
    """What is said of the first configuration with these settings, where all that varies is searched."""
    (folder / "grid.toml").write_text(text)
    grid = load(folder / "grid.toml")
    view: Any = SimpleNamespace(results=SimpleNamespace(grid=grid), varying=grid.varying)
    of_all = ((configuration, configuration.settings.flat()) for configuration in grid.configurations())
    return answer.setting_words(view, next(c for c, flat in of_all if chosen.items() <= flat.items()), name)
