"""Each caution where it is due, and none where it is not; each with its remedy, wherever verdicts are shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import report
from bench.commands.terminal import print_answer
from bench.problems import Spiral
from bench.records import Run
from bench.report.sections import answer
from bench.report.view import view_of
from bench.results import Results
from bench.results.cautions import Caution, by_text, caution_sentences, cautions
from tests.bench.place import Place
from tests.bench.report.conftest import noisy

Fabricated = Callable[..., Results]
CEILING = Spiral(test=1000).ceiling  # 90.93 %

GRID = """
[training]
epochs = 10
checkpoints = 5
{training}
[regularization]
{regularization}
[[optimizer]]
name = "sgd"
lr = {lr}
[seeds]
tune = 2
confirm = 8
[baseline]
accuracy = {accuracy}
"""


def grid(*, lr: str = "0.1", training: str = "", regularization: str = "", accuracy: str = "0.85") -> str:
    return GRID.format(lr=lr, training=training, regularization=regularization, accuracy=accuracy)


def rising(run: Run) -> float:
    """The more of everything, the better."""
    values = run.settings.flat()
    batch = 300 if values["training.batch"] == "full" else values["training.batch"]
    strengths = sum(values[f"regularization.{name}"] for name in ("l1", "l2", "dropout"))
    return noisy(0.3 + 0.1 * min(values["optimizer.lr"], 3) + batch / 3000 + 0.2 * strengths, run)


def falling(run: Run) -> float:
    return 1 - rising(run)


def flat(run: Run) -> float:
    return noisy(0.8, run)


def texts(results: Results) -> list[str]:
    """The cautions of the grid's only family."""
    (own,) = cautions(results).values()
    return [caution.text for caution in own]


@pytest.mark.parametrize(
    ("axis", "accuracy", "expected"),
    [
        ("{ uniform = [0.1, 2] }", rising, ["is in the last tenth of uniform from 0.1 to 2, ", "raise its end to 3"]),
        (
            "{ uniform = [0.1, 2] }",
            falling,
            ["is in the first tenth of uniform from 0.1 to 2, ", "lower its end to 0.03"],
        ),
        ("{ uniform = [0.1, 2] }", flat, []),  # one of its values is the largest all the same
        ("{ uniform = [0.1, 10] }", rising, []),  # nothing is gained from 3 on
    ],
)
def test_the_best_value_in_the_outermost_tenth_of_a_random_axis_is_cautioned_about_unless_it_is_flat_there(
    fabricated: Fabricated, axis: str, accuracy: Callable[[Run], float], expected: list[str]
) -> None:
    said = texts(fabricated(f"{grid(lr=axis)}[search]\nsamples = 40\n", accuracy))
    assert len(said) == bool(expected)
    for part in expected:
        assert part in said[0]


DROPOUT = "dropout = [0, 0.1]"


def end(best: str, edge: str, tried: int, add: str) -> str:
    return f"the best {best}, is the {edge} of {tried} tried, and better may lie beyond: add {add}"


@pytest.mark.parametrize(
    ("axis", "accuracy", "said"),
    [
        ({"lr": "[0.1, 1]"}, rising, [end("optimizer.lr, 1", "largest", 2, "3 and 10")]),
        ({"lr": "[0.1, 1]"}, falling, [end("optimizer.lr, 0.1", "smallest", 2, "0.03 and 0.01")]),
        ({"lr": "[0.1, 1]"}, flat, []),
        ({"lr": "[0.1, 1, 3]"}, rising, [end("optimizer.lr, 3", "largest", 3, "10 and 30")]),
        ({"lr": "1"}, rising, []),
        ({"regularization": DROPOUT}, rising, [end("regularization.dropout, 0.1", "largest", 2, "0.2 and 0.3")]),
        ({"regularization": DROPOUT}, falling, []),  # less than none cannot be
        ({"regularization": "l2 = [0, 0.1]"}, falling, []),
        ({"training": 'batch = [64, 128, "full"]'}, rising, []),  # and more than all neither
        ({"training": "batch = [64, 300]"}, rising, []),
        ({"training": "batch = [64, 128]"}, rising, [end("training.batch, 128", "largest", 2, '256 and "full"')]),
        ({"training": "batch = [75, 150]"}, rising, [end("training.batch, 150", "largest", 2, '"full"')]),  # of 300
        ({"training": "batch = [128, 256]"}, falling, [end("training.batch, 128", "smallest", 2, "64 and 32")]),
    ],
)
def test_a_best_value_at_the_end_of_its_axis(
    fabricated: Fabricated, axis: dict[str, str], accuracy: Callable[[Run], float], said: list[str]
) -> None:
    assert texts(fabricated(grid(**axis), accuracy)) == said


@pytest.mark.parametrize(("above", "said"), [(0.0, False), (1e-6, True), (-1e-6, False)])
def test_a_claim_above_the_ceiling(fabricated: Fabricated, above: float, said: bool) -> None:
    found = texts(fabricated(grid(accuracy=repr(CEILING + above)), flat))
    assert len(found) == said
    assert all("above the ceiling of 90.9" in text and "lower baseline.accuracy" in text for text in found)


@pytest.mark.parametrize(("above", "said"), [(0.0, True), (1e-6, False), (-1e-6, True)])
def test_a_claim_that_the_most_frequent_class_reaches(fabricated: Fabricated, above: float, said: bool) -> None:
    found = texts(fabricated(grid(accuracy=repr(1 / 3 + above)), flat))
    assert len(found) == said
    assert all("no more than the 33.3" in text and "raise baseline.accuracy" in text for text in found)


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        ("299", []),
        ("300", []),
        ('"full"', []),
        ("301", [301]),
        ("[100, 400, 500]", [400, 500]),
    ],
)
def test_a_batch_larger_than_the_training_set(fabricated: Fabricated, batch: str, said: list[int]) -> None:
    assert texts(fabricated(grid(training=f"batch = {batch}"), flat)) == [
        f"training.batch = {size} is more than the 300 training samples, so that a batch is all of them: "
        'write "full", or less than 300'
        for size in said
    ]


@pytest.mark.parametrize("count", [0, 1, 8])
def test_dead_networks_are_counted(fabricated: Fabricated, count: int) -> None:
    def accuracy(run: Run) -> float:
        return 1 / 3 if run.stage == "confirm" and run.seed % 1000 < count else flat(run)

    found = texts(fabricated(grid(lr="[1e6, 2e6]"), accuracy))
    assert found == [dead(count, "100000 and 10000")] * bool(count)


def dead(count: int, add: str) -> str:
    return (
        f"{count} of 8 confirm seeds ended with a dead network, right on exactly 33.3 % of the training, validation "
        f"and test set, as if all were one class; its steps may be too large: add {add} to optimizer.lr"
    )


def test_smaller_steps_are_smaller_than_those_of_the_optimizer_that_died(fabricated: Fabricated) -> None:
    """Families are rates of dropout, and another optimizer of theirs was searched with steps that are smaller still."""
    text = 'families = ["regularization.dropout"]\n' + grid(lr="[3.16228, 10]", regularization=DROPOUT)
    text = text.replace("[seeds]", '[[optimizer]]\nname = "adam"\nlr = 0.01\n[seeds]')

    def accuracy(run: Run) -> float:
        if run.stage == "confirm" and run.seed % 1000 < 3:
            return 1 / 3
        return noisy(0.8 + 0.1 * (run.settings.optimizer.label == "sgd"), run)

    found = cautions(fabricated(text, accuracy)).values()
    assert [dead(3, "0.316 and 0.0316") in [caution.text for caution in own] for own in found] == [True, True]


def test_chance_by_divergence_is_no_dead_network(fabricated: Fabricated) -> None:
    assert texts(fabricated(grid(), lambda run: float("nan"))) == []


def test_steps_that_are_much_too_large_really_kill_the_network(place: Place) -> None:
    results = place.train("optimizer.sgd.lr=1e6", "optimizer.adam.lr=0.01", "problem.train=50", "training.epochs=20")
    assert "dead network" in cautions(results)["sgd"][0].text
    assert not any("dead network" in caution.text for caution in cautions(results)["adam"])


SPECIAL = """
[training]
epochs = 10
[[optimizer]]
name = "momentum"
[[optimizer]]
name = "sgd"
[seeds]
tune = 2
confirm = 8
"""


@pytest.mark.parametrize(("momentum", "said"), [(0.7, True), (0.8, False)])
def test_an_optimizer_behind_one_that_it_can_imitate(fabricated: Fabricated, momentum: float, said: bool) -> None:
    centers = {"momentum": momentum, "sgd": 0.8}
    found = cautions(fabricated(SPECIAL, lambda run: noisy(centers[run.configuration.family], run)))
    pattern = (
        r"its best on tune seeds, (69|70)\.\d % validation accuracy, is behind the (79|80)\.\d % of sgd, which "
        "momentum can imitate: the search may be too small; add values to its axes"
    )
    assert [bool(re.fullmatch(pattern, caution.text)) for caution in found["momentum"]] == [True] * said
    assert found["sgd"] == ()


@pytest.mark.usefixtures("undrawn")
def test_they_stand_beside_the_verdict_in_health_and_in_the_terminal(
    fabricated: Fabricated, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = fabricated(grid(lr="[0.1, 1]"), rising)
    written = report.write(results, tmp_path / "r").read_text()
    text = end("optimizer.lr, 1", "largest", 2, "3 and 10")
    verdict, health = written.split("## Health")
    assert f"**Caution:** {text}." in verdict
    assert f"- sgd: {text}." in health
    print_answer(answer.section(view_of(results)))
    assert f"Caution, sgd: {text}." in " ".join(capsys.readouterr().out.split())


def test_a_dry_run_says_what_needs_no_training_for_each_problem(place: Place) -> None:
    place.write(grid(training="batch = 5000") + "[problem]\nnoise = [0.2, 0.4]\n", "two.toml")
    said = place.cli("run", place.folder / "two.toml", "--dry-run").out
    ceiling = f"{100 * Spiral(noise=0.4, test=1000).ceiling:.1f}"
    assert f"Caution, sgd, noise 0.4: the claim of 85.0 % is above the ceiling of {ceiling} %" in said
    assert "Caution, every family: training.batch = 5000 is more than the 300 training samples" in said
    assert said.count("Caution") == 2
    assert "Caution" not in place.cli("run", place.grid, "--dry-run").out


X, Y = Caution("x: do this", "topic x", "1", "do this"), Caution("y", "topic y", "1")


def test_a_text_is_said_once_with_the_families_that_it_is_about() -> None:
    assert by_text({"a": (X, Y), "b": (X,), "c": (X,)}) == ["every family: x: do this", "a: y"]
    assert by_text({"a": (X,), "b": (X,), "c": ()}) == ["a and b: x: do this"]
    assert by_text({"only": (X,)}) == ["only: x: do this"]
    assert by_text({"a": (), "b": ()}) == []


def test_the_first_of_many_are_said_and_the_others_counted() -> None:
    found = {f"family {i}": (Caution(f"text {i}", f"topic {i}", ""),) for i in range(6)}
    assert caution_sentences(found, 4) == [*(f"Caution, family {i}: text {i}." for i in range(4)), "2 more cautions."]
    assert len(caution_sentences(found, 6)) == 6


def test_cautions_of_one_kind_are_one_sentence_that_says_what_differs() -> None:
    other, bare = Caution("x 2", "topic x", "2", "do that"), Caution("x 3", "topic x", "3")
    found = {"a": (X,), "b": (X,), "c": (other,), "d": (bare, Y), "e": (bare,), "f": (bare,)}
    assert caution_sentences(found, 4) == [
        "Caution, topic x: 1 in a and b (do this); 2 in c (do that); 3 in 3 of 6 families.",
        "Caution, d: y.",
    ]
    assert caution_sentences({"a": (X, other), "b": (X, other)}, 4) == [
        "Caution, topic x: 1 in every family (do this); 2 in every family (do that)."
    ]
    many = {f"family {i}": (Caution("", "topic", f"{i}"),) for i in range(6)}
    assert caution_sentences(many, 4) == [
        "Caution, topic: 0 in family 0; 1 in family 1; 2 in family 2; 3 in family 3; 2 more."
    ]


def test_many_families_that_a_caution_is_about_are_counted() -> None:
    found = {name: (X,) if name in "abc" else () for name in "abcdef"}
    assert caution_sentences(found, 4) == ["Caution, 3 of 6 families: x: do this."]


@pytest.mark.parametrize(
    ("text", "accuracy", "said"),
    [
        (
            grid(lr="[0.1, 1]").replace("[seeds]", '[[optimizer]]\nname = "momentum"\nlr = [2, 3]\n[seeds]'),
            rising,
            "the best value is the largest or smallest tried, and better may lie beyond: optimizer.lr 1 in sgd (add 3 "
            "and 10); optimizer.lr 3 in momentum (add 10 and 30)",
        ),
        (
            grid(accuracy="0.95") + "[problem]\nnoise = [0.2, 0.4]\n",
            flat,
            "the claim of 95.0 % is above the ceiling, the most that any classifier can expect here, so no network can "
            "reach it; lower baseline.accuracy: a ceiling of 90.9 % in sgd, noise 0.2; a ceiling of "
            f"{100 * Spiral(noise=0.4, test=1000).ceiling:.1f} % in sgd, noise 0.4",
        ),
        (
            grid(training="batch = [400, 500]"),
            flat,
            "training.batch is more than the training samples, so that a batch is all of them: 400 of 300 in sgd "
            '(write "full", or less than 300); 500 of 300 in sgd (write "full", or less than 300)',
        ),
        (
            grid(lr="1").replace("[seeds]", '[[optimizer]]\nname = "momentum"\nlr = 2\n[seeds]'),
            lambda run: 1 / 3 if run.stage == "confirm" else flat(run),
            "some seeds ended with a dead network, right on exactly 33.3 % of the training, validation and test set, "
            "as if all were one class; its steps may be too large: 8 of 8 confirm seeds in sgd (add 0.1 and 0.01 to "
            "optimizer.lr); 8 of 8 confirm seeds in momentum (add 0.2 and 0.02 to optimizer.lr)",
        ),
        (
            f"[problem]\nnoise = [0.2, 0.4]\n{SPECIAL}",
            lambda run: {"sgd": 0.8, "momentum": 0.7}[run.settings.optimizer.label] - run.settings.problem.noise / 10,
            "the best on tune seeds is behind that of an optimizer which can be imitated; the search may be too small; "
            "add values to its axes: 68.0 % validation accuracy, behind the 78.0 % of sgd, in momentum, noise 0.2; "
            "66.0 % validation accuracy, behind the 76.0 % of sgd, in momentum, noise 0.4",
        ),
    ],
)
def test_every_kind_of_caution_about_several_families_says_what_differs(
    fabricated: Fabricated, text: str, accuracy: Callable[[Run], float], said: str
) -> None:
    assert f"Caution, {said}." in caution_sentences(cautions(fabricated(text, accuracy)), 9)
