"""What a report says over several problems follows from the tests over problems, and is not there for one."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import chain

import pytest

from bench.figures import Picture
from bench.records import Run
from bench.report import document_of
from bench.report.document import Block, Folded, Paragraph, Section, Table
from bench.report.sections import over_problems
from bench.report.view import view_of
from bench.results import Results
from tests.bench.report.conftest import TWO

Fabricated = Callable[..., Results]
NAMES = [*"abcdefghijkl"]
THIRD = '[[optimizer]]\nname = "momentum"\n[seeds]'
THREE = TWO.replace("[seeds]", THIRD)


def on_problems(count: int, grid: str = TWO) -> str:
    """A grid on so many problems, which differ in their labels and noise."""
    tables = (
        f'[[problem]]\nname = "xor"\nlabel = "{n}"\nnoise = {0.3 + i / 100}\n' for i, n in enumerate(NAMES[:count])
    )
    return "".join(tables) + grid


def scored(**centers: float) -> Callable[[Run], float]:
    """Accuracies of each optimizer around a center, higher by a point from one problem to the next."""

    def accuracy(run: Run) -> float:
        settings = run.configuration.settings
        place = NAMES.index(run.configuration.problem) if run.configuration.problem in NAMES else 0
        noise = 0.004 * math.sin(12.9898 * (run.seed % 1000) + 5 * place)
        return float(centers[settings.optimizer.rule.name] + 0.01 * place + noise)

    return accuracy


def section_of(results: Results) -> Section:
    return over_problems.section(view_of(results))


def paragraphs(section: Section) -> list[str]:
    return [block.text for block in section.blocks if isinstance(block, Paragraph)]


def tables(section: Section) -> list[Table]:
    def inside(block: Block) -> tuple[Block, ...]:
        return block.blocks if isinstance(block, Folded) else (block,)

    return [b for b in chain.from_iterable(map(inside, section.blocks)) if isinstance(b, Table)]


def pictures(section: Section) -> dict[str, Picture]:
    return {block.name: block for block in section.blocks if isinstance(block, Picture)}


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


@pytest.mark.usefixtures("undrawn")
def test_a_single_problem_and_a_single_method_have_no_such_section(fabricated: Fabricated) -> None:
    one = fabricated(TWO, scored(adam=0.7, sgd=0.6), "one")
    assert section_of(one).blocks == ()
    assert over_problems.TITLE not in {section.title for section in document_of(view_of(one)).sections}
    searched = fabricated('families = ["problem"]\n' + on_problems(2), scored(adam=0.7, sgd=0.6), "searched")
    assert section_of(searched).blocks == ()


@pytest.mark.usefixtures("undrawn")
def test_six_problems_tell_two_methods_apart_and_five_describe_them(fabricated: Fabricated) -> None:
    six = section_of(fabricated(on_problems(6), scored(adam=0.7, sgd=0.6), "six"))
    assert pictures(six)["critical-difference"].title == "Mean ranks over 6 problems; the two methods are told apart"
    ranked, against, _ = tables(six)
    assert [row[:2] for row in texts(ranked)] == [["adam", "1.00"], ["sgd", "2.00"]]
    assert against.caption.startswith("Each method minus adam (best mean rank on tune seeds).")
    assert texts(against) == [["sgd", "-10.00", "0", "0", "6", "0.031", "worse", "0.031"]]
    assert "F(1, 5) = inf, p < 0.0001." in paragraphs(six)[1]
    assert "can be told apart" not in paragraphs(six)[1]

    five = section_of(fabricated(on_problems(5), scored(adam=0.7, sgd=0.6), "five"))
    assert list(pictures(five)) == []
    assert len(tables(five)) == 2
    assert paragraphs(five)[1] == (
        "Nothing is tested over problems: it takes 6 of them, as the smallest two-sided p of a test of signs on 5 is "
        "0.062, above 0.05. Ranks, means and times describe these 5 problems alone."
    )


@pytest.mark.usefixtures("undrawn")
def test_words_and_titles_flip_with_the_data(fabricated: Fabricated) -> None:
    for adam, sgd, named, word in (
        (0.8, 0.7, "sgd", "better"),
        (0.7, 0.8, "sgd", "worse"),
        (0.8, 0.8, "sgd", "not told"),
    ):
        grid = on_problems(6) + f'[baseline]\nreference = "{named}"\n'
        section = section_of(fabricated(grid, scored(adam=adam, sgd=sgd), word.replace(" ", "-")))
        against = tables(section)[1]
        assert against.caption.startswith("Each method minus sgd (named in the grid file).")
        [row] = texts(against)
        assert row[0] == "adam"
        assert row[6].startswith(word)
        said = "not told apart" if word == "not told" else "told apart"
        assert pictures(section)["critical-difference"].title.endswith(f"the two methods are {said}")


@pytest.mark.usefixtures("undrawn")
def test_where_so_many_pairs_cannot_be_told_apart_it_is_said_how_many_problems_it_takes(fabricated: Fabricated) -> None:
    section = section_of(fabricated(on_problems(6, THREE), scored(adam=0.7, sgd=0.6, momentum=0.65), "three"))
    assert paragraphs(section)[1].endswith(
        "None of the 3 pairs can be told apart: on 6 problems the smallest p of a test of signs is 0.031, and 0.094 "
        "after Holm's correction. It takes 7 problems, or 7 for the 2 comparisons with adam alone."
    )
    assert [row[-2] for row in texts(tables(section)[2])] == ["not told apart"] * 3
    seven = section_of(fabricated(on_problems(7, THREE), scored(adam=0.7, sgd=0.6, momentum=0.65), "seven"))
    assert "can be told apart" not in paragraphs(seven)[1]
    assert pictures(seven)["critical-difference"].title == (
        "Mean ranks over 7 problems; 3 of 3 pairs of methods are told apart"
    )
    assert [block.summary for block in seven.blocks if isinstance(block, Folded)] == ["All pairs", "Means by problem"]


@pytest.mark.usefixtures("undrawn")
def test_what_lacks_results_on_a_problem_is_left_out_and_named(fabricated: Fabricated) -> None:
    def accuracy(run: Run) -> float:
        failed = run.configuration.family == "momentum, c" and run.stage == "confirm"
        return -1.0 if failed else scored(adam=0.7, sgd=0.6, momentum=0.65)(run)

    section = section_of(fabricated(on_problems(7, THREE), accuracy, "lacking"))
    assert "3 methods on 6 problems are compared. Left out, as they lack results: c." in paragraphs(section)[0]
    assert [row[0] for row in texts(tables(section)[-1])] == [*"abdefg"]


@pytest.mark.usefixtures("undrawn")
def test_methods_that_diverge_everywhere_count_at_chance(fabricated: Fabricated) -> None:
    def accuracy(run: Run) -> float:
        return math.nan if "sgd" in run.configuration.family else scored(adam=0.7)(run)

    ranked = tables(section_of(fabricated(on_problems(6), accuracy, "diverged")))[0]
    assert texts(ranked)[1][:3] == ["sgd", "2.00", "50.0 %"]


@pytest.mark.usefixtures("undrawn")
def test_times_are_told_where_some_run_reaches_the_target(fabricated: Fabricated) -> None:
    reached = section_of(fabricated(on_problems(3), scored(adam=0.9, sgd=0.845), "reached"))
    shares = tables(reached)[-1]
    assert shares.caption.startswith(
        "On what share of 24 problems and seeds a method reaches 85.0 % validation accuracy"
    )
    assert [row[0] for row in texts(shares)] == ["adam", "sgd"]
    assert texts(shares)[0][1:] == ["100.0 %"] * 4
    assert 0 < next(row[-1].value for row in shares.rows if row[0].text == "sgd") < 1
    assert "performance-profiles" in pictures(reached)
    nobody = section_of(fabricated(on_problems(3), scored(adam=0.7, sgd=0.7), "nobody"))
    assert "performance-profiles" not in pictures(nobody)
    assert len(tables(nobody)) == 2


@pytest.mark.usefixtures("undrawn")
def test_problems_that_differ_in_settings_alone_are_problems_too(fabricated: Fabricated) -> None:
    sizes = f"[problem]\ntrain = [10, 20, 30, 40, 50, 60]\n{TWO}"
    section = section_of(fabricated(sizes, scored(adam=0.7, sgd=0.6), "sizes"))
    assert [row[0] for row in texts(tables(section)[0])] == ["adam", "sgd"]
    assert texts(tables(section)[-1])[0][0] == "10 training points per class"
    axes = 'families = ["optimizer", "regularization.l2"]\n' + on_problems(2)
    split = section_of(fabricated(axes, scored(adam=0.7, sgd=0.6), "axes"))
    assert {row[0] for row in texts(tables(split)[0])} == {
        "adam, l2 0", "adam, l2 0.001", "sgd, l2 0", "sgd, l2 0.001",
    }  # fmt: skip
