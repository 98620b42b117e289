"""What is on the page without a browser: as much as fits, and sentences that follow from the run."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bench import page
from bench.page import Shown, content, words
from bench.records import Run
from bench.replay.recording import record
from tests.bench.place import Place

LIMIT = 3_000_000


def shown_of(place: Place, *overrides: str) -> Shown:
    return Shown("one", Run(next(place.load(*overrides).configurations()), 0), "0" * 16)


@pytest.mark.parametrize("networks", [1, 2, 4])
@pytest.mark.parametrize("hidden", ["[]", "[8]", "[64]", "[64, 64]", "[128, 128]", "[512]", "[512, 512]"])
def test_weights_fit_whatever_the_network(place: Place, hidden: str, networks: int) -> None:
    run = shown_of(place, f"network.hidden={hidden}").run
    plan = content.plan_of(run, networks)
    count = sum(W.size for W in record(run, 1).layers(np.empty(sum(_sizes(run)), np.float32)))
    bytes_each = np.dtype(plan.precision).itemsize if plan.precision else 0
    assert networks * (plan.frames + 1) * count * bytes_each * 4 / 3 <= content.WEIGHTS
    assert (plan.precision is None) == (hidden == "[512, 512]")


def _sizes(run: Run) -> list[int]:
    widths = run.settings.widths
    return [b * (a + 1) for a, b in pairwise(widths)]


@pytest.mark.parametrize("hidden", ["[64, 64]", "[512]", "[64, 64, 64, 64]"])
def test_four_networks_stay_below_three_megabytes(place: Place, hidden: str, tmp_path: Path) -> None:
    one = shown_of(place, f"network.hidden={hidden}", "training.epochs=120", "optimizer.sgd.lr=0.01")
    page.write([one] * 4, tmp_path / "four.html")
    assert 1_000_000 < (tmp_path / "four.html").stat().st_size < LIMIT


def test_equal_runs_give_equal_pages(place: Place) -> None:
    one = shown_of(place)
    assert page.render([one]) == page.render([one])


def test_what_fits_only_rounded_is_rounded_and_said(place: Place) -> None:
    for hidden, networks, rounded in (("[64]", 4, False), ("[64, 64]", 1, False), ("[64, 64]", 4, True)):
        one = shown_of(place, f"network.hidden={hidden}")
        plan = content.plan_of(one.run, networks)
        said = " ".join(words.of(one, plan, record(one.run, 2))["notes"])
        assert (plan.precision is np.float16) == rounded == ("rounded to 11 bits" in said)


def test_weights_of_any_size_keep_eleven_bits(place: Place) -> None:
    one = shown_of(place)
    recording = record(one.run, 2)
    for size in (1e-20, 1.0, 1e20):
        frames = [replace(frame, weights=(frame.weights * size).astype(np.float32)) for frame in recording.frames]
        plane = content._plane(one.run, np.float16, frames)["plane"]
        assert np.isfinite(plane["scale"])
        largest = max(float(np.abs(frame.weights).max()) for frame in frames)
        assert 0.5 <= largest / plane["scale"] <= 1


def test_it_is_said_what_the_gradients_are_of(place: Place) -> None:
    for overrides, dropped, batches in (
        ((), False, False),
        (("regularization.dropout=0.1", "training.batch=2"), True, True),
    ):
        one = shown_of(place, *overrides)
        said = " ".join(words.of(one, content.plan_of(one.run, 1), record(one.run, 2))["notes"])
        assert ("dropout off" in said) == dropped
        assert ("gradients of its batches" in said) == batches


def test_a_run_of_other_bits_than_stored_is_called_that(place: Place) -> None:
    one = shown_of(place)
    recording = record(one.run, 2)
    stored = replace(one, digest=recording.digest)
    assert words.of(stored, content.plan_of(one.run, 1), recording)["checked"].startswith("bit for bit as stored")
    said = words.of(one, content.plan_of(one.run, 1), recording)["checked"]
    assert said.startswith("not bit for bit as stored")
    assert f"{recording.digest}, and {one.digest} was stored" in said


def test_too_many_weights_for_a_page_are_called_that(place: Place) -> None:
    one = shown_of(place, "network.hidden=[512, 512]", "training.epochs=1")
    told = words.of(one, content.plan_of(one.run, 1), record(one.run, 1))
    assert told["no_regions"] == "No decision regions: this network has more weights than fit on a page."
    assert "more weights than fit" in page.render([one])


def test_of_wide_layers_the_strongest_units_are_shown_and_it_is_said_how_many(place: Place) -> None:
    one = shown_of(place, "network.hidden=[512]")
    recording = record(one.run, 1)
    [units] = content.shown_units(recording)
    out = np.abs(recording.layers(recording.frames[-1].weights)[1][:, :-1].astype(float)).sum(axis=0)
    assert set(units) == set(np.argsort(out)[-12:].tolist())
    [layer] = words.of(one, content.plan_of(one.run, 1), recording)["layers"]
    assert layer["units"].startswith("12 of 512 units")


def test_a_network_without_hidden_layers_has_a_page(place: Place) -> None:
    assert "it is a linear model" in page.render([shown_of(place, "network.hidden=[]")])


def test_losses_that_explode_leave_the_others_their_axis(place: Place) -> None:
    recordings = [record(shown_of(place, f"optimizer.sgd.lr={lr}").run, 5) for lr in (0.01, 1e6)]
    assert np.nanmax(recordings[1].curves["train_loss"]) > 100
    assert content._top_loss(recordings) == float(f"{2 * np.log(3):.3g}")
    alone, both = content._largest_weight(recordings[:1]), content._largest_weight(recordings)
    assert both <= 4.1 * alone
    (_, small), (low, high) = map(content._sizes_of_gradients, (recordings[:1], recordings))
    assert small <= high <= small + 2
    assert 1 <= high - low <= content.DECADES


def test_the_slider_goes_as_far_as_any_training_came(place: Place) -> None:
    """The longer one diverges at once; the shorter one ends where it was to end."""
    wild, short = (
        shown_of(place, f"optimizer.sgd.lr={lr}", f"training.epochs={epochs}") for lr, epochs in ((1e30, 90), (0.1, 9))
    )
    recordings = [record(one.run, 5) for one in (wild, short)]
    numbers = content.of([wild, short], [content.plan_of(wild.run, 2)] * 2, recordings)
    assert (numbers["epochs"][-1], numbers["last"]) == (9, 90)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_huge_weights_are_shown_without_a_warning(place: Place, activation: str) -> None:
    """Warnings are errors here; one step of 1e20 leaves weights that are finite, and products that are not."""
    changed = (f"network.activation='{activation}'", "network.hidden=[4, 3]", "training.epochs=1")
    one = shown_of(place, "optimizer.sgd.lr=1e20", *changed)
    assert record(one.run, 1).frames
    assert f"<code>{one.run.id}</code>" in page.render([one])
