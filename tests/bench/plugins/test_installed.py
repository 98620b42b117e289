"""Entry points of installed distributions: loaded where a grid names what they offer, and not before."""

import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import bench
from bench.errors import UsageError
from bench.grid.components import PLUGGED_IN
from bench.grid.plugging import plugged_in
from bench.records import Run
from bench.training.executors import InProcess
from bench.training.stacks import stacks_of
from bench.training.workers import Workers
from tests.bench.place import TINY, Place
from tests.bench.plugins.own import SGD, rule

OWN = TINY.replace('name = "sgd"', 'name = "mine"')
LOADED = "\nfrom pathlib import Path\nPath('loaded').touch()\n"
PENALTY = """
from dataclasses import dataclass
from nn import Penalty
from nn.components import POSITIVE, setting

@dataclass(frozen=True)
class Quartic(Penalty):
    name = "quartic"
    reach: float = setting(1.0, POSITIVE, "where it begins")

    def terms(self, w):
        return w**4

    def slopes(self, w, work):
        return 4 * w**3
"""

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Put a distribution with one module and one entry point on Python's path; gives the module's file."""
    site = tmp_path.parent / f"{tmp_path.name}-site"
    monkeypatch.syspath_prepend(str(site))
    modules: list[str] = []

    def installed(
        text: str,
        point: str = "mine = mine_rules:Mine",
        group: str = "rules",
        name: str = "mine-dist",
        version: str = "1.0",
    ) -> Path:
        info = site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True, exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[optimizer_bench.{group}]\n{point}\n")
        module = point.partition("=")[2].partition(":")[0].strip()
        modules.append(module)
        file = site / f"{module.replace('.', '/')}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    with plugged_in([]):
        yield installed
    for module in modules:
        sys.modules.pop(module, None)


def test_its_digest_is_of_all_code_in_its_package_and_of_where_that_lies(place: Place, install: Install) -> None:
    one = install(SGD, "mine = mine_package.rules.one:Mine")
    two, package = one.with_name("two.py"), one.parents[1]
    (package / "__init__.py").write_text("# a package")
    two.write_text("")
    place.write(OWN)

    def digest() -> str:
        with plugged_in([]):
            place.load()
            [plugin] = PLUGGED_IN.values()
            return plugin.digest

    content = b"mine-dist==1.0\n__init__.py\n# a package"
    content += b"\nrules/one.py\n" + one.read_bytes() + b"\nrules/two.py\n"
    seen = [digest()]
    assert seen == [hashlib.sha256(content).hexdigest()[:16]]
    two.write_text("changed")
    seen.append(digest())
    (package / "other").mkdir()
    two.rename(package / "other" / "two.py")
    seen.append(digest())
    (package / "fast.so").write_bytes(b"1")
    seen.append(digest())
    (package / "fast.so").write_bytes(b"2")
    seen.append(digest())
    assert len(set(seen)) == 5
    (package / "__pycache__").mkdir(exist_ok=True)
    (package / "__pycache__" / "two.pyc").write_bytes(b"")
    (package / "notes.txt").write_text("no code")
    assert digest() == seen[-1]


def test_a_grid_that_names_it_has_it(place: Place, install: Install) -> None:
    install(SGD + LOADED)
    place.write(OWN)
    place.load()
    assert (place.folder / "loaded").exists()
    assert [plugin.path for plugin in PLUGGED_IN.values()] == ["mine-dist==1.0"]


def test_nothing_is_loaded_for_what_is_known(place: Place, install: Install) -> None:
    install(SGD + LOADED)
    assert place.train("optimizer.sgd.lr=0.1").runs["status"].unique().tolist() == ["ok"]
    assert place.cli("run", place.grid, "--dry-run").code == 0
    assert place.run_command(["schema"]).code == 0
    assert place.cli("status", place.write(OWN.replace("mine", "nine"), "other.toml")).code == 2
    assert not (place.folder / "loaded").exists()
    assert PLUGGED_IN == {}


def test_it_is_trained_stored_reported_and_replayed(place: Place, install: Install) -> None:
    install(SGD)
    place.write(OWN)
    outcome = place.cli("run", place.grid, "--quiet", "--jobs", "2")
    assert outcome.code == 0, outcome.err
    verified = place.cli("verify", place.grid)
    assert verified.code == 0
    text = (place.reports / "tiny" / "report.md").read_text()
    assert "The plug-in mine-dist==1.0 (source " in text
    assert "--plugin" not in text
    assert "from mine\\_rules import Mine" in text or "from mine_rules import Mine" in text


def test_workers_import_it(place: Place, install: Install) -> None:
    install(SGD)
    place.write(OWN)
    runs = [Run(c, seed) for c in place.load().configurations() for seed in range(2)]
    with InProcess() as here:
        expected = {r.run.id: r.digest for results in here.train(stacks_of(runs)) for r in results}
    with Workers(2) as workers:
        found = {r.run.id: (r.status, r.digest) for results in workers.train(stacks_of(runs, 2)) for r in results}
    assert found == {name: ("ok", digest) for name, digest in expected.items()}


def test_ids_follow_the_files_of_its_package_and_its_version(place: Place, install: Install) -> None:
    place.write(OWN)

    def hashes() -> list[str]:
        for name in [name for name in sys.modules if name.partition(".")[0] == "mine_package"]:
            del sys.modules[name]
        with plugged_in([]):
            return [c.hash for c in place.load().configurations()]

    point = "mine = mine_package.rules:Mine"
    file = install(SGD, point)
    (file.parent / "__init__.py").write_text("")
    helper = file.parent / "helpers.py"
    found = [hashes(), hashes()]
    helper.write_text("x = 1\n")
    found.append(hashes())
    (file.parents[1] / "mine_dist-1.0.dist-info" / "METADATA").write_text("Name: mine-dist\nVersion: 1.1\n")
    found.append(hashes())
    assert found[0] == found[1]
    assert len({tuple(own) for own in found}) == 3
    assert len({own[2] for own in found}) == 1  # Adam's stays


def test_a_penalty_is_found_by_its_key_or_by_a_setting_of_it(place: Place, install: Install) -> None:
    install(PENALTY, "quartic = mine_penalties:Quartic", "penalties")
    for line in ("quartic = [0, 0.1]", "quartic_reach = 2"):
        with plugged_in([]):
            place.write(f"{TINY}[regularization]\n{line}\n")
            assert place.load().axes["regularization.quartic_reach"]


def test_a_stored_run_says_what_to_install(place: Place, install: Install) -> None:
    file = install(SGD)
    place.write(OWN)
    with plugged_in([]):
        name = place.train().runs["run"].iloc[0]
        assert place.cli("replay", name).code == 0
    file.write_text(SGD + "\n# changed\n")
    del sys.modules["mine_rules"]
    with plugged_in([]):
        changed = place.cli("replay", name)
    assert changed.code == 2
    assert "rests on another version of the plug-in mine-dist==1.0" in changed.err
    assert changed.err.endswith("; install that, as it was then\n")
    (file.parent / "mine_dist-1.0.dist-info" / "entry_points.txt").unlink()
    with plugged_in([]):
        missing = place.cli("replay", name)
    assert "rests on the plug-in mine-dist==1.0, which brings the rule mine; install that" in missing.err


@pytest.mark.parametrize(
    ("point", "group", "word"),
    [("adam", "rules", "rule 'adam'"), ("spiral", "problems", "problem 'spiral'"), ("l2", "penalties", "penalty 'l2'"),
     ("constant", "schedules", "schedule 'constant'")],
)  # fmt: skip
def test_what_has_the_name_of_a_built_in_one_is_refused_where_that_is_named(
    place: Place, install: Install, point: str, group: str, word: str
) -> None:
    install(SGD + LOADED, f"{point} = other_rules:Mine", group, name="other")
    sgd = TINY.partition("[[optimizer]]")[0].replace("[problem]", '[problem]\nname = "moons"')
    place.write(sgd + '[[optimizer]]\nname = "sgd"\n[seeds]\ntune = 0\n', "without.toml")
    assert place.cli("run", "without.toml", "--dry-run").code == 0
    place.write(
        TINY.replace("[problem]", '[problem]\nname = "spiral"').replace("lr = 0.05", 'lr = 0.05\nschedule = "constant"')
        + "[regularization]\nl2 = 0.1\n"
    )
    outcome = place.cli("run", place.grid, "--dry-run")
    assert outcome.code == 2
    assert f"bench: plug-in other==1.0: it offers a {word}, which is built in; uninstall it" in outcome.err
    assert not (place.folder / "loaded").exists()


BAD = {
    "an import": (
        "import no_such_module\n",
        "mine_rules:Mine cannot be imported (ModuleNotFoundError: No module named",
    ),
    "no such class": ("x = 1\n", "mine_rules:Mine cannot be imported (AttributeError"),
    "no class": ("Mine = 5\n", "mine_rules:Mine is not a class derived from nn.Optimizer, with name = 'mine'"),
    "another kind": (PENALTY.replace("Quartic", "Mine"), "is not a class derived from nn.Optimizer"),
    "another name": (SGD.replace('"mine"', '"other"'), "with name = 'mine'; repair or uninstall it"),
    "a declaration": (rule("p -= lr * g", "label: float = setting(0.5, FRACTION, 'a')"), "Mine: label is what another"),
}


@pytest.mark.parametrize(("text", "part"), BAD.values(), ids=list(BAD))
def test_what_is_offered_and_is_not_there_is_one_message(place: Place, install: Install, text: str, part: str) -> None:
    install(text)
    outcome = place.cli("run", place.write(OWN, "other.toml"))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("bench: plug-in mine-dist==1.0: ")
    assert part in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_two_distributions_that_offer_one_name_are_refused(place: Place, install: Install) -> None:
    install(SGD + LOADED)
    install(SGD + LOADED, "mine = other_rules:Mine", name="another")
    with pytest.raises(
        UsageError, match=r"plug-in another==1\.0: mine-dist==1\.0 offers a rule 'mine' too; uninstall one"
    ):
        bench.run(place.write(OWN, "other.toml"), store=place.store)
    assert not (place.folder / "loaded").exists()


def test_a_file_that_is_named_goes_before_what_is_installed(place: Place, install: Install) -> None:
    install(SGD + LOADED)
    path = place.write(SGD, "mine.py")
    assert place.cli("run", place.write(OWN), "--dry-run", "--plugin", path).code == 0
    assert not (place.folder / "loaded").exists()
