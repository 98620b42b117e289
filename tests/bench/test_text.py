"""Numbers, counts and foreign text as words."""

from __future__ import annotations

import ast
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench import text


def test_a_path_in_a_message_is_whole_and_a_very_long_one_keeps_the_name_of_the_file() -> None:
    folder = "a" * 250
    assert text.path_text(f"{folder}/grid.toml") == f"{folder}/grid.toml"
    long = text.path_text(f"{folder}/{folder}/grid.toml")
    assert long.startswith("...aaa")
    assert long.endswith("a/grid.toml")
    assert len(long) == 300
    assert text.path_text("b\x1b[2J\udcff.toml") == r"b\x1b[2J\udcff.toml"


@pytest.mark.parametrize(
    ("write", "value", "written"),
    [
        (text.verbatim, "adam", "adam"), (text.verbatim, "", "–"),
        (text.rounded, 0.0316227766, "0.03162"), (text.rounded, 3, "3"), (text.rounded, (8, 8), "(8, 8)"),
        (text.whole, 1234.0, "1,234"), (text.whole, math.inf, "not reached"),
        (text.percent, 0.85, "85.0 %"), (text.confidence, 0.9875, "98.75 %"), (text.confidence, 0.95, "95 %"),
        (text.signed_points, 0.0123, "+1.23"), (text.signed_points, -0.5, "-50.00"),
        (text.p_value, 0.0123, "0.012"), (text.p_value, 1e-4, "0.0001"), (text.p_value, 9.9e-5, "< 0.0001"),
        (text.p_statement, 0.0123, "p = 0.012"), (text.p_statement, 0.0, "p < 0.0001"),
        (text.points, 0.01, "1 point"), (text.points, -0.01, "-1 point"), (text.points, 0.0123, "1.23 points"),
        (text.points, 0.0, "0 points"),
        (text.verbatim, 0, "0"), (text.p_value, 1.0, "1"), (text.p_statement, 1e-4, "p = 0.0001"),
        (text.whole, 2.6, "3"), (text.points, 1.0, "100 points"), (text.points, 0.00123456, "0.123 points"),
        (text.confidence, 0.98765432, "98.77 %"),
        (text.duration, 119, "119 s"), (text.duration, 120, "2 min"), (text.duration, 5400, "90 min"),
        (text.duration, 7199, "120 min"), (text.duration, 7200, "2.0 h"), (text.duration, 3_600_000, "1000.0 h"),
        (text.written, None, "full"), (text.written, (64, 8), "64-8"), (text.written, [], "none"),
        (text.written, True, "true"), (text.written, 64, "64"), (text.written, "he", "he"), (text.written, 1.0, "1"),
        (text.written, 1e-05, "1e-05"), (text.written, 0.0316228, "0.0316228"),
        (text.written, 0.03162277, "0.03162277"),
    ],
)  # fmt: skip
def test_a_number_is_written_in_one_way(write: Callable[[Any], str], value: Any, written: str) -> None:
    assert write(value) == written


@pytest.mark.parametrize(
    "write",
    [text.verbatim, text.rounded, text.whole, text.percent, text.confidence, text.signed_points, text.p_value],
)
@pytest.mark.parametrize("value", [None, math.nan])
def test_where_there_is_no_number_there_is_a_dash(write: Callable[[Any], str], value: Any) -> None:
    assert write(value) == "–"


def test_a_percentage_looks_unlike_the_number_that_it_differs_from() -> None:
    assert text.percent_unlike(0.85004, 0.85) == "85.004 %"
    assert text.percent_unlike(0.8504, 0.85) == "85.04 %"
    assert text.percent_unlike(0.850004, 0.85) == "85.0004 %"
    assert text.percent_unlike(0.86, 0.85) == "86.0 %"
    assert text.percent_unlike(math.nan, 0.85) == "–"
    assert text.percent_unlike(0.85, 0.85) == "85.0 %"
    assert text.percent_unlike(0.85 + 1e-9, 0.85) == "85.0000 %"  # four decimals are the most


@pytest.mark.parametrize(("count", "said"), [(0, "no runs"), (1, "1 run"), (2, "2 runs"), (1234, "1,234 runs")])
def test_things_are_counted(count: int, said: str) -> None:
    assert text.counted(count, "run") == said


def test_irregular_plurals_are_given() -> None:
    said = ["no families are", "1 family is", "2 families are"]
    assert [text.counted(n, "family is", "families are") for n in (0, 1, 2)] == said
    assert [text.plural(n, "beats", "beat") for n in (1, 2)] == ["beats", "beat"]


@pytest.mark.parametrize(
    ("names", "said"),
    [("", "none"), ("a", "a"), ("ab", "a and b"), ("abcd", "a, b, c and d"), ("abcdef", "a, b, c and 3 others")],
)
def test_names_are_listed_in_english(names: str, said: str) -> None:
    assert text.listed(names) == said


def test_the_caller_says_how_many_names_are_listed() -> None:
    assert text.listed("abcd", 3) == "a, b and 2 others"
    assert text.listed("abcdef", 6) == "a, b, c, d, e and f"


def test_a_setting_is_described_without_the_table_that_it_stands_in() -> None:
    assert text.describe("optimizer.lr", 0.05) == "lr 0.05"
    assert text.describe("problem.data.file", (64, 64)) == "data.file 64-64"


def test_text_from_outside_is_made_harmless_and_cut() -> None:
    assert text.printable("a\x1b[2J\u202eb") == r"a\x1b[2J\u202eb"
    assert text.printable("é 快 – \\") == "é 快 – \\"
    assert text.printable("x" * 80) == "x" * 80
    assert text.printable("x" * 81) == "x" * 77 + "..."
    assert text.printable("abcdef", 6) == text.shortened("abcdef", 6) == "abcdef"
    assert text.printable("abcdefg", 6) == text.shortened("abcdefg", 6) == "abc..."
    assert len(text.printable("\x1b" * 1000)) == 80


def test_it_needs_the_standard_library_alone() -> None:
    """Whatever prints a number must not wait for pandas."""
    tree = ast.parse(Path(text.__file__).read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_settings_are_displayed_with_three_digits_or_as_many_as_tell_them_apart() -> None:
    assert text.displayed([0.0316228, 0.1, 1e-05, 64, "64-64", True]) == {
        0.0316228: "0.0316", 0.1: "0.1", 1e-05: "1e-05", 64: "64", "64-64": "64-64", True: "true",
    }  # fmt: skip
    assert list(text.displayed([0.03162, 0.0316228]).values()) == ["0.03162", "0.031623"]
    near = [0.1, 0.1 + 2**-56]
    assert len(set(text.displayed(near).values())) == 2
    assert text.displayed([]) == {}


def test_cut_texts_keep_both_ends_and_stay_apart() -> None:
    assert text.told_apart(["adam", "adam", "x" * 30 + "end"], 20) == ["adam", "adam (2)", "xxxxxxx...xxxxxxxend"]
    assert text.told_apart(["a (2)", "a", "a"], 20) == ["a (2)", "a", "a (3)"]
    assert text.told_apart(["abcdefgh", "abcdefghi"], 8) == ["abcdefgh", "a...fghi"]


def test_names_are_shortened_by_the_parts_that_all_share_unless_that_tells_them_less_apart() -> None:
    assert text.unshared(["adam, l2 0, 64", "adam, l2 1, 64", "sgd, l2 1, 64"]) == [
        "adam, l2 0",
        "adam, l2 1",
        "sgd, l2 1",
    ]
    assert text.unshared(["adam, 64"]) == ["adam, 64"]
    assert text.unshared(["adam", "adam, slow"]) == ["adam", "adam, slow"]
    assert text.unshared(["a, b", "b, c, a", "a, c, b"]) == ["a, b", "b, c, a", "a, c, b"]
    assert text.unshared(["sgd, x", "sgd, x", "adam, x"]) == ["sgd", "sgd", "adam"]
    assert text.unshared([]) == []


def test_bounds_as_wide_as_everything_are_none() -> None:
    assert [text.bound_points(bound) for bound in (-1.0, 1.0, -0.05, math.nan)] == ["none", "none", "-5.00", "–"]


def test_names_with_commas_are_listed_with_semicolons() -> None:
    assert text.listed(["adam, train 100", "adam, train 1000", "sgd"]) == "adam, train 100; adam, train 1000; and sgd"
    assert text.listed(["a", "b", "c"]) == "a, b and c"


@pytest.mark.parametrize(("count", "said"), [(1, "the family"), (2, "both families"), (1234, "all 1,234 families")])
def test_things_of_which_none_is_left_out(count: int, said: str) -> None:
    assert text.all_of(count, "family", "families") == said


def test_what_sentences_call_a_setting() -> None:
    keys = ("regularization.l1", "regularization.l2", "regularization.dropout", "optimizer.lr")
    assert [text.spelled(key) for key in keys] == ["L1", "L2", "dropout", "lr"]
