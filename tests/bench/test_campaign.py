"""The loop: what is trained, what is not trained again, what is chosen, and what becomes of failures."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import bench
from bench import campaign
from bench.records import Run
from bench.results import collect, tuned
from bench.statistics import UntilDecided
from bench.store.sqlite import Store
from bench.text import percent
from bench.training import building, training
from bench.training import executors as execution
from bench.training.executors import InProcess
from bench.training.progress import Advance
from bench.training.stacks import stacks_of
from tests.bench.place import Place


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of all runs that are trained in this process, in order."""
    ids: list[str] = []
    train_stack = training.train_stack

    def recording(stack: Any) -> Any:
        ids.extend(run.id for run in stack.runs)
        return train_stack(stack)

    monkeypatch.setattr(execution, "train_stack", recording)
    return ids


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Runs whose ids are put into this list raise when they are trained."""
    ids: list[str] = []
    build = building.build

    def raising(runs: Any) -> Any:
        if any(run.id in ids for run in runs):
            raise MemoryError("no room")
        return build(runs)

    monkeypatch.setattr(building, "build", raising)
    return ids


def test_a_grid_is_trained_once(place: Place, trained: list[str], numbers_of: Any) -> None:
    first = place.train()
    assert len(trained) == len(set(trained)) == 3 * 2 + 2 * 6
    assert set(first.runs["run"]) == set(trained)
    trained.clear()
    again = place.train()
    assert trained == []
    assert numbers_of(again.runs).equals(numbers_of(first.runs))
    assert numbers_of(again.curves).equals(numbers_of(first.curves))


@pytest.mark.parametrize(
    ("edit", "to"),
    [
        ('title = "Which optimizer?"', 'title = "Another title"'),
        ('name = "adam"', 'name = "adam"\nlabel = "mine"'),
        ("accuracy = 0.4", "accuracy = 0.3"),
        ("accuracy = 0.4", "accuracy = 0.4\ntarget = 0.2\nalpha = 0.1\nmargin = 0.1"),
        ("[network]", "[regularization]\nl2 = 0.0\n[network]"),
        ("lr = 0.05", "lr = 5e-2"),
        ("tune = 2\nconfirm = 6", "tune = 2\nconfirm = 4"),
    ],
    ids=lambda text: text.replace("\n", " "),
)
def test_changing_what_determines_no_number_trains_nothing(
    edit: str, to: str, place: Place, trained: list[str]
) -> None:
    place.train()
    trained.clear()
    text = place.grid.read_text()
    assert edit in text
    place.write(text.replace(edit, to))
    assert len(place.train().runs) >= 10
    assert trained == []


def test_growing_an_axis_trains_only_what_is_new(place: Place, trained: list[str]) -> None:
    old = set(place.train().tune["run"])
    trained.clear()
    grown = place.train("optimizer.sgd.lr=[0.1, 0.2, 0.5]", confirm=6)
    new = set(grown.tune["run"]) - old
    assert old < set(grown.tune["run"])
    assert {run for run in trained if int(run.split("-")[1]) < 1_000_000} == new
    assert len(new) == 2


def test_growing_the_seeds_trains_only_what_is_new(place: Place, trained: list[str]) -> None:
    old = set(place.train().runs["run"])
    trained.clear()
    grown = place.train(tune=3, confirm=7)
    assert len(trained) == len(set(trained))
    assert not old & set(trained)
    assert sorted(int(run.split("-")[1]) for run in trained if run in set(grown.tune["run"])) == [2, 2, 2]
    assert len(grown.tune) == 9


def test_two_grids_share_the_runs_they_have_in_common(place: Place, trained: list[str]) -> None:
    first = place.train()
    trained.clear()
    other = place.folder / "other.toml"
    other.write_text(place.grid.read_text().replace('name = "sgd"\nlr = [0.1, 0.5]', 'name = "sgd"\nlr = [0.5, 0.7]'))
    second = bench.run(other, jobs=1, store=place.store)
    shared = set(first.tune["run"]) & set(second.tune["run"])
    assert len(shared) == 4
    assert not shared & set(trained)


def test_a_configuration_that_two_entries_share_is_trained_once_and_counts_for_both(
    place: Place, trained: list[str]
) -> None:
    place.write(place.grid.read_text() + '[[optimizer]]\nname = "adam"\nlabel = "twin"\nlr = [0.05, 0.06]\n')
    results = place.train()
    assert len(trained) == len(set(trained))
    counts = results.tune.groupby("family").size().to_dict()
    assert counts == {"sgd": 4, "adam": 2, "twin": 4}
    assert results.status["missing"].tolist() == [0] * 6
    assert set(results.confirm["family"]) == {"sgd", "adam", "twin"}


def test_a_family_is_confirmed_only_when_all_its_tune_runs_are_done(place: Place, failing: list[str]) -> None:
    [a, *_] = place.load().configurations()
    failing.append(Run(a, 1).id)
    with pytest.warns(
        UserWarning, match="1 run failed; the next `run` tries again; the first, .*: MemoryError: no room"
    ):
        results = place.train()
    assert results.confirm["family"].unique().tolist() == ["adam"]
    assert results.choices["chosen"].tolist() == [False, True]
    assert results.runs["status"].value_counts().to_dict() == {"ok": 5 + 6, "failed": 1}
    [error] = results.runs.loc[results.runs["status"] == "failed", "error"]
    assert error == "MemoryError: no room"
    status = results.status[results.status["family"] == "sgd"].set_index("stage")
    counts = status[["wanted", "done", "failed", "missing"]].to_dict("index")
    assert list(counts["tune"].values()) == [4, 3, 1, 0]
    assert list(counts["confirm"].values()) == [6, 0, 0, 6]


def test_a_run_that_raised_is_tried_again_and_nothing_else(
    place: Place, failing: list[str], trained: list[str], numbers_of: Any
) -> None:
    [a, *_] = place.load().configurations()
    failing.append(Run(a, 1).id)
    with pytest.warns(UserWarning, match="1 run failed"):
        place.train()
    failing.clear()
    trained.clear()
    results = place.train()
    assert trained[0] == Run(a, 1).id
    assert {run.split("-")[1][:2] for run in trained[1:]} == {"10"}  # then the family's confirm runs
    assert len(trained) == 1 + 6
    assert set(results.runs["status"]) == {"ok"}
    clean = place.train(store=place.folder / "clean.sqlite")
    assert numbers_of(results.runs).equals(numbers_of(clean.runs))


def test_fail_fast_stops_at_the_first_failure_and_keeps_its_stack(
    place: Place, failing: list[str], trained: list[str], store: Store
) -> None:
    [a, _, c] = place.load().configurations()
    failing.append(Run(a, 1).id)
    with pytest.raises(bench.RunFailed, match=f"{a.hash}-1 failed: MemoryError: no room"):
        campaign.run(place.load(), store, InProcess(), fail_fast=True)
    assert not any(run.startswith(c.hash) for run in trained)
    assert sorted(store.statuses([a.hash]).values()) == ["failed", "ok"]


def test_a_diverged_run_is_never_trained_again_and_counts(place: Place, trained: list[str]) -> None:
    wild = ["optimizer.sgd.lr=[1e30, 0.1]", "training.epochs=12", "training.checkpoints=4"]
    results = place.train(*wild)
    diverged = results.runs[results.runs["status"] == "diverged"]
    assert diverged["optimizer.lr"].tolist() == [1e30, 1e30]
    assert set(diverged["epochs_run"]) <= {3, 6, 9}
    assert diverged[["test_accuracy", "train_loss", "epochs_to_target", "best_epoch"]].isna().all(axis=None)
    assert results.status["diverged"].sum() == 2
    assert results.status["done"].sum() == 18
    assert results.choices.set_index("family").loc["sgd", "configuration"] == "lr 0.1"
    trained.clear()
    place.train(*wild)
    assert trained == []


def test_the_choice_rests_on_tune_validation_accuracy_alone(place: Place) -> None:
    results = place.train("training.epochs=40", tune=4)
    tune = results.tune[results.tune["family"] == "sgd"]
    order = ["validation_accuracy", "validation_data_loss"]
    best = tune.groupby("configuration")[order].mean().sort_values(order, ascending=[False, True]).index[0]
    assert results.choices.set_index("family").loc["sgd", "configuration"] == best
    assert results.confirm.loc[results.confirm["family"] == "sgd", "configuration"].unique().tolist() == [best]
    assert results.confirm["seed"].min() == 1_000_000
    assert results.tune["seed"].max() == 3


def test_a_changed_choice_leaves_earlier_confirm_runs_in_the_store_but_in_no_table(
    place: Place, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = place.train()
    assert (first.history.judged, first.families) == (2, 2)
    before = first.choices.set_index("family").loc["sgd", "configuration"]
    other = next(c for c in place.load().configurations() if c.family == "sgd" and c.text != before)

    def choosing_the_other(*arguments: Any) -> Any:
        return {**choose(*arguments), "sgd": other}

    choose = tuned._best
    monkeypatch.setattr(tuned, "_best", choosing_the_other)
    second = place.train()
    confirmed = second.confirm[second.confirm["family"] == "sgd"]
    assert confirmed["configuration"].unique().tolist() == [other.text]
    assert (second.history.judged, second.families) == (3, 3)  # the earlier choice was judged on these seeds too
    assert not set(first.confirm.loc[first.confirm["family"] == "sgd", "run"]) & set(second.runs["run"])
    assert len(second.runs) == len(first.runs)
    kept = store.statuses([c.hash for c in place.load().configurations()])
    assert set(first.runs["run"]) | set(second.runs["run"]) == {f"{name}-{seed}" for name, seed in kept}


def test_without_tune_seeds_each_family_has_one_configuration_that_is_judged(place: Place, trained: list[str]) -> None:
    results = place.train("seeds.tune=0", "optimizer.sgd.lr=0.1")
    assert len(trained) == 12
    assert results.tune.empty
    assert results.choices["chosen"].all()
    assert len(results.verdicts) == 2
    assert math.isnan(results.verdicts["tune_mean"].iloc[0])


def test_seeds_are_added_until_every_family_is_decided_or_there_are_enough(place: Place, store: Store) -> None:
    asked = place.load("baseline.accuracy=0.99", "seeds.confirm=5")
    results = campaign.run(asked, store, InProcess(), plan=UntilDecided(60))
    assert 5 <= results.drawn <= 60
    assert results.drawn == 60 or "inconclusive" not in set(results.verdicts["kind"])
    assert len(results.confirm) == 2 * results.drawn
    limited = campaign.run(
        place.load("baseline.accuracy=0.34", "seeds.block=1"), store, InProcess(), plan=UntilDecided(7)
    )
    assert limited.drawn == 7


def test_an_empty_store_gives_empty_frames_with_all_columns(place: Place, store: Store) -> None:
    results = collect(place.load(), store)
    assert results.runs.empty
    assert list(results.runs.columns) == list(place.train().runs.columns)
    assert results.status["missing"].tolist() == [4, 6, 2, 6]
    assert results.choices["chosen"].tolist() == [False, False]
    assert (results.history.judged, results.families) == (0, 2)


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What is said beside the bar: the stage, and the note."""
    said: list[tuple[str, str]] = []

    @contextmanager
    def recording(stage: str, total: int, *, shown: bool) -> Iterator[Advance]:
        yield lambda runs, note="": said.append((stage, note))

    monkeypatch.setattr(campaign, "progress", recording)
    return said


def best_of(results: bench.Results) -> str:
    best = results.summary.sort_values("validation_mean").iloc[-1]
    return f"best so far {percent(best['validation_mean'])}, {best['family']}"


def test_what_is_said_of_a_campaign_counts_what_was_stored_before(place: Place, notes: list[tuple[str, str]]) -> None:
    place.write(
        place.grid.read_text()
        .replace("epochs = 4", "epochs = 300")
        .replace("= 6\nvalidation = 5", "= 60\nvalidation = 50")
    )
    place.train()
    place.write(place.grid.read_text() + '\n[[optimizer]]\nname = "momentum"\nlr = 1e-6\n')
    notes.clear()
    results = place.train()
    assert best_of(results).split(", ")[1] != "momentum"
    assert notes == [("tune", best_of(results)), ("confirm", "3 of 3 families complete")]


def test_each_round_of_a_race_says_to_how_many_seeds_it_goes(place: Place, notes: list[tuple[str, str]]) -> None:
    place.train("seeds.race=true", tune=5)
    first, *between, last = dict.fromkeys(stage for stage, _ in notes)
    assert (first, last) == ("tune to 3 of 5 seeds", "confirm")
    assert between == ["tune to 4 of 5 seeds", "tune to 5 of 5 seeds"]


def test_what_is_said_of_a_campaign_counts_what_others_store(
    place: Place, notes: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process stores all other tune runs just before this one stores its first stack."""
    place.write(place.grid.read_text().replace("hidden = [4]", "hidden = [[4], [5], [6], [7]]"))
    every = [Run(one, seed) for one in place.load().configurations() for seed in range(2)]
    add = Store.add

    def adding(store: Store, results: Any, *arguments: Any, **options: Any) -> None:
        monkeypatch.setattr(Store, "add", add)
        own = {result.run.id for result in results}
        for stack in stacks_of([run for run in every if run.id not in own], 1):
            add(store, training.train_stack(stack), *arguments, **options)
        add(store, results, *arguments, **options)

    monkeypatch.setattr(Store, "add", adding)
    results = place.train()
    assert notes[0] == ("tune", best_of(results))
    assert notes[-1] == ("confirm", "2 of 2 families complete")
