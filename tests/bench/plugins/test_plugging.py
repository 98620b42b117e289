"""`--plugin FILE.py`: what it brings is named, trained, stored and shown as what is built in is."""

import json
import multiprocessing
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bench import plugins
from bench.errors import UsageError
from bench.grid import Grid, load
from bench.grid.components import BUILT_IN, KNOWN, PLUGGED_IN, RULES
from bench.grid.plugging import plug_in, plugged_in
from bench.grid.provenance import brought, flat_of
from bench.grid.schema import json_schema
from bench.plugins.plugin import PluginError
from bench.records import Run
from bench.store.sqlite import Store
from bench.training.executors import InProcess
from bench.training.stacks import stacks_of
from bench.training.workers import Workers
from tests.bench.place import TINY, Place
from tests.bench.plugins.own import ADAM, PENALTY, SCHEDULE, SGD, clouds, rule

BOTH = TINY.replace('name = "sgd"\nlr = [0.1, 0.5]', 'name = "my-adam"\nlr = 0.05')
OWN = BOTH.partition('[[optimizer]]\nname = "adam"')[0] + "[seeds]\ntune = 0\nconfirm = 6\n"


@pytest.fixture(autouse=True)
def unplugged() -> Iterator[None]:
    """Each test begins with what is built in, and leaves nothing behind."""
    with plugged_in([]):
        yield


@pytest.fixture
def own(place: Place) -> str:
    """The README's rule in a file, and a grid that names it and Adam."""
    place.write(BOTH)
    return str(place.write(ADAM, "my_rule.py").relative_to(place.folder))


def loaded(place: Place, *files: str) -> Grid:
    plug_in([plugins.load(file) for file in files])
    return place.load()


def test_the_readmes_rule_has_twenty_lines_of_its_own() -> None:
    body = ADAM.partition('name = "my-adam"')[2]
    assert len([line for line in body.splitlines() if line.strip()]) <= 20


@pytest.mark.usefixtures("no_report")
def test_adam_written_anew_gives_the_built_ins_numbers_bit_for_bit(place: Place, own: str) -> None:
    outcome = place.cli("run", place.grid, "--plugin", own, "--quiet", "--jobs", "2")
    assert outcome.code == 0, outcome.err
    plug_in([plugins.load(own)])
    runs = place.train().runs
    digests = runs.groupby(["optimizer.name", "seed"])["digest"].first().unstack(0)
    assert len(digests) == 8
    assert (digests["adam"] == digests["my-adam"]).all()
    assert not set(runs.loc[runs["optimizer.name"] == "adam", "run"]) & set(
        runs.loc[runs["optimizer.name"] != "adam", "run"]
    )


@pytest.mark.usefixtures("no_report")
def test_it_goes_through_every_command(place: Place, own: str) -> None:
    option = ("--plugin", own)
    preview = place.cli("run", place.grid, *option, "--dry-run")
    assert (preview.code, preview.err) == (0, "")
    assert re.search(r"^plug-in my_rule\.py \(source [0-9a-f]{16}\): rule my-adam$", preview.out, re.MULTILINE)
    assert "optimizer my-adam: name = my-adam, lr = 0.05, beta1 = 0.9" in preview.out
    assert not place.store.exists()
    assert place.cli("run", place.grid, *option, "--quiet", "--jobs", "1").code == 0
    verified = place.cli("verify", place.grid, *option)
    assert (verified.code, verified.out.splitlines()[-1]) == (0, "16 of 16 runs agree with the store")
    name = next(line for line in verified.out.splitlines()).partition(":")[0]
    assert place.cli("replay", name, *option).code == 0
    for command in (["status"], ["report"], ["export", "--to", "runs.csv"]):
        assert place.cli(command[0], place.grid, *option, *command[1:]).code == 0
    assert "my-adam" in (place.folder / "runs.csv").read_text()
    for name, known in zip(("schema", "schema --markdown"), ('"my-adam"', '`name = "my-adam"`'), strict=True):
        assert known in place.run_command([*name.split(), *option]).out
        assert known not in place.run_command(name.split()).out
    assert RULES.keys() == BUILT_IN[next(base for base, one in KNOWN.items() if one is RULES)].keys()
    assert PLUGGED_IN == {}


def test_the_schema_validates_a_grid_that_names_it(place: Place, own: str) -> None:
    place.write(BOTH + "[regularization]\nquartic = [0, 0.1]\n")
    document = tomllib.loads(place.grid.read_text())
    assert not Draft202012Validator(json_schema()).is_valid(document)
    loaded(place, own, str(place.write(PENALTY, "quartic.py")))
    assert Draft202012Validator(json_schema()).is_valid(document)


def test_workers_train_what_this_process_does(place: Place, own: str) -> None:
    others = {"quartic.py": PENALTY, "falling.py": SCHEDULE, "clouds.py": clouds(3)}
    files = [own, *(str(place.write(text, name)) for name, text in others.items())]
    place.write(
        BOTH.replace("[problem]", '[problem]\nname = "clouds"').replace("[seeds]", 'schedule = "falling"\n[seeds]')
        + "[regularization]\nquartic = [0, 0.1]\n"
    )
    runs = [Run(c, seed) for c in loaded(place, *files).configurations() for seed in range(3)]
    with InProcess() as here:
        expected = {r.run.id: r.digest for results in here.train(stacks_of(runs)) for r in results}
    with Workers(2) as workers:
        found = [r for results in workers.train(stacks_of(runs, 2)) for r in results]
    assert {r.status for r in found} == {"ok"}, found[0].error
    assert {r.run.id: r.digest for r in found} == expected
    assert len(set(expected.values())) == len(runs)


def test_a_report_tells_of_all_that_was_brought(place: Place, own: str) -> None:
    others = {"quartic.py": PENALTY, "falling.py": SCHEDULE, "clouds.py": clouds(3)}
    options = [part for name, text in others.items() for part in ("--plugin", str(place.write(text, name)))]
    place.write(
        BOTH.replace("[problem]", '[problem]\nname = "clouds"\ndistance = [1, 3]')
        .replace("lr = 0.05", 'lr = [0.05, 0.1]\nbeta1 = [0.8, 0.9]\nschedule = "falling"\nsteps = [10, 20]')
        .replace("confirm = 6", "confirm = 3")
        + "[regularization]\nquartic = [0, 0.1]\n"
    )
    outcome = place.cli("run", place.grid, "--plugin", own, *options, "--quiet", "--jobs", "1", "--anyway")
    assert outcome.code == 0, outcome.err
    text = (place.reports / "tiny" / "report.md").read_text()
    for brought_by in ("my_rule", "quartic", "falling", "clouds"):
        assert re.search(rf"The plug-in {brought_by.replace('_', '._')}\.py \(source", text), brought_by
    assert re.search(r"^- Quartic [a-z]", text, re.MULTILINE)  # its effect, in the answer
    assert "| optimizer.steps | 10, 20 | my-adam |" in text


def test_only_ids_of_runs_that_rest_on_a_plug_in_follow_its_source(place: Place, own: str) -> None:
    place.write(TINY)
    before = [c.hash for c in place.load().configurations()]
    place.write(BOTH)
    mine, adam = loaded(place, own).configurations()
    assert adam.hash == before[2]
    assert [c.hash for c in load(place.write(TINY, "other.toml")).configurations()] == before
    place.write(f"{ADAM}\n# the same\n", "my_rule.py")
    changed, same = loaded(place, own).configurations()
    assert same.hash == adam.hash
    assert changed.hash != mine.hash
    place.write(ADAM.replace("\n", "\r\n"), "my_rule.py")
    assert [c.hash for c in loaded(place, own).configurations()] == [mine.hash, adam.hash]


def test_whatever_a_store_calls_a_plug_in_the_option_to_copy_is_one_word() -> None:
    plugin = {"path": "$(touch executed).py", "source": ""}
    with pytest.raises(ValueError, match=re.escape("add --plugin '$(touch executed).py'")):
        flat_of({"optimizer.name": "unheard-of", "plugins": {"optimizer.name": plugin}})


@pytest.mark.usefixtures("no_report")
def test_a_stored_run_says_which_plug_in_it_needs(place: Place, own: str) -> None:
    place.cli("run", place.grid, "--plugin", own, "--quiet", "--jobs", "1")
    verified = place.cli("verify", place.grid, "--plugin", own)
    with plugged_in([plugins.load(own)]):
        mine, adam = (f"{c.hash}-0" for c in place.load().configurations())
    assert place.cli("replay", adam).code == 0  # it does not rest on it
    missing = place.cli("replay", mine)
    assert (missing.code, missing.out) == (2, "")
    needed = "rests on the plug-in my_rule.py, which brings the rule my-adam; add --plugin my_rule.py"
    assert missing.err == f"bench: run '{mine}': {needed}\n"
    for command in ("verify", "report", "status", "run"):
        refused = place.cli(command, place.grid)
        assert refused.code == 2
        assert 'optimizer[1].name = "my-adam": expected one of sgd, ' in refused.err
        assert ", or --plugin FILE.py with it" in refused.err
        assert refused.err.endswith("stored runs have it from a plug-in; add --plugin my_rule.py\n")
    place.write(f"{ADAM}\n# changed\n", "my_rule.py")
    changed = place.cli("replay", mine, "--plugin", own)
    assert changed.code == 2
    assert re.search(
        r"rests on another version of the plug-in my_rule\.py: its source was \w{16}, is \w{16}; add --plugin "
        r"my_rule\.py, as it was then",
        changed.err,
    )
    status = place.cli("status", place.grid, "--plugin", own)
    assert re.fullmatch(r"bench: my_rule\.py has source \w{16}; stored runs of \w{16} are others\n", status.err)
    assert re.search(r"my-adam +tune +2 +0 ", status.out)
    assert verified.err == ""  # with the version of then there is nothing to say


@pytest.mark.usefixtures("no_report")
def test_a_penalty_that_is_off_is_not_needed_to_replay(place: Place) -> None:
    file = str(place.write(PENALTY, "quartic.py"))
    place.write(TINY + "[regularization]\nquartic = [0, 0.1]\n")
    place.cli("run", place.grid, "--plugin", file, "--quiet", "--jobs", "1")
    with plugged_in([plugins.load(file)]):
        off, on = [c for c in place.load().configurations() if c.family == "adam"]
    assert place.cli("replay", f"{off.hash}-0").code == 0
    refused = place.cli("replay", f"{on.hash}-0")
    assert "rests on the plug-in" in refused.err
    assert "which brings the penalty quartic; add --plugin" in refused.err
    unknown = place.cli("status", place.grid)
    assert "regularization.quartic: unknown key" in unknown.err
    assert f"add --plugin {file}" in unknown.err
    with Store(place.store) as store:
        found = store.find(off.hash, 0)
        assert found is not None
        assert not [key for key in found.settings if "quartic" in key or key == "plugins"]


@pytest.mark.usefixtures("no_report")
def test_a_run_beside_a_schedule_that_was_plugged_in_says_what_it_lacks(place: Place) -> None:
    """Its id has the schedule's settings, because its grid names both; its numbers do not rest on them."""
    file = str(place.write(SCHEDULE, "falling.py"))
    place.write(TINY.replace("lr = 0.05", 'lr = 0.05\nschedule = ["constant", "falling"]'))
    place.cli("run", place.grid, "--plugin", file, "--quiet", "--jobs", "1")
    with plugged_in([plugins.load(file)]):
        constant, falling = (f"{c.hash}-0" for c in place.load().configurations() if c.family == "adam")
    for name in (constant, falling):
        assert place.cli("replay", name, "--plugin", file).code == 0
    assert (
        "optimizer.steps: not a setting that this program knows; a plug-in's needs" in place.cli("replay", constant).err
    )
    assert "which brings the schedule falling; add --plugin" in place.cli("replay", falling).err


def test_what_a_report_says_to_type_and_to_copy_works(place: Place, own: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write(OWN)
    place.cli("run", place.grid, "--plugin", own, "--quiet", "--jobs", "1")
    text = (place.reports / "tiny" / "report.md").read_text()
    assert re.search(r"The plug-in my\\?_rule.py \(source \w{16}\) brought the rule my-adam\.", text)
    commands = re.findall(r"^python -m bench (.*)$", text, re.MULTILINE)
    assert len(commands) == 4
    for command in commands:
        assert "--plugin my_rule.py" in command
        assert place.run_command([word.strip("'") for word in command.split()]).code == 0
    [code] = [part for part in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL) if "nn.Classifier" in part]
    assert "from my_rule import MyAdam\n" in code
    monkeypatch.syspath_prepend(str(place.folder))
    scope: dict[str, object] = {}
    exec(code.partition("model.fit")[0], scope)
    model = scope["model"]
    assert type(model.optimizer).__name__ == "MyAdam"  # type: ignore[attr-defined]
    assert model.optimizer.lr == 0.05  # type: ignore[attr-defined]


REFUSED = {
    "a built-in's name": (SGD.replace("mine", "adam"), "Mine: name = 'adam': a built-in rule has it; take another"),
    "no name": (SGD.replace('"mine"', '["mine"]'), "Mine: name = ['mine']: expected a letter"),
    "a declaration": (rule("p -= lr * g", "decay: float = setting(0.5, FRACTION, 'a')"), "Mine: decay is what another"),
    "a file": ("x = 1 /", "line 1: invalid syntax; correct the line"),
}


@pytest.mark.parametrize(("text", "part"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_be_plugged_in_is_one_message_before_anything_is_done(place: Place, text: str, part: str) -> None:
    for words in (["run", str(place.grid)], ["schema"], ["replay", "abc-0"], ["status", str(place.grid)]):
        outcome = place.run_command([*words, "--plugin", str(place.write(text, "mine.py"))])
        assert (outcome.code, outcome.out) == (2, "")
        assert part in outcome.err
        assert len(outcome.err.splitlines()) == 1
    assert place.files() == {"tiny.toml", "mine.py"}
    assert PLUGGED_IN == {}


def test_two_files_with_a_component_of_one_name_are_refused(place: Place, own: str) -> None:
    other = place.write(SGD.replace('"mine"', '"my-adam"'), "other.py").name
    outcome = place.run_command(["schema", "--plugin", own, "--plugin", other])
    assert outcome.code == 2
    assert "plug-in other.py: my_rule.py brings a rule 'my-adam' too; leave one out, or rename one" in outcome.err
    assert place.run_command(["schema", "--plugin", own, "--plugin", own]).code == 0  # the same twice is once


def test_a_setting_that_two_plug_ins_would_share_is_refused(place: Place) -> None:
    place.write(SCHEDULE, "falling.py")
    place.write(rule("p -= lr * g", "steps: float = setting(0.5, FRACTION, 'a')"), "mine.py")
    for files in (("falling.py", "mine.py"), ("mine.py", "falling.py")):
        with pytest.raises(PluginError, match="steps is what another setting of its table is called; rename it"):
            plug_in(map(plugins.load, files))
    assert PLUGGED_IN == {}


def test_a_later_version_takes_the_place_of_an_earlier_one(place: Place, own: str) -> None:
    first = loaded(place, own)
    place.write(ADAM.replace("learning_rate(0.001)", "learning_rate(0.5)"), "my_rule.py")
    place.write(BOTH.replace("lr = 0.05", "", 1))
    second = loaded(place, own)
    assert first.optimizers["my-adam"]["optimizer.lr"] == (0.05,)
    assert second.optimizers["my-adam"]["optimizer.lr"] == (0.5,)
    assert len(PLUGGED_IN) == 1


SPY = """
from pathlib import Path
Path("spied").touch()
"""


@pytest.mark.parametrize(
    "head",
    [
        'plugin = "my_rule.py"',
        'plugins = ["my_rule.py"]',
        '[plugin]\npath = "my_rule.py"',
        '[problem]\nname = "my_rule.py"',
        '[problem]\nname = "my_rule:MyAdam"',
        '[problem]\nplugin = "my_rule.py"',
        '[network]\nactivation = "my_rule.MyAdam"',
    ],
)
def test_a_grid_file_alone_loads_no_code(place: Place, head: str, own: str) -> None:
    place.write(SPY + ADAM, "my_rule.py")
    rest = BOTH.partition("[network]")[2] if head.startswith("[") else BOTH
    for text in (
        f"{head}\n{rest}",
        BOTH,
        BOTH.replace('"my-adam"', '"my_rule.MyAdam"'),
        BOTH.replace('"my-adam"', f'"{own}"'),
    ):
        place.write(text)
        for words in (["run", "--quiet", "--jobs", "1"], ["status"], ["report"]):
            assert place.cli(words[0], place.grid, *words[1:]).code == 2
    assert place.files() == {"tiny.toml", "my_rule.py"}


def test_a_plugged_in_grid_remembers_the_files_it_needs_and_no_others(place: Place, own: str) -> None:
    other = place.write(SGD, "-mine.py").name
    grid = loaded(place, own, other)
    assert grid.request.plugins == ("my_rule.py",)
    assert grid.request.arguments == (str(place.grid), "--plugin", "my_rule.py")
    asked = replace(grid.request, plugins=(other,), name="x")
    assert asked.arguments[1:] == ("--plugin", "./-mine.py", "--name", "x")
    assert asked.changes == ()  # another path to the same rule is no other question


def test_what_is_written_of_a_plug_in_is_a_line_of_the_id(place: Place, own: str, tmp_path: Path) -> None:
    with Store(tmp_path / "runs.sqlite", create=True) as store, InProcess() as here:
        run = Run(next(iter(loaded(place, own).configurations())), 0)
        for results in here.train(stacks_of([run])):
            store.add(results, {"id": "here"})
        found = store.find(run.configuration.hash, 0)
    assert found is not None
    [plugin] = dict.fromkeys(PLUGGED_IN.values())
    assert found.settings["plugins"] == {"optimizer.name": {"path": own, "source": plugin.digest}}
    assert json.dumps(found.settings)


@pytest.mark.parametrize("record", [5, [], {"optimizer.name": 5}, {"no.key": {}}, {"optimizer.name": {"path": 1}}])
def test_a_record_that_is_none_is_no_crash(place: Place, own: str, record: object) -> None:
    with plugged_in([plugins.load(own)]):
        flat = next(iter(place.load().configurations())).settings.flat()
        kept = [one for one in brought({**flat, "plugins": record}) if one.path.endswith(".py")]
    assert kept == []


MINE = TINY.replace('name = "sgd"', 'name = "mine"')


@pytest.mark.usefixtures("no_report")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_rule_that_raises_says_where(place: Place, jobs: str) -> None:
    path = place.write(rule("p -= lr * g\nif self.t == 2:\n    raise ArithmeticError('not today')"), "mine.py")
    place.write(MINE)
    outcome = place.cli("run", place.grid, "--plugin", path, "--quiet", "--jobs", jobs)
    assert outcome.code == 1
    assert re.search(r"runs failed; .*: mine\.py, line 19: ArithmeticError: not today\n", outcome.err), outcome.err


@pytest.mark.usefixtures("no_report")
def test_a_plug_in_that_workers_cannot_execute_says_so(place: Place) -> None:
    text = "import multiprocessing\nassert multiprocessing.parent_process() is None, 'here alone'\n"
    path = place.write(text + SGD, "mine.py")
    place.write(MINE)
    outcome = place.cli("run", place.grid, "--plugin", path, "--quiet", "--jobs", "2")
    assert outcome.code == 1
    assert "in a worker process: plug-in " in outcome.err
    assert "mine.py, line 2: AssertionError: here alone" in outcome.err


def test_what_cannot_be_sent_to_workers_is_one_message(place: Place) -> None:
    own = "f: object = None\ndef __post_init__(self):\n    super().__post_init__()\n    self.f = lambda: 0"
    path = place.write(rule("p -= lr * g", own), "mine.py")
    place.write(MINE)
    outcome = place.cli("run", place.grid, "--plugin", path, "--quiet", "--jobs", "2")
    assert outcome.code == 2
    assert outcome.err.startswith("bench: cannot be sent to worker processes (")
    assert "train in this process (--jobs 1), and see what `bench check` says of the plug-in" in outcome.err


def test_a_worker_that_was_to_have_what_cannot_be_sent_is_ended(place: Place) -> None:
    own = "f: object = None\ndef __post_init__(self):\n    super().__post_init__()\n    self.f = lambda: 0"
    path = place.write(rule("p -= lr * g", own), "mine.py")
    place.write(MINE)
    with plugged_in([plugins.load(path)]):
        [stack, *_] = stacks_of(Run(c, 0) for c in place.load().configurations())
        workers, before = Workers(1), {*multiprocessing.active_children()}
        with pytest.raises(UsageError, match="cannot be sent"), workers:  # held, so that nothing else ends it
            list(workers.train([stack]))
    assert {*multiprocessing.active_children()} <= before
