"""Races of a grid: a function of what is stored, whoever trained it, in whatever order, and how often it was ended."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bench
from bench import campaign
from bench.records import Run
from bench.report.answer import waiting
from bench.report.document import Paragraph
from bench.report.remarks import lacking_sentence
from bench.report.sections.tuning import _dropped
from bench.report.view import view_of
from bench.results import Results, collect
from bench.results.races import saving
from bench.statistics.counting import KEYS
from bench.statistics.racing import FIRST, Race, rounds
from bench.store.sqlite import Store
from bench.text import percent
from bench.training import building, stacks
from bench.training.executors import InProcess, chosen
from tests.bench.place import Place
from tests.bench.test_several_drivers import contents, drive

GRID = """
title = "Which optimizer, with dropout or without?"

[problem]
name = "blobs"
train = 20
validation = 100
test = 50

[network]
hidden = [8]

[training]
epochs = 15
checkpoints = 2

[regularization]
dropout = [0, 0.9]

[[optimizer]]
name = "sgd"
lr = [1e-6, 1e-5, 0.3, 1, 1e30]

[[optimizer]]
name = "adam"
lr = [1e-6, 0.1, 0.2]

[seeds]
tune = 9
confirm = 3
race = true

[baseline]
accuracy = 0.4
"""
COUNT = 16  # configurations
ALL = COUNT * 9  # tune runs


@pytest.fixture
def place(place: Place) -> Place:
    place.write(GRID)
    return place


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bench.Results:
    """The race from its beginning to its end."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "tiny.toml").write_text(GRID)
    return bench.run(folder / "tiny.toml", jobs=1, store=folder / "runs.sqlite", progress=False)


def tune_runs(results: Results) -> list[str]:
    return results.tune["run"].tolist()


def test_a_race_chooses_what_all_runs_choose_and_trains_fewer(
    place: Place, whole: bench.Results, numbers_of: Any
) -> None:
    """On a store that has all runs it is the same race: only its own count."""
    full = place.train("seeds.race=false")
    assert len(full.tune) == ALL
    assert len(whole.tune) < 0.8 * ALL
    assert whole.tuned.best == full.tuned.best
    assert whole.tuned.sides == full.tuned.sides
    assert numbers_of(whole.confirm).equals(numbers_of(full.confirm))
    of_all = place.train()
    assert numbers_of(of_all.tune).equals(numbers_of(whole.tune))
    assert of_all.tuned.best == whole.tuned.best
    assert len(of_all.runs) == len(whole.runs)


def test_the_store_has_what_belongs_to_the_race_and_nothing_else(place: Place, whole: bench.Results) -> None:
    with Store(whole.store) as store:
        stored = store.statuses(c.hash for c in place.load().configurations())
    assert {f"{name}-{seed}" for name, seed in stored} == set(whole.runs["run"])


def test_what_a_race_leaves_out_is_not_missing(place: Place, whole: bench.Results) -> None:
    results, store = whole, ("--store", whole.store)
    counts = results.tune.groupby(KEYS).size()
    assert {FIRST, 9} <= set(counts) <= set(rounds(9))
    assert results.lacking == 0
    tune = results.status[results.status["stage"] == "tune"]
    assert tune["wanted"].sum() == tune["done"].sum() == len(results.tune)
    status = place.cli("status", place.grid, *store).out
    assert f"\nthe race leaves out {ALL - len(results.tune)} of {ALL} tune runs\n0 runs to go" in status
    dry = place.cli("run", place.grid, "--dry-run", *store).out
    assert f"\ntune runs: {len(results.tune)} cached, 0 new;" in dry
    assert f"\nthe race leaves out {ALL - len(results.tune)} of {ALL} tune runs\n" in dry


def test_each_side_of_an_effect_has_its_best(place: Place, whole: bench.Results) -> None:
    counts = whole.tune.groupby(KEYS).size().to_dict()
    assert len(whole.tuned.effects) == 2
    for effect in whole.tuned.effects:
        for side in (effect.on, effect.off):
            assert side
            assert counts[side.family, side.text] == 9
    with Store(whole.store) as store:
        without = collect(place.load("effects=[]"), store)
    assert without.lacking == 0
    assert len(without.tune) < len(whole.tune)


def test_a_dry_run_says_how_much_a_race_may_leave_out(place: Place) -> None:
    least = COUNT * FIRST + 4 * (9 - FIRST)  # with and without dropout, of two optimizers
    dry = place.cli("run", place.grid, "--dry-run").out
    assert "\nup to 9 tune seeds each, " in dry
    assert f"\ntune runs: 0 cached, at most {ALL} new;" in dry
    assert f"\nthe race leaves out up to {ALL - least} of {ALL} tune runs\n" in dry
    assert "\n  race = true\n" in dry
    short = place.cli("run", place.grid, "--dry-run", "--tune", str(FIRST), "--name", "short").out
    assert f"\nthe race leaves out 0 of {COUNT * FIRST} tune runs\n" in short
    assert f"\ntune runs: 0 cached, {COUNT * FIRST} new;" in short


def test_what_a_race_leaves_out_lies_between_what_it_did_already_and_what_it_may_yet() -> None:
    """One of three is out after 3 seeds, and of the two that have 4 one goes on: 3 + 4 + 9 of 27 runs at the least."""
    begun = Race(np.array([3, 4, 4]), np.array([False, True, True]), total=9, ended=False)
    assert saving([begun]) == "the race leaves out 6 to 11 of 27 tune runs"
    ended = Race(np.array([3, 4, 9]), np.array([False, False, True]), total=9, ended=True)
    assert saving([begun, ended]) == "the race leaves out 17 to 22 of 54 tune runs"
    assert saving([ended]) == "the race leaves out 11 of 27 tune runs"


def test_races_are_the_same_whatever_stacks_and_jobs(
    place: Place, whole: bench.Results, monkeypatch: pytest.MonkeyPatch, numbers_of: Any
) -> None:
    monkeypatch.setattr(stacks, "runs_per_stack", lambda settings: 2)
    assert numbers_of(place.train(jobs=2).runs).equals(numbers_of(whole.runs))


def test_a_race_on_a_cluster_is_the_same(place: Place, whole: bench.Results, numbers_of: Any) -> None:
    pytest.importorskip("distributed", reason="Dask's package distributed is not installed")
    with Store(place.store, create=True) as store, chosen("dask", jobs=2) as executor:
        results = campaign.run(place.load(), store, executor, progress=False)
    assert numbers_of(results.runs).equals(numbers_of(whole.runs))


def test_points_drawn_at_random_race_on_each_problem_and_more_of_them_train_nothing_twice(
    place: Place, numbers_of: Any
) -> None:
    """A race of more points is another one, whatever the race of fewer has stored."""
    rates = GRID.replace("[1e-6, 1e-5, 0.3, 1, 1e30]", "{ loguniform = [1e-6, 1] }")
    place.write(rates.replace("[1e-6, 0.1, 0.2]", "{ loguniform = [1e-6, 0.2] }"))
    problems = 'problem=[{name="blobs",train=20,test=50},{name="moons",train=20,test=50}]'
    few = place.train(problems, "search.samples=3", "effects=[]", name="few")
    more = place.train(problems, "search.samples=6", "effects=[]", name="more")
    fresh = place.folder / "fresh.sqlite"
    alone = place.train(problems, "search.samples=6", "effects=[]", name="alone", store=fresh, jobs=2)
    assert numbers_of(more.runs).equals(numbers_of(alone.runs))
    assert more.lacking == 0
    assert len(more.tuned.best) == 4
    dropped = {family for family, _ in more.tuned.dropped}
    assert {"sgd, blobs", "adam, moons"} <= dropped
    with Store(place.store) as store:
        stored = {f"{name}-{seed}" for name, seed in store.statuses(c.hash for c in more.tuned.configurations)}
    assert stored == set(few.runs["run"]) | set(alone.runs["run"])


def test_drivers_divide_a_race_and_each_has_all_of_it(place: Place, whole: bench.Results) -> None:
    own = drive(place.grid, place.store, 2)
    trained = [run for runs in own for run in runs]
    assert len(trained) == len(set(trained))
    assert contents(place.store) == contents(Path(whole.store))


def test_a_driver_that_finds_all_trained_by_another_at_any_moment_has_all_of_it(
    place: Place, whole: bench.Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = campaign.lacking

    def after_another(store: Store, *arguments: Any) -> Any:
        with Store(whole.store) as other:
            store.merge(other)
        return lacking(store, *arguments)

    monkeypatch.setattr(campaign, "lacking", after_another)
    assert place.train().tuned.best == whole.tuned.best


class Ended(Exception):
    """Somebody pulls the plug."""


@pytest.mark.parametrize("stacks_until", [1, 7])
def test_a_race_that_was_ended_goes_on_where_it_was(
    place: Place, stacks_until: int, whole: bench.Results, numbers_of: Any
) -> None:
    class Ending(InProcess):
        """Trains so many stacks."""

        left = stacks_until

        def train(self, stacks: Any) -> Any:
            for results in super().train(stacks):
                yield results
                self.left -= 1
                if not self.left:
                    raise Ended

    with Store(place.store, create=True) as store, pytest.raises(Ended):
        campaign.run(place.load(), store, Ending(), progress=False)
    with Store(place.store) as store:
        before = collect(place.load(), store)
    said = place.cli("status", place.grid).out
    assert f"\nat most {before.lacking} runs to go; time left: at most about " in said
    racing = before.summary[[key not in before.tuned.dropped for key in before.summary[KEYS].itertuples(False, None)]]
    assert f"\nbest so far, by mean validation accuracy: {percent(racing['validation_mean'].max())} on " in said
    dropped = {one.hash for one in before.tuned.configurations if (one.family, one.text) in before.tuned.dropped}
    assert dropped.isdisjoint(campaign._means(before.tuned, ()))
    tune = int(before.status.loc[before.status["stage"] == "tune", "missing"].sum())
    assert waiting(view_of(before)).startswith(f"at most {tune} tune runs missing, ")
    assert lacking_sentence(before) == f"at most {before.lacking} runs are still to be trained"
    assert 0 < len(before.tune) < len(whole.tune)
    assert set(tune_runs(before)) <= set(tune_runs(whole))
    assert before.lacking >= len(whole.runs) - len(before.runs)
    resumed = place.train()
    assert numbers_of(resumed.runs).equals(numbers_of(whole.runs))


def test_growing_the_seeds_continues_the_race(place: Place, whole: bench.Results, numbers_of: Any) -> None:
    few = place.train(tune=5)
    more = place.train()
    assert numbers_of(more.tune).equals(numbers_of(whole.tune))
    assert set(tune_runs(few)) < set(tune_runs(more))


def test_what_is_stored_of_a_race_is_not_missing_while_what_joined_it_is(place: Place) -> None:
    place.write(GRID.replace("[1e-6, 0.1, 0.2]", "[1e-6, 0.1]"))
    stored = len(place.train().tune)
    place.write(GRID)
    with Store(place.store) as store:
        status = collect(place.load(), store).status
    tune = status[status["stage"] == "tune"].set_index("family")
    assert tune["done"].sum() == stored
    new, more = int(tune["missing"].sum()), int(status["missing"].sum())
    assert tune.at["sgd", "missing"] == 0
    assert f"\ntune runs: {stored} cached, at most {new} new;" in place.cli("run", place.grid, "--dry-run").out
    assert f"\nat most {more} runs to go" in place.cli("status", place.grid).out


def test_a_run_that_fails_halts_its_family_and_the_next_command_goes_on(
    place: Place, whole: bench.Results, monkeypatch: pytest.MonkeyPatch, numbers_of: Any
) -> None:
    best = whole.tuned.best["adam"]
    build, failing, tried = building.build, Run(best, 4).id, []

    def raising(runs: Any) -> Any:
        if any(run.id == failing for run in runs):
            tried.append(len(runs))
            raise MemoryError("no room")
        return build(runs)

    with monkeypatch.context() as patched:
        patched.setattr(building, "build", raising)
        with pytest.warns(UserWarning, match="1 run failed"):
            results = place.train()
    assert tried.count(1) == 1  # alone, once
    assert list(results.tuned.best) == ["sgd"]
    assert results.tune.loc[results.tune["family"] == "adam", "seed"].max() == 4
    assert results.lacking > 1
    assert numbers_of(place.train().runs).equals(numbers_of(whole.runs))


def test_an_entry_that_shares_configurations_has_a_race_of_its_own(place: Place) -> None:
    twin = '[[optimizer]]\nname = "adam"\nlabel = "twin"\nlr = [1e-6, 1e-7]\n\n[seeds]'
    place.write(GRID.replace("[seeds]", twin))
    results = place.train()
    assert results.lacking == 0
    counts = results.tune.groupby(KEYS).size().to_dict()
    assert counts["adam", "dropout 0, lr 1e-06"] < 9
    assert counts["twin", "dropout 0, lr 1e-06"] == 9  # it is the best there
    assert set(results.tuned.best) == {"sgd", "adam", "twin"}


def test_the_option_races_whatever_the_file_says_and_has_a_report_of_its_own(
    place: Place, whole: bench.Results
) -> None:
    place.write(GRID.replace("race = true", "race = false"))
    done = place.cli("run", place.grid, "--race", "--jobs", "1", "--quiet")
    assert done.code == 0, done.err
    text = (place.reports / "tiny-race" / "report.md").read_text()
    assert f"run {place.grid} --race --store" in text
    with Store(place.store) as store:
        assert len(collect(place.load(race=True), store).tune) == len(whole.tune)
        assert collect(place.load(), store).lacking > 0
    assert bench.load(place.grid, store=place.store, race=True).lacking == 0


def test_what_lacks_seeds_without_a_race_was_not_dropped_by_one(place: Place, whole: bench.Results) -> None:
    assert view_of(whole).searched["dropped"].sum() == len(whole.tuned.dropped) > 0
    place.write(GRID.replace("race = true", "race = false"))
    unfinished = place.load(tune=12)
    with Store(whole.store) as store:
        results = collect(unfinished, store)
    assert results.summary["n"].nunique() > 1
    assert not view_of(results).searched["dropped"].any()


@pytest.mark.parametrize("cells", [True, False])
def test_a_report_speaks_of_dotted_cells_beside_heatmaps_only(whole: bench.Results, cells: bool) -> None:
    (paragraph,) = _dropped(view_of(whole), cells=cells)
    assert isinstance(paragraph, Paragraph)
    assert ("a cell is dotted" in paragraph.text) == cells


def test_changing_the_claim_or_its_level_races_the_same_race(place: Place, whole: bench.Results) -> None:
    with Store(whole.store) as store:
        other = collect(place.load("baseline.alpha=0.2", "baseline.accuracy=0.5", "baseline.margin=0.2"), store)
    assert other.tune["run"].equals(whole.tune["run"])
