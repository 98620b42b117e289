"""`bench check FILE.py`: each check with its outcome, and exit code 1 where one failed."""

from tests.bench.place import Place
from tests.bench.plugins.own import ADAM, SGD, rule


def test_a_plug_in_that_passes_is_0(place: Place) -> None:
    outcome = place.run_command(["check", str(place.write(ADAM, "mine.py"))])
    assert (outcome.code, outcome.err) == (0, "")
    first, *checks, last = outcome.out.splitlines()
    assert first == "MyAdam, a rule named 'my-adam'"
    assert all(line.startswith("  passed    ") for line in checks)
    assert last == f"{len(checks)} checks, all passed"


def test_one_that_fails_is_1_and_says_what_to_change(place: Place) -> None:
    outcome = place.run_command(["check", str(place.write(rule("p += lr * g"), "mine.py"))])
    assert (outcome.code, outcome.err) == (1, "")
    lines = outcome.out.splitlines()
    place_of = lines.index("  failed    finite and downhill on a parabola and Rosenbrock's function")
    assert lines[place_of + 1].startswith("            on a parabola it does not come downhill")
    assert lines[-1].endswith("checks, 1 failed, 0 left out until they pass")


def test_every_component_of_the_file_is_examined(place: Place) -> None:
    text = SGD + rule("p += lr * g").replace("Mine", "Other").replace('"mine"', '"other"')
    outcome = place.run_command(["check", str(place.write(text, "mine.py"))])
    assert outcome.code == 1
    assert [line for line in outcome.out.splitlines() if line.endswith("'")] == [
        "Mine, a rule named 'mine'", "Other, a rule named 'other'",
    ]  # fmt: skip
    assert place.files() == {"tiny.toml", "mine.py"}  # nothing is written, no cache either


def test_what_rests_on_a_fault_is_left_out(place: Place) -> None:
    text = rule("p -= lr * g * np.random.uniform(0.5, 1)")
    lines = place.run_command(["check", str(place.write(text, "mine.py"))]).out.splitlines()
    assert [line.split("  ")[2] for line in lines if line.startswith("  left out")] == [
        "a run alone is the run in a stack, bit for bit", "obeys its learning rate",
    ]  # fmt: skip
    assert lines[-1].endswith("checks, 1 failed, 2 left out until they pass")
