"""Random axes: what is drawn, that it is even and stays what it is, and how it is crossed with lists."""

import copy
import itertools
import os
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from bench.grid import Configuration, Grid, contrasts
from bench.grid.search import RandomAxis, coordinates
from tests.bench.place import TINY, Place

ADAM = """
[regularization]
l2 = {{ loguniform = [1e-6, 1e-1] }}
dropout = [0, 0.1]
[[optimizer]]
name = "sgd"
lr = {{ loguniform = [1e-3, 1] }}
[[optimizer]]
name = "adam"
lr = {{ loguniform = [1e-4, 0.1] }}
beta1 = {{ uniform = [0.5, 0.99] }}
[search]
samples = {samples}
"""
ONE = '[[optimizer]]\nname = "sgd"\n{axis}\n[search]\nsamples = {samples}\n'


def _grid(place: Place, samples: int, text: str = ADAM, **more: Any) -> Grid:
    place.write(text.format(samples=samples, **more))
    return place.load()


def _values(place: Place, axis: str, samples: int) -> list[Any]:
    grid = _grid(place, samples, ONE, axis=axis)
    [values] = [v for axes in (grid.axes, *grid.optimizers.values()) for v in axes.values() if len(v) > 1]
    return list(values)


def test_every_family_has_the_points_and_every_point_all_values_of_lists(place: Place) -> None:
    grid = _grid(place, 5)
    drawn = [(c.family, c.settings.flat()) for c in grid.configurations()]
    assert len(grid) == len(drawn) == 2 * 5 * 2
    for family in ("sgd", "adam"):
        own = [flat for name, flat in drawn if name == family]
        points = [(flat["optimizer.lr"], flat["regularization.l2"], flat.get("optimizer.beta1")) for flat in own]
        assert len(own) == 10
        assert len(set(points)) == 5
        assert points[::2] == points[1::2]  # a point with, and without dropout
        assert [flat["regularization.dropout"] for flat in own] == [0, 0.1] * 5
    assert {flat["regularization.l2"] for _, flat in drawn} == set(grid.axes["regularization.l2"])


@pytest.mark.parametrize(("few", "many"), [(1, 2), (3, 20), (20, 21), (64, 1000)])
def test_more_samples_keep_those_that_there_were(few: int, many: int, place: Place) -> None:
    before, after = ([c.hash for c in _grid(place, n).configurations()] for n in (few, many))
    for family in (slice(0, 2 * few), slice(2 * few, None)):
        start = 0 if family.start == 0 else 2 * many
        assert before[family] == after[start : start + 2 * few]


def test_a_drawn_configuration_has_the_id_that_it_has_where_its_values_are_listed(place: Place) -> None:
    drawn = list(_grid(place, 3).configurations())
    for one in drawn:
        flat = one.settings.flat()
        own = [f"{key} = {flat[f'optimizer.{key}']!r}" for key in ("lr", "beta1") if f"optimizer.{key}" in flat]
        shared = [f"{key} = {flat[f'regularization.{key}']!r}" for key in ("l2", "dropout")]
        lines = ["[regularization]", *shared, "[[optimizer]]", f'name = "{one.family}"', *own]
        place.write("\n".join(lines))
        [listed] = place.load().configurations()
        assert listed.hash == one.hash


def test_nothing_but_names_ends_and_their_order_decides_what_is_drawn(place: Place) -> None:
    expected = {c.hash for c in _grid(place, 4).configurations()}
    other = ADAM.replace('name = "sgd"', 'name = "sgd"\nlabel = "plain"') + (
        "[seeds]\ntune = 3\nconfirm = 4\nblock = 1\n[baseline]\naccuracy = 0.7\n"
    )
    assert {c.hash for c in _grid(place, 4, 'title = "Another?"\n' + other).configurations()} == expected


def test_other_processes_draw_the_same(place: Place) -> None:
    _grid(place, 4)
    program = f"from bench.grid import load; print([c.hash for c in load({str(place.grid)!r}).configurations()])"
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    ).stdout  # fmt: skip
    assert said.strip() == str([c.hash for c in place.load().configurations()])


def test_what_is_drawn_never_changes(place: Place) -> None:
    """Stored runs are found by these values: whoever changes them makes every such grid train anew."""
    rates = [0.0200251, 0.673392, 0.0975583, 0.00505213]
    assert _values(place, "lr = { loguniform = [1e-3, 1] }", 4) == rates
    assert _values(place, "warmup = { uniform = [0, 0.99] }", 3) == [0.0969103, 0.758856, 0.701224]
    assert _values(place, "[training]\nbatch = { loguniform = [8, 256] }", 4) == [52, 10, 36, 249]


@pytest.mark.parametrize("samples", [16, 64])
def test_points_are_as_even_as_a_sobol_sequence_is(samples: int) -> None:
    """Of 2^m points one in each of 2^m equal intervals, along any axis; and of two axes one in each 2^i x 2^(m - i)
    rectangle for all i, which is what makes it a (0, m, 2)-net."""
    first, second = (coordinates(key, i, samples) for i, key in enumerate(("optimizer.lr", "optimizer.momentum")))
    for i in range(samples.bit_length()):
        rows, columns = 2**i, samples // 2**i
        cells = set(zip((first * rows).astype(int), (second * columns).astype(int), strict=True))
        assert len(cells) == samples
    for dimension in range(2, 9):
        assert len(set((coordinates("optimizer.lr", dimension, samples) * samples).astype(int))) == samples


def test_scrambling_is_another_for_every_setting_and_leaves_no_trace_of_the_sequence() -> None:
    """An unscrambled sequence starts at 0 and 1/2, and all settings would have the same in one dimension."""
    keys = [f"optimizer.s{i}" for i in range(400)]
    starts = np.array([coordinates(key, 0, 2) for key in keys])
    assert len(np.unique(starts[:, 0])) == len(keys)
    # Of 400 uniform numbers the mean has a standard error of 0.29 / 20 = 0.0144; five of them around 1/2.
    assert abs(starts[:, 0].mean() - 0.5) < 5 * 0.0144
    assert abs(np.corrcoef(starts.T)[0, 1] + 0.75) < 0.1  # the two lie in different halves, free within them: -3/4


@pytest.mark.parametrize(
    ("axis", "low", "high"),
    [
        ("lr = { loguniform = [1e-3, 1] }", 1e-3, 1),
        ("warmup = { uniform = [0, 0.5] }", 0, 0.5),
        ("lr = { uniform = [0.123456789, 0.123567891] }", 0.123456789, 0.123567891),
        ("[training]\nepochs = { loguniform = [1, 1000000] }", 1, 1000000),
    ],
)
def test_values_stay_between_the_ends_and_are_those_a_person_would_write(
    axis: str, low: float, high: float, place: Place
) -> None:
    values = _values(place, axis, 32)
    assert all(low <= value <= high for value in values)
    assert all(isinstance(value, int) if "epochs" in axis else float(f"{value:.6g}") == value for value in values)


def test_whole_numbers_are_drawn_equally_often_those_at_the_ends_too(place: Place) -> None:
    axes = "lr = { loguniform = [1e-3, 1] }\n[training]\nbatch = { uniform = [1, 4] }"
    grid = _grid(place, 64, ONE, axis=axes)
    assert {value: grid.axes["training.batch"].count(value) for value in (1, 2, 3, 4)} == dict.fromkeys(range(1, 5), 16)


def test_whole_numbers_that_are_drawn_again_are_one_configuration(place: Place) -> None:
    axes = "[training]\nbatch = {{ uniform = [1, {most}] }}"
    for most, different in ((4, 4), (1000, 64)):
        grid = _grid(place, 64, ONE, axis=axes.format(most=most))
        assert len(grid) == different
        assert len({c.hash for c in grid.configurations()}) == len(list(grid.configurations())) == different


def test_a_logarithmic_axis_has_as_many_values_in_every_decade(place: Place) -> None:
    values = np.log10(_values(place, "lr = { loguniform = [1e-4, 1] }", 64))
    assert np.histogram(values, bins=[-4, -3, -2, -1, 0])[0].tolist() == [16] * 4


def test_random_axes_have_no_effects_and_leave_those_of_lists_equal_budgets(place: Place) -> None:
    grid = _grid(place, 6)
    assert grid.effects == ("regularization.dropout",)
    assert grid.random == {"regularization.l2": True, "optimizer.lr": True, "optimizer.beta1": False}
    families = itertools.groupby(grid.configurations(), lambda c: c.family)
    for _, members in families:
        [contrast] = contrasts(grid, list(members))
        assert len(contrast.on) == len(contrast.off) == 6
        assert [_point(c) for c in contrast.on] == [_point(c) for c in contrast.off]


def _point(configuration: Configuration) -> tuple[Any, ...]:
    flat = configuration.settings.flat()
    return flat["optimizer.lr"], flat["regularization.l2"], flat.get("optimizer.beta1")


def test_an_axis_may_be_drawn_for_one_optimizer_and_listed_for_another(place: Place) -> None:
    text = ADAM.replace("lr = {{ loguniform = [1e-4, 0.1] }}\nbeta1 = {{ uniform = [0.5, 0.99] }}", "lr = [0.1, 0.01]")
    counts = {name: len(list(own)) for name, own in itertools.groupby(_grid(place, 5, text).configurations(), _family)}
    assert counts == {"sgd": 10, "adam": 20}


def _family(configuration: Configuration) -> str:
    return configuration.family


def test_options_can_make_an_axis_random(place: Place) -> None:
    options = ["--set", "optimizer.sgd.lr={ loguniform = [1e-3, 1] }", "--set", "search.samples=3", "--name", "drawn"]
    done = place.cli("run", place.grid, "--dry-run", *options)
    assert (done.code, done.err) == (0, "")
    assert "sgd: 3 configurations" in done.out
    assert "lr = loguniform from 0.001 to 1, 3 values" in done.out


def test_a_random_axis_survives_being_copied_and_sent(place: Place) -> None:
    axis = _grid(place, 4).axes["regularization.l2"]
    assert isinstance(axis, RandomAxis)
    for other in (copy.deepcopy(axis), pickle.loads(pickle.dumps(axis))):
        assert (other, other.distribution) == (axis, axis.distribution)


def test_more_samples_train_what_is_new_alone_and_the_report_draws_them(place: Place) -> None:
    place.write(TINY.replace("lr = [0.1, 0.5]", "lr = { loguniform = [0.01, 1] }") + "[search]\nsamples = 2\n")
    few = place.train()
    assert "Dots: single configurations." in few.report(place.reports).read_text()  # too few for a curve
    before = few.runs
    results = place.train("search.samples=12", name="more")
    after = results.runs[results.runs["stage"] == "tune"]
    kept = before.loc[before["stage"] == "tune", "run"]
    assert len(kept) == 2 * (2 + 1)  # seeds, of sgd's points and of adam
    assert len(after) == 2 * (12 + 1)
    assert set(kept) <= set(after["run"])
    assert results.report(place.reports).with_name("figures").joinpath("random-axes.svg").exists()
