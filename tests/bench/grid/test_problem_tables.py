"""`[[problem]]` tables: labels, axes of their own, what families are called, and what is refused."""

import re
from collections import Counter

import pytest

from bench.grid import GridError
from tests.bench.place import Place
from tests.bench.several import FAMILIES, LABELS, SEVERAL

SGD = '[[optimizer]]\nname = "sgd"\n'
BLOBS, XOR = '[[problem]]\nname = "blobs"\n', '[[problem]]\nname = "xor"\n'


def test_the_grid_is_the_product_for_each_problem(place: Place) -> None:
    place.write(SEVERAL)
    grid = place.load()
    assert tuple(grid.problems) == LABELS
    found = list(grid.configurations())
    assert len(found) == len(grid) == len({c.hash for c in found}) == (1 + 1 + 2) * 2 * (2 + 2)
    assert list(dict.fromkeys(c.family for c in found)) == list(FAMILIES)
    assert {family.name for family in grid.families} == set(FAMILIES)
    assert grid.family_count == len(FAMILIES)
    assert grid.effect_count == len(FAMILIES)  # l2, in each
    assert len({(c.family, c.text) for c in found}) == len(found)
    assert Counter(c.problem for c in found) == {"blobs": 8, "parity of 3": 8, "xor": 16}


def test_a_label_is_the_name_unless_told_otherwise_and_is_in_no_id(place: Place) -> None:
    def hashes(text: str) -> list[str]:
        place.write(text + SGD)
        return [c.hash for c in place.load().configurations()]

    one = hashes('[problem]\nname = "blobs"\n')
    assert hashes(BLOBS) == hashes(BLOBS + 'label = "clouds"\n') == one
    assert hashes(BLOBS + XOR)[0] == one[0]


def test_of_one_problem_the_label_is_in_no_name(place: Place) -> None:
    place.write(BLOBS + 'label = "clouds"\n' + SGD)
    assert [(c.family, c.problem) for c in place.load().configurations()] == [("sgd", "clouds")]
    assert [c.family for c in place.load('families=["problem"]').configurations()] == ["clouds"]
    assert [c.family for c in place.load('families=["optimizer", "problem"]').configurations()] == ["sgd, clouds"]


def test_each_problem_has_families_of_its_own_whatever_the_families_are(place: Place) -> None:
    place.write(BLOBS + XOR + "[regularization]\ndropout = [0, 0.1]\n" + SGD + SGD.replace("sgd", "adam"))
    names = {by: [*dict.fromkeys(c.family for c in place.load(by=[by]).configurations())] for by in
             ("problem", "optimizer", "regularization.dropout")}  # fmt: skip
    assert names["problem"] == ["blobs", "xor"]
    assert names["optimizer"] == ["sgd, blobs", "adam, blobs", "sgd, xor", "adam, xor"]
    assert names["regularization.dropout"] == [f"{p}, dropout {d}" for p in ("blobs", "xor") for d in (0, 0.1)]
    assert place.load(by=["problem"]).effects == ("regularization.dropout",)
    assert place.load(by=["problem"]).effect_count == 2


def test_a_reference_is_a_family_of_each_problem_by_its_optimizer(place: Place) -> None:
    place.write(BLOBS + XOR + SGD + SGD.replace("sgd", "adam"))
    assert [*place.load('baseline.reference="sgd"').references] == ["sgd, blobs", "sgd, xor"]
    assert [*place.load('baseline.reference="sgd, xor"').references] == ["sgd, xor"]


CSV = "a,b,class\n" + "".join(f"{i * 5 % 17},{i * i % 7},{i % 2}\n" for i in range(40))


def test_data_files_are_problems_called_as_the_file(place: Place) -> None:
    place.write(CSV, "wine.csv")
    tables = "[[problem]]\npath = 'wine.csv'\ntarget = 'class'\n"
    place.write(tables + tables + "label = 'a quarter'\nvalidation = 0.25\n" + XOR + SGD)
    grid = place.load()
    assert [c.family for c in grid.configurations()] == ["sgd, wine", "sgd, a quarter", "sgd, xor"]
    assert grid.problems["wine"]["problem.content"] == grid.problems["a quarter"]["problem.content"]
    few = ("seeds.tune=0", "seeds.confirm=2", "training.epochs=2")
    assert place.train(*few).verdicts["n_ok"].tolist() == [2, 2, 2]


def test_a_single_data_file_is_called_as_the_file_too(place: Place) -> None:
    place.write(CSV, "wine.csv")
    place.write("[problem]\npath = 'wine.csv'\ntarget = 'class'\n" + SGD)
    assert [c.problem for c in place.load().configurations()] == ["wine"]
    assert [c.family for c in place.load(by=["problem"]).configurations()] == ["wine"]


def test_what_is_wrong_with_data_is_said_of_its_table(place: Place) -> None:
    place.write(BLOBS + "[[problem]]\npath = 'beer.csv'\ntarget = 'class'\n" + SGD)
    with pytest.raises(GridError, match=r'1 fault\n  problem\[2\].path = "beer.csv": '):
        place.load()


MALFORMED: dict[str, tuple[str, tuple[str, ...]]] = {
    # Structure
    "a table and tables": ("[problem]\n" + BLOBS + SGD, ("not valid TOML",)),
    "tables and a table": (BLOBS + "[problem]\n" + SGD, ("not valid TOML",)),
    "no table": ("problem = []\n" + SGD, ("problem = []", "at least one [[problem]]")),
    "a list of names": ('problem = ["blobs"]\n' + SGD, ('problem[1] = "blobs"', "[[problem]]")),
    "a list of numbers": ("problem = [1]\n" + SGD, ("problem[1] = 1", "[[problem]]")),
    "a name as the problem": ('problem = "xor"\n' + SGD, ('problem = "xor"', "[problem]")),
    "several names in one table": (
        '[problem]\nname = ["blobs", "xor"]\n' + SGD, ("problem.name", "one problem", "[[problem]]"),
    ),
    "a table of tables": ("[[problem.blobs]]\nnoise = 1\n" + SGD, ("problem.blobs", "unknown key")),
    # Names
    "no name": ("[[problem]]\nnoise = 0.1\n" + SGD, ("problem[1].name", "one of")),
    "no name in the second": (BLOBS + "[[problem]]\nlabel = 'b'\n" + SGD, ("problem[2].name", "one of")),
    "a misspelt name": (BLOBS.replace("blobs", "bolbs") + SGD, ('problem[1].name = "bolbs"', '"blobs"?')),
    "a name in capitals": (XOR.replace("xor", "XOR") + SGD, ('problem[1].name = "XOR"', "one of")),
    "an optimizer as a problem": (XOR.replace("xor", "adam") + SGD, ('problem[1].name = "adam"', "spiral")),
    "an axis of names": ("[[problem]]\nname = ['xor', 'blobs']\n" + SGD, ("problem[1].name = ", "one of")),
    "a number as a name": ("[[problem]]\nname = 3\n" + SGD, ("problem[1].name = 3", "one of")),
    "an endless name": (f"[[problem]]\nname = '{'x' * 300}'\n" + SGD, ("problem[1].name", "one of")),
    "a name that moves the cursor": ('[[problem]]\nname = "\\u001b[2J"\n' + SGD, ("problem[1].name", "\\u001b")),
    # Labels
    "two equal names": (BLOBS + BLOBS + SGD, ('problem[2].label = "blobs"', "no other [[problem]]")),
    "two equal labels": (
        BLOBS + "label = 'a'\n" + XOR + "label = 'a'\n" + SGD, ('problem[2].label = "a"', "no other [[problem]]"),
    ),
    "a label like another's name": (
        BLOBS + XOR + "label = 'blobs'\n" + SGD, ('problem[2].label = "blobs"', "no other [[problem]]"),
    ),
    "an empty label": (BLOBS + "label = ''\n" + SGD, ("problem[1].label", "a text of 1 to 200")),
    "a label of blanks": (BLOBS + "label = ' '\n" + SGD, ("problem[1].label", "a text of 1 to 200")),
    "a label that is no text": (BLOBS + "label = 5\n" + SGD, ("problem[1].label = 5", "a text")),
    "a list of labels": (BLOBS + "label = ['a', 'b']\n" + SGD, ("problem[1].label", "a text")),
    "a label of two lines": (BLOBS + 'label = "a\\nb"\n' + SGD, ("problem[1].label", "printable")),
    "an endless label": (BLOBS + f"label = '{'x' * 201}'\n" + SGD, ("problem[1].label", "a text of 1 to 200")),
    "a label in a single table": ("[problem]\nlabel = 'a'\n" + SGD, ('problem.label = "a"', "[[problem]]")),
    "a label like another's setting": (
        BLOBS + XOR + "label = 'blobs, noise 1'\n" + SGD,
        ('problem[2].label = "blobs, noise 1"', 'configuration of "blobs"'),
    ),
    "labels that give one name together": (
        XOR + "label = 'b, c'\n" + BLOBS + "label = 'c'\n" + SGD + "label = 'a'\n" + SGD + "label = 'a, b'\n",
        ('"a, b, c"', "tell them apart"),
    ),
    # Settings
    "a setting of another problem": (XOR + "classes = 3\n" + SGD, ("problem[1].classes", "unknown key", "features")),
    "a setting of the spiral": (BLOBS + XOR + "turns = 3\n" + SGD, ("problem[2].turns", "unknown key")),
    "a misspelt setting": (BLOBS + XOR + "nosie = 1\n" + SGD, ("problem[2].nosie", '"noise"?')),
    "a setting of no table": (BLOBS + "epochs = 10\n" + SGD, ("problem[1].epochs", "unknown key")),
    "a value out of range": (BLOBS + XOR + "noise = 0\n" + SGD, ("problem[2].noise = 0", ">= 0.001")),
    "too many features": (XOR + "features = 31\n" + SGD, ("problem[1].features = 31", "from 2 to 30")),
    "one feature": (BLOBS + "features = 1\n" + SGD, ("problem[1].features = 1", "from 2 to")),
    "half a feature": (BLOBS + "features = 2.5\n" + SGD, ("problem[1].features = 2.5", "a whole number")),
    "more wrong labels than right ones": (
        "[[problem]]\nname = 'checkerboard'\nflipped = 0.6\n" + SGD, ("problem[1].flipped = 0.6", "<= 0.5"),
    ),
    "no turns": ("[[problem]]\nname = 'checkerboard'\nturns = 0\n" + SGD, ("problem[1].turns = 0", "from 1 to")),
    "no points": (BLOBS + XOR + "test = 0\n" + SGD, ("problem[2].test = 0", "from 1 to")),
    "an empty axis": (BLOBS + "noise = []\n" + SGD, ("problem[1].noise = []", "an axis of 1 to")),
    "a value twice": (BLOBS + "noise = [1, 1.0]\n" + SGD, ("problem[1].noise", "each value once")),
    "one bad value of an axis": (XOR + "noise = [1, -1]\n" + SGD, ("problem[1].noise[2] = -1", ">= 0.001")),
    "a number as text": (BLOBS + XOR + "noise = '1'\n" + SGD, ('problem[2].noise = "1"', "a number")),
    # The question as a whole
    "a family that is a label": ("families = ['blobs']\n" + BLOBS + SGD, ('families[1] = "blobs"', '"problem"')),
    "problems as a family": ("families = ['problems']\n" + BLOBS + SGD, ("families[1]", '"problem"')),
    "the problem twice": ("families = ['problem', 'problem']\n" + BLOBS + SGD, ("families[2]", "each axis once")),
    "an effect of problems": ("effects = ['problem']\n" + BLOBS + XOR + SGD, ("effects[1]", "within families")),
    "an effect of a problem's setting": (
        "effects = ['problem.noise']\n" + BLOBS + "noise = [0.4, 0.5]\n" + XOR + SGD, ("effects[1]", "within families"),
    ),
    "a reference that is a problem": (
        BLOBS + XOR + SGD + "[baseline]\nreference = 'blobs'\n", ("baseline.reference", "sgd, blobs"),
    ),
    "several to choose from without tune seeds": (
        BLOBS + XOR + SGD + "lr = [0.1, 1]\n[seeds]\ntune = 0\n", ("seeds.tune = 0", '"sgd, blobs"'),
    ),
    "too large a network for one of them": (
        BLOBS + "features = 1000\nlabel = 'a'\n" + XOR + "[network]\nhidden = [60_000]\n" + SGD,
        ("network.hidden", "at most 10,000,000"),
    ),
}  # fmt: skip


def test_there_are_many_of_them() -> None:
    assert len(MALFORMED) >= 40


@pytest.mark.parametrize(("text", "parts"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_tables_are_refused_with_one_message(text: str, parts: tuple[str, ...], place: Place) -> None:
    place.write(text)
    before = place.files()
    refused = place.cli("run", place.grid)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(f"bench: {place.grid}: 1 fault\n")
    assert len(refused.err.splitlines()) == 2
    assert "Traceback" not in refused.err
    assert not re.search(r"[^\n -~\u00a0-\U0010ffff]", refused.err)
    assert place.files() == before
    for part in parts:
        assert part in refused.err


@pytest.mark.parametrize(
    ("override", "part"),
    [
        ("problem.noise=1", "problem.LABEL.SETTING with one of the labels blobs, parity of 3, xor"),
        ("problem.1.noise=1", "with one of the labels"),
        ("problem.parity.noise=1", "with one of the labels"),
        ("problem=1", "problem = 1: expected a table: [problem]"),
        ("problem.xor=1", "with one of the labels"),
        ("problem.xor.nosie=1", 'problem[3].nosie: unknown key; expected one of name'),
        ("problem.parity of 3.features=99", "problem[2].features = 99"),
        ('problem.blobs.name="bolbs"', 'problem[1].name = "bolbs"'),
        ('problem.blobs.label="xor"', 'problem[3].label = "xor"'),
    ],
)  # fmt: skip
def test_a_bad_override_of_a_problem_is_refused(override: str, part: str, place: Place) -> None:
    place.write(SEVERAL)
    before = place.files()
    refused = place.cli("run", place.grid, "--set", override, "--name", "other")
    assert (refused.code, refused.out) == (2, "")
    assert part in refused.err
    assert place.files() == before


def test_by_refuses_a_label(place: Place) -> None:
    place.write(SEVERAL)
    with pytest.raises(GridError, match=r'--by.1. = "xor": expected "optimizer", "problem" or the dotted name'):
        place.load(by=["xor"])
