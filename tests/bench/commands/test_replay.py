"""`bench replay` and `bench verify`: runs trained again agree with the store."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pandas as pd
import pytest

from bench.results import Results
from bench.statistics.counting import counted_accuracy
from tests.bench.place import Outcome, Place


def test_replay_and_verify_agree_with_the_store(place: Place) -> None:
    name = place.train().runs["run"][0]
    outcome = place.cli("replay", name)
    assert (outcome.code, outcome.out.splitlines()[0]) == (0, f"{name}: ok, as stored, bit for bit")
    outcome = place.cli("verify", place.grid, "--sample", "1000")
    assert (outcome.code, outcome.out.splitlines()[-1]) == (0, "18 of 18 runs agree with the store")


def replayed(outcome: Outcome) -> list[str]:
    """The ids of the runs that were trained again, each of which agrees."""
    assert outcome.code == 0, outcome.err
    return re.findall("^(.+): ok, as stored, bit for bit$", outcome.out, re.M)


def confirmed(results: Results, family: str) -> pd.DataFrame:
    """A family's confirm runs, the worst first."""
    own = results.confirm[results.confirm["family"] == family]
    return own.assign(test=counted_accuracy(own)).sort_values(["test", "seed"], ignore_index=True)


def test_a_family_is_replayed_by_its_median_run_its_worst_or_that_of_a_seed(place: Place) -> None:
    results = place.train()
    runs = confirmed(results, "sgd")
    for option, row in (([], 2), (["--median"], 2), (["--worst"], 0)):  # of six, the lower of the two in the middle
        assert replayed(place.cli("replay", place.grid, "sgd", *option)) == [runs["run"][row]]
    for seed in (runs["seed"][4], 1):
        [name] = replayed(place.cli("replay", place.grid, "sgd", "--seed", str(seed)))
        assert name == f"{results.tuned.best['sgd'].hash}-{seed}"


def test_options_may_stand_between_the_words(place: Place) -> None:
    place.train()
    asked = (
        ["tiny.toml", "adam", "sgd", "--worst"],
        ["tiny.toml", "--worst", "adam", "sgd"],
        ["--worst", "tiny.toml", "adam", "sgd"],
    )
    runs = [replayed(place.cli("replay", *words)) for words in asked]
    assert len(runs[0]) == 2
    assert runs[0] == runs[1] == runs[2]


def test_it_is_said_why_it_is_this_run(place: Place) -> None:
    results = place.train()
    worst = confirmed(results, "adam").iloc[0]
    said = place.cli("replay", place.grid, "adam", "--worst").out.splitlines()[0]
    percent = f"{100 * worst['test']:.1f} %"
    assert said.startswith("adam")
    assert said.endswith(f": seed {worst['seed']}, the worst of 6 confirm runs ({percent})")


def test_a_run_that_diverged_counts_at_chance(place: Place) -> None:
    place.train("optimizer.sgd.lr=1e30", "families=['optimizer']", name="wild")
    options = ("--set", "optimizer.sgd.lr=1e30", "--name", "wild")
    outcome = place.cli("replay", place.grid, "sgd", "--worst", *options)
    assert outcome.code == 0
    assert "the worst of 6 confirm runs (33.3 %, chance, as it diverged)" in outcome.out


def test_where_best_weights_are_judged_it_is_by_them(place: Place) -> None:
    options = ("--set", "baseline.weights='best'", "--set", "training.epochs=40", "--set", "training.checkpoints=20")
    results = place.train(*options[1::2], name="best")
    worst = confirmed(results, "adam").iloc[0]
    said = place.cli("replay", place.grid, "adam", "--worst", *options).out.splitlines()[0]
    accuracy = f"{100 * worst['test_accuracy_at_best']:.1f} %"
    assert said.endswith(
        f"the worst of 6 confirm runs ({accuracy} with its best weights, of epoch {worst['best_epoch']:.0f})"
    )


def test_all_families_are_replayed_where_none_is_named_and_each_once(place: Place) -> None:
    results = place.train()
    middle = [confirmed(results, family)["run"][2] for family in ("sgd", "adam")]
    assert replayed(place.cli("replay", place.grid)) == middle
    assert replayed(place.cli("replay", place.grid, "adam", "sgd", "adam")) == middle[::-1]
    assert replayed(place.cli("replay", *middle)) == middle


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "expected the id of a run, or a grid file and families of it"),
        (["tiny.toml", "adm"], """'adm': no family of tiny.toml; expected "sgd" and "adam"; did you mean "adam"?"""),
        (["tiny.toml", "adam", "--seed", "7"], "is stored; expected one of 0 to 1 and 1000000 to 1000005"),
        (["tiny.tml"], "run 'tiny.tml': not in the store"),
        (["tinny.toml"], "tinny.toml: 1 fault\n  no such file"),
        (["0-0", "--worst"], "--worst: is about a grid, and '0-0' is no grid file"),
        (["0-0", "--by", "optimizer"], "--by: is about a grid, and '0-0' is no grid file"),
        (["tiny.toml", "--animate", "adam", "sgd"], "--animate adam: expected FILE.gif, or families followed by --to"),
        (["tiny.toml", "--to", "a.gif"], "--to a.gif: says where --animate writes"),
        (
            ["tiny.toml", "--animate", "adam", "--to", "a.png"],
            "a.png: expected a file in an existing folder, ending with",
        ),
        (["tiny.toml", "--figure", "a.svg"], "a.svg: expected one run, and 2 are asked for: sgd, adam"),
        (["tiny.toml", "--weights", "a.npz"], "a.npz: expected one run, and 2 are asked for: sgd, adam"),
    ],
    ids=str,
)
def test_what_cannot_be_replayed_is_refused(place: Place, words: list[str], said: str) -> None:
    place.train()
    before = place.files()
    outcome = place.cli("replay", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert place.files() == before


def test_a_family_that_is_not_confirmed_yet_is_told_with_the_command_that_confirms_it(place: Place) -> None:
    place.train()
    outcome = place.cli("replay", place.grid, "adam", "--tune", "3")
    assert outcome.code == 2
    assert "'adam': the confirm runs of its best are not stored; to train them: " in outcome.err
    assert "run" in outcome.err


def test_families_are_animated_side_by_side_in_each_way_to_say_it(place: Place) -> None:
    results = place.train()
    middle = [confirmed(results, family)["run"][2] for family in ("adam", "sgd")]
    ways = [
        ("tiny.toml", "--animate", "adam", "sgd", "--to", "race.gif"),
        ("tiny.toml", "adam", "sgd", "--animate", "race.gif"),
        ("--animate", "race.gif", "tiny.toml", "adam", "sgd"),
    ]
    pictures = set()
    for way in ways:
        outcome = place.cli("replay", *way)
        assert replayed(outcome) == middle
        assert outcome.out.splitlines()[-1] == "written: race.gif"
        pictures.add((place.folder / "race.gif").read_bytes())
    assert len(pictures) == 1


def test_no_more_are_animated_than_fit_side_by_side(place: Place) -> None:
    ids = place.train().runs["run"][:5]
    outcome = place.cli("replay", *ids, "--animate", "race.gif")
    assert (outcome.code, outcome.out) == (2, "")
    assert "race.gif: expected at most 4 runs, and 5 are asked for: " in outcome.err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_full_disk_leaves_the_old_animation_and_nothing_half_written(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.train()
    place.write(b"old", "race.gif")
    before = place.files()

    def into_a_full_disk(films: object, path: Path) -> None:
        path.write_bytes(b"half")
        Path("/dev/full").write_bytes(b"more")

    monkeypatch.setattr("bench.figures.animate", into_a_full_disk)
    outcome = place.cli("replay", place.grid, "adam", "--animate", "race.gif")
    assert outcome.code == 2
    assert "race.gif: cannot be written: No space left on device" in outcome.err
    assert (place.files(), (place.folder / "race.gif").read_bytes()) == (before, b"old")
