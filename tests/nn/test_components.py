"""Declarations: what a class says of its settings, how it is read off, and what a constructor refuses."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import nn
from nn.components import (
    NOT_NEGATIVE,
    POSITIVE,
    Component,
    Interval,
    Setting,
    components_of,
    setting,
    settings_of,
    stacked,
)
from nn.network import working_set
from nn.optimizers.base import epsilon, learning_rate, state


@dataclass(frozen=True)
class Pair(Component):
    """Two numbers, and how many."""

    name = "pair"
    first: float = setting(0.5, Interval(0, 1, open_high=True), "the first number")
    second: float = setting(2.0, Interval(0, open_low=True), "the second number")
    count: int = setting(3, Interval(1, 9), "how many", fixes_shape=True)


@dataclass(frozen=True)
class Lone(Component):
    """One without a name, known to Python alone."""

    only: float = setting(1.0, Interval(), "the only number")


def offering(**members: object) -> ModuleType:
    """A module with these members."""
    module = ModuleType("offering")
    vars(module).update(members)
    return module


def test_what_a_class_declares_is_read_off_in_order() -> None:
    assert settings_of(Pair) == (
        Setting("first", 0.5, Interval(0, 1, open_high=True), "the first number", False),
        Setting("second", 2.0, Interval(0, open_low=True), "the second number", False),
        Setting("count", 3, Interval(1, 9), "how many", True),
    )
    assert [field.default for field in dataclasses.fields(Pair)] == [0.5, 2.0, 3]


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [
        (Interval(), [-1e300, 0, 1e300], [math.inf, -math.inf, math.nan]),
        (Interval(0), [0, 5e-324, 1e300], [-5e-324, math.inf]),
        (Interval(0, open_low=True), [5e-324], [0.0, -1]),
        (Interval(0, 1, open_high=True), [0, math.nextafter(1, 0)], [1.0, 2]),
        (Interval(0, 1), [0, 1.0, 1], [math.nextafter(1, 2), -1e-300]),
    ],
)
def test_an_interval_has_its_ends_unless_they_are_open(
    interval: Interval, inside: list[float], outside: list[float]
) -> None:
    assert all(interval.contains(value) for value in inside)
    assert not any(interval.contains(value) for value in outside)
    assert interval.contains(np.array(inside, dtype=float)[:, np.newaxis])
    assert not interval.contains(np.array([inside[0], outside[0]], dtype=float)[:, np.newaxis])


def test_a_number_outside_is_refused_with_the_interval_and_the_value() -> None:
    with pytest.raises(ValueError, match=r"^first: expected 0 <= first < 1, got 1\.0$"):
        Pair(first=1.0)
    with pytest.raises(ValueError, match=r"^second: expected 0 < second < inf, got 0\.0$"):
        Pair(second=0.0)
    with pytest.raises(ValueError, match=r"^count: expected 1 <= count <= 9, got 10$"):
        Pair(count=10)
    with pytest.raises(
        ValueError, match=r"^first: expected a number or an array of shape \(runs, 1\), got shape \(2,\)$"
    ):
        Pair(first=np.array([0.1, 0.2]))  # type: ignore[arg-type]


def test_a_setting_may_be_left_out_of_the_check() -> None:
    bad = Pair()
    object.__setattr__(bad, "first", 7.0)
    bad.check("first")
    with pytest.raises(ValueError, match="first"):
        bad.check()


def test_a_stack_holds_columns_but_takes_what_fixes_shapes_from_the_first() -> None:
    together = stacked([Pair(0.1, 3.0, 4), Pair(0.2, 5.0, 7)])
    assert type(together) is Pair
    assert together.count == 4
    for values, expected in ((together.first, [[0.1], [0.2]]), (together.second, [[3.0], [5.0]])):
        assert isinstance(values, np.ndarray)
        assert values.dtype == np.float64
        assert values.tolist() == expected
    whole = stacked([nn.Adam(1, 0, 0), nn.Adam(2, 0, 0)])  # whole numbers are numbers too
    assert np.asarray(whole.lr).dtype == np.float64


def test_a_module_offers_its_named_components_of_a_kind_in_its_order() -> None:
    module = offering(number=3, text="pair", Base=Component, Lone=Lone, Pair=Pair, again=Pair, other=nn.Adam)
    assert components_of(module, Component) == {"pair": Pair, "adam": nn.Adam}
    assert list(components_of(module, Component)) == ["pair", "adam"]
    assert components_of(module, nn.Optimizer) == {"adam": nn.Adam}
    assert components_of(offering(), Component) == {}


def test_two_components_of_one_name_are_refused_by_name() -> None:
    @dataclass(frozen=True)
    class Twin(Component):
        name = "pair"

    with pytest.raises(ValueError, match=r"^pair: two components have this name$"):
        components_of(offering(Pair=Pair, Twin=Twin), Component)


def test_a_component_without_its_decorator_is_refused_when_it_is_offered() -> None:
    class Forgetful(Pair):
        name = "forgetful"
        third: float = setting(1.0, Interval(), "another number")

    with pytest.raises(TypeError, match=r"^Forgetful: a class that declares settings needs @dataclass above it$"):
        components_of(offering(Forgetful=Forgetful), Component)


def test_what_one_run_touches_in_a_step_is_counted_in_bytes() -> None:
    """By hand, for 2-64-3 on 32 samples, which are one piece: 65 rows of units, and 2-64-3's 387 parameters.

    A unit's row: activation and gate (float32), and a byte for [z > 0]; with dropout 3 bytes more. A sample's ends:
    inputs and one (3), logits, probabilities and target (3 each). A parameter: seven numbers.
    """
    plain = 32 * (65 * (4 + 4 + 1) + 4 * (3 + 9)) + 387 * 7 * 4
    assert working_set([2, 64, 3], 32) == plain
    assert working_set([2, 64, 3], 32, dropout=True) == plain + 32 * 65 * 3
    in_double = 32 * (65 * (8 + 8 + 1) + 8 * (3 + 9)) + 387 * 7 * 8
    assert working_set([2, 64, 3], 32, itemsize=8) == in_double
    linear = 32 * 4 * (3 + 9) + 9 * 7 * 4
    assert working_set([2, 3], 32) == linear


def test_a_field_carries_its_declaration() -> None:
    for field, default, allowed, meaning in (
        (setting(7.0, NOT_NEGATIVE, "some number"), 7.0, NOT_NEGATIVE, "some number"),
        (learning_rate(0.25), 0.25, POSITIVE, "learning rate"),
        (epsilon(1e-5), 1e-5, POSITIVE, "added to the root in the denominator"),
    ):
        assert field.default == default
        assert dict(field.metadata) == {"setting": (allowed, meaning, False)}
    assert setting(True, None, "a flag", fixes_shape=True).metadata["setting"] == (None, "a flag", True)
    remembered = state()
    assert (remembered.init, remembered.repr, remembered.compare) == (False, False, False)


@pytest.mark.parametrize(
    ("default", "allowed", "fixes_shape", "said"),
    [
        (True, None, False, "words and flags cannot differ within a stack"),
        ("one", ("one", "two"), False, "words and flags cannot differ within a stack"),
        (1, Interval(0, 5, open_low=True), True, "whole numbers need an interval with two closed ends"),
        (1, Interval(0, 5, open_high=True), True, "whole numbers need an interval with two closed ends"),
        (1, Interval(0), True, "whole numbers need an interval with two closed ends"),
        (1, Interval(high=5), True, "whole numbers need an interval with two closed ends"),
    ],
)
def test_a_declaration_that_nobody_could_keep_is_refused(
    default: Any, allowed: Any, fixes_shape: bool, said: str
) -> None:
    made = dataclasses.make_dataclass(
        "Made", [("only", Any, setting(default, allowed, "it", fixes_shape=fixes_shape))], bases=(Component,)
    )
    with pytest.raises(TypeError, match=f"^Made.only: {said}"):
        settings_of(made)


def test_words_and_flags_that_fix_shapes_are_declarations() -> None:
    for default, allowed in ((True, None), ("one", ("one", "two")), (1, Interval(0, 5))):
        field = setting(default, allowed, "it", fixes_shape=True)
        made = dataclasses.make_dataclass("Made", [("only", Any, field)], bases=(Component,))
        assert settings_of(made) == (Setting("only", default, allowed, "it", True),)
