"""Expansion: what runs a grid stands for, what they are called, and what their ids depend on."""

import itertools
import tracemalloc
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from bench.grid import CONFIRM_FROM, Baseline, Grid, Seeds
from bench.grid.components import RULES
from bench.grid.domains import Choice, Flag, plain
from bench.grid.identity import configuration_hash
from bench.grid.table import Key, optimizer_settings, problem_settings, restored, shared_settings
from bench.records import Run, stage_of
from bench.text import written
from tests.bench.place import Place

SHARED = (*problem_settings("spiral"), *shared_settings())
OPTIMIZERS = {name: optimizer_settings(name, ["inverse"]) for name in RULES}
DEFAULTS = {setting.key: (setting.default,) for setting in SHARED}


def _grid(axes: Any = (), families: Any = ("optimizer",), **entries: Any) -> Grid:
    """A grid of defaults but for these axes; entries by label: the axes of an optimizer."""
    rules = {
        label: {setting.key: (setting.default,) for setting in OPTIMIZERS[entry.get("optimizer.name", ("sgd",))[0]]}
        | entry
        for label, entry in (entries or {"sgd": {}}).items()
    }
    seeds, baseline = Seeds(2, 3), Baseline(0.85, 0.85, 0.05, 0.01)
    shared = DEFAULTS | dict(axes)
    problem = {key: shared.pop(key) for key in [*shared] if key.startswith("problem.")}
    return Grid("name", "title", tuple(families), {"spiral": problem}, shared, rules, seeds, baseline)


def _only(grid: Grid) -> str:
    [configuration] = grid.configurations()
    return configuration.hash


def test_the_grid_is_the_product_of_all_axes_in_grid_order(place: Place) -> None:
    place.write(
        "[regularization]\nl2 = [0, 1e-4]\ndropout = [0.1, 0]\n"
        '[[optimizer]]\nname = "sgd"\nlr = [1, 0.5]\n[[optimizer]]\nname = "adam"\n'
    )
    grid = place.load()
    assert [(c.family, c.text) for c in grid.configurations()] == [
        ("sgd", "l2 0, dropout 0.1, lr 1"),
        ("sgd", "l2 0, dropout 0.1, lr 0.5"),
        ("sgd", "l2 0, dropout 0, lr 1"),
        ("sgd", "l2 0, dropout 0, lr 0.5"),
        ("sgd", "l2 0.0001, dropout 0.1, lr 1"),
        ("sgd", "l2 0.0001, dropout 0.1, lr 0.5"),
        ("sgd", "l2 0.0001, dropout 0, lr 1"),
        ("sgd", "l2 0.0001, dropout 0, lr 0.5"),
        ("adam", "l2 0, dropout 0.1, lr 0.001"),
        ("adam", "l2 0, dropout 0, lr 0.001"),
        ("adam", "l2 0.0001, dropout 0.1, lr 0.001"),
        ("adam", "l2 0.0001, dropout 0, lr 0.001"),
    ]
    assert len(grid) == 12
    assert grid.family_count == 2


REALS = st.lists(st.sampled_from([0.0, 1e-4, 0.1, 1 / 3, 0.5]), min_size=1, max_size=3, unique=True).map(tuple)


@settings(max_examples=40)
@given(data=st.data())
def test_every_point_comes_once_and_has_a_text_of_its_own(data: st.DataObject) -> None:
    axes = {
        key: data.draw(REALS)
        for key in ("regularization.l1", "regularization.l2", "regularization.dropout", "problem.noise")
    }
    axes["network.hidden"] = data.draw(st.sampled_from([((),), ((4,), (4, 4)), ((1, 2), (12,), ())]))
    names = data.draw(st.lists(st.sampled_from([*OPTIMIZERS]), min_size=1, max_size=3))
    entries = {
        f"{name} {i}": {"optimizer.name": (name,), "optimizer.lr": (0.1 + i, 1.1 + i)} for i, name in enumerate(names)
    }
    families = data.draw(st.permutations(["optimizer", "regularization.dropout", "optimizer.lr", "network.hidden"]))
    grid = _grid(axes, families[: data.draw(st.integers(1, 4))], **entries)
    points = list(grid.configurations())
    assert len(points) == len(grid) == len({(c.family, c.text) for c in points})
    assert len({c.family for c in points}) == grid.family_count
    expected = [
        {**dict(zip(rest, map(plain, values), strict=True)), "optimizer.label": label}
        for label, entry in grid.optimizers.items()
        for rest in [{**grid.problems["spiral"], **grid.axes, **entry}]
        for values in itertools.product(*rest.values())
    ]
    assert [c.settings.flat() for c in points] == expected
    assert all(c.hash == configuration_hash(c.settings) for c in points)


def test_a_family_is_an_optimizer_entry_unless_told_otherwise(place: Place) -> None:
    axes = {"regularization.dropout": (0.0, 0.1), "regularization.l2": (0.0, 0.1)}
    two = {"a": {"optimizer.lr": (0.1, 0.2)}, "b": {}}
    assert Counter(c.family for c in _grid(axes, **two).configurations()) == {"a": 8, "b": 4}


def test_families_may_be_the_values_of_an_axis() -> None:
    axes = {"regularization.dropout": (0.0, 0.1), "regularization.l2": (0.0, 0.1)}
    two = {"a": {"optimizer.lr": (0.1, 0.2)}, "b": {}}
    grid = _grid(axes, ["regularization.dropout"], **two)
    assert Counter(c.family for c in grid.configurations()) == {"dropout 0": 6, "dropout 0.1": 6}
    assert [c.text for c in grid.configurations()][:2] == ["a, l2 0, lr 0.1", "a, l2 0, lr 0.2"]
    both = _grid(axes, ["optimizer", "regularization.dropout"], **two)
    assert [*dict.fromkeys(c.family for c in both.configurations())] == [
        "a, dropout 0",
        "a, dropout 0.1",
        "b, dropout 0",
        "b, dropout 0.1",
    ]


def test_axes_of_the_problem_always_split_families() -> None:
    grid = _grid({"problem.noise": (0.1, 0.2), "regularization.l2": (0.0, 0.1)})
    assert Counter(c.family for c in grid.configurations()) == {"sgd, noise 0.1": 2, "sgd, noise 0.2": 2}
    assert grid.family_count == 2
    named = _grid({"problem.noise": (0.1, 0.2)}, ["problem.noise"])
    assert [c.family for c in named.configurations()] == ["noise 0.1", "noise 0.2"]


def test_an_axis_that_only_some_entries_have_splits_those_alone() -> None:
    own = {"optimizer.name": ("momentum",), "optimizer.momentum": (0.5, 0.9)}
    grid = _grid((), ["optimizer", "optimizer.momentum"], a=own, b={})
    assert [c.family for c in grid.configurations()] == ["a, momentum 0.5", "a, momentum 0.9", "b"]
    assert grid.family_count == 3


def test_a_million_runs_are_expanded_lazily() -> None:
    values = tuple(i / 1000 for i in range(100))
    grid = _grid({"regularization.l1": values, "regularization.l2": values}, sgd={"optimizer.lr": (*values[1:], 1.0)})
    assert len(grid) == 1_000_000
    tracemalloc.start()
    try:
        first = list(itertools.islice(grid.configurations(), 1000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len({c.hash for c in first}) == 1000
    assert peak < 5e6  # a thousand configurations are 2 MB; a million would be 2 GB


def test_stages_follow_from_the_seed_and_never_meet() -> None:
    seeds = Seeds(tune=1_000_000, confirm=5)
    assert {stage_of(seed) for seed in (seeds.for_tuning[0], seeds.for_tuning[-1])} == {"tune"}
    assert [stage_of(seed) for seed in seeds.for_confirming] == ["confirm"] * 5
    assert seeds.for_confirming[0] == CONFIRM_FROM == 1_000_000
    assert Seeds(0, 1).for_tuning == range(0)


def test_run_ids_are_what_they_always_were() -> None:
    """Golden: an id that changes by accident makes every stored run unfindable. Raise nn.NUMERICS on purpose only."""
    assert nn.NUMERICS == 2
    [configuration] = _grid().configurations()
    assert Run(configuration, 3).id == "5efc37a66e8cffdc-3"
    every = {
        "optimizer.name": ("momentum",),
        "optimizer.lr": (0.3,),
        "optimizer.schedule": ("inverse",),
        "optimizer.decay": (5e-7,),
    }
    axes = {
        "network.hidden": ((64, 32),),
        "network.init": (0.01,),
        "training.batch": (32,),
        "regularization.biases": (True,),
    }
    assert _only(_grid(axes, mine=every)) == "dcca3d7a3b48a4fd"


def test_values_written_in_other_ways_are_one_run(place: Place) -> None:
    texts = ["lr = 1", "lr = 1.0", "lr = 1e0", "lr = 0.1e1", "lr = +1", "lr = [1]", ""]
    epochs_as = [
        "epochs = 1000",
        "epochs = 1000.0",
        "epochs = 1e3",
        "epochs = 1_000",
        "epochs = 0x3E8",
        "epochs = [1e3]",
        "",
    ]
    hashes = set()
    for lr, epochs in zip(texts, epochs_as, strict=True):
        place.write(f'[training]\n{epochs}\n[[optimizer]]\nname = "sgd"\n{lr}\n')
        hashes.add(_only(place.load()))
    assert len(hashes) == 1


def test_a_range_ends_where_it_says_and_its_values_are_those_a_person_would_write(place: Place) -> None:
    place.write('[[optimizer]]\nname = "sgd"\nlr = { log = [1e-3, 1], count = 7 }\n')
    by_hand = [0.001, 0.00316228, 0.01, 0.0316228, 0.1, 0.316228, 1.0]
    assert list(place.load().optimizers["sgd"]["optimizer.lr"]) == by_hand
    place.write('[problem]\ntrain = { linear = [10, 50], count = 5 }\n[[optimizer]]\nname = "sgd"\n')
    assert place.load().problems["spiral"]["problem.train"] == (10, 20, 30, 40, 50)


def test_an_override_may_have_words_without_the_quotes_that_a_shell_takes_away(place: Place) -> None:
    words = place.load("problem.name=moons", "training.batch = full", "network.activation=leaky-relu", "title=Über uns")
    quoted = place.load('problem.name="moons"', 'training.batch="full"', 'network.activation="leaky-relu"')
    assert [one.hash for one in words.configurations()] == [one.hash for one in quoted.configurations()]
    assert words.title == "Über uns"


@pytest.mark.parametrize(
    "text",
    [
        'title = "another"\nXX',
        'XXlabel = "mine"\n',
        "XX[baseline]\naccuracy = 0.5\ntarget = 0.9\nalpha = 0.01\nmargin = 0.1\n",
        "XX[seeds]\ntune = 99\nconfirm = 99\n",
        'families = ["regularization.l2"]\nXX',
        "[training]\nepochs = 1000\ncheckpoints = 50\nXX",
        "[training]\ncheckpoints = 50\nepochs = 1000\n[problem]\nnoise = 0.2\nXX",
        'XXdecay = 0\nlr = 1\nschedule = "constant"\n',
    ],
)
def test_what_determines_no_number_is_not_in_the_id(text: str, place: Place) -> None:
    place.write(text.replace("XX", '[[optimizer]]\nname = "sgd"\n'))
    assert _only(place.load()) == _only(_grid())


OTHER = {
    "problem.classes": 4, "problem.train": 99, "problem.validation": 99, "problem.test": 99, "problem.noise": 0.21,
    "network.hidden": (65,), "network.init": 0.1, "training.epochs": 999, "training.batch": 32,
    "training.checkpoints": 49, "regularization.l1": 1e-9, "regularization.l2": 1e-9, "regularization.layers": "first",
    "regularization.biases": True, "regularization.dropout": 1e-9, "optimizer.lr": 0.7, "optimizer.schedule": "inverse",
    "optimizer.decay": 1e-9, "optimizer.momentum": 0.8, "optimizer.eps": 1e-9, "optimizer.beta1": 0.8,
    "optimizer.beta2": 0.9,
}  # fmt: skip


def _another(setting: Key) -> Any:
    """Another value than the default of a setting that is not in `OTHER`."""
    domain = setting.domain
    if isinstance(domain, Choice):
        return next(word for word in domain.words if word != setting.default)
    if isinstance(domain, Flag):
        return not setting.default
    low, high = domain.schema()["minimum"], domain.schema().get("maximum", domain.schema().get("exclusiveMaximum", 1e6))
    return domain.canonical(low if setting.default != low else low + 0.5 * (min(high, 1e6) - low))


def test_every_setting_that_determines_numbers_is_in_the_id() -> None:
    seen = set()
    for name, own in OPTIMIZERS.items():
        entry = {"optimizer.name": (name,)}
        hashes = [_only(_grid(sgd=entry))]
        for setting in [*SHARED, *own]:
            key = setting.key
            if key not in ("problem.name", "optimizer.name"):
                changed = {key: (OTHER[key] if key in OTHER else _another(setting),)}
                seen.add(key)
                hashes.append(
                    _only(_grid(sgd=entry | changed))
                    if key.startswith("optimizer")
                    else _only(_grid(changed, sgd=entry))
                )
        assert len(set(hashes)) == len(hashes)
    assert set(OTHER) <= seen
    untried = {*DEFAULTS, *(s.key for settings in OPTIMIZERS.values() for s in settings)} - seen
    assert untried == {"problem.name", "optimizer.name"}  # the one has one value, the other is tried by the loop
    assert len({_only(_grid(sgd={"optimizer.name": (name,)})) for name in OPTIMIZERS}) == len(OPTIMIZERS)


def test_the_version_of_the_arithmetic_is_in_the_id(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _only(_grid())
    monkeypatch.setattr(nn, "NUMERICS", nn.NUMERICS + 1)
    assert _only(_grid()) != before


@given(st.randoms())
def test_the_id_does_not_depend_on_the_order_of_settings(random: Any) -> None:
    [configuration] = _grid().configurations()
    items = list(configuration.settings.flat().items())
    random.shuffle(items)
    assert configuration_hash(restored(dict(items))) == configuration.hash


@given(st.floats(0, allow_infinity=False), st.floats(0, allow_infinity=False))
def test_no_two_values_are_written_alike(a: float, b: float) -> None:
    assert (written(a) == written(b)) == (a == b)
    assert float(written(a)) == a
