"""Several problems in one grid: every command and report with it, and each family judged on its own problem."""

import json
import re
import shlex
import tomllib
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

import bench
from bench.grid import load
from bench.report.files import frames_of
from bench.report.view import view_of
from bench.results import collect
from bench.store.sqlite import Store
from tests.bench.place import Place
from tests.bench.several import FAMILIES, LABELS, SEVERAL


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> bench.Results:
    folder = tmp_path_factory.mktemp("several")
    (folder / "several.toml").write_text(SEVERAL)
    return bench.run(folder / "several.toml", jobs=1, store=folder / "runs.sqlite")


@pytest.fixture
def several(trained: bench.Results, place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A place with the grid and all its runs; reports have no figures."""
    monkeypatch.setattr("bench.figures.style.svg_of", lambda figure: "<svg></svg>")
    place.write(SEVERAL)
    place.store.parent.mkdir()
    place.store.write_bytes(Path(trained.store).read_bytes())
    return place


def test_every_family_is_judged_on_its_problem(trained: bench.Results) -> None:
    assert trained.verdicts["family"].tolist() == list(FAMILIES)
    assert set(trained.verdicts["families"]) == {len(FAMILIES)}  # one level for the words of all problems
    columns = ["problem.label", "problem.name", "problem.features", "problem.classes"]
    different = trained.runs[columns].drop_duplicates().itertuples(index=False, name=None)
    assert [*different] == [("blobs", "blobs", 2, 3), ("parity of 3", "xor", 3, 2), ("xor", "xor", 2, 2)]


def test_a_run_is_the_one_that_a_grid_of_its_problem_alone_has(trained: bench.Results, place: Place) -> None:
    """A label is no part of an id: [problem] and [[problem]] share runs."""
    own = '[problem]\nname = "xor"\nfeatures = 3\ntrain = 20\nvalidation = 20\ntest = 50\n'
    place.write(own + SEVERAL[SEVERAL.index("[network]") :])
    alone = {(c.family, c.text): c.hash for c in place.load().configurations()}
    among = {(c.family, c.text): c.hash for c in trained.tuned.configurations if c.problem == "parity of 3"}
    assert {(f"{family}, parity of 3", text): name for (family, text), name in alone.items()} == among


def test_comparisons_and_effects_stay_within_a_problem(trained: bench.Results) -> None:
    view = view_of(trained)
    assert view.problems == ["blobs", "parity of 3", "xor, noise 0.3", "xor, noise 0.6"]
    problem = view.families["problem"]
    for name, compared in view.comparisons.items():
        assert set(compared["family"].map(problem)) | set(compared["reference"].map(problem)) == {name}
    between = trained.effects[trained.effects["other"] != ""]
    assert len(between) == 4  # adam against sgd, on each
    assert (between["family"].map(problem) == between["other"].map(problem)).all()


def test_comparisons_name_families_and_problems_as_verdicts_and_effects_do(several: Place) -> None:
    """Also a family whose name is too long to be shown."""
    several.write(SEVERAL.replace('name = "adam"', f'name = "adam"\nlabel = "{"x" * 150}"'))
    results = bench.load(several.grid, store=several.store)
    compared, families = results.comparisons, {*results.verdicts["family"]}
    assert {*compared["family"], *compared["reference"]} == families
    problem = dict(zip(results.effects["family"], results.effects["problem"], strict=True))
    assert compared["problem"].tolist() == [problem[family] for family in compared["family"]]
    assert compared["problem"].tolist() == [problem[family] for family in compared["reference"]]
    mean = results.verdicts.set_index("family")["mean"]
    assert compared["difference"].tolist() == pytest.approx(
        (mean[compared["family"]].to_numpy() - mean[compared["reference"]].to_numpy()).tolist()
    )
    effects = frames_of(view_of(results))["effects.csv"]
    assert {*effects["family"]} == families
    assert {*effects["other"]} == {*results.effects["other"]}


def test_the_answer_has_a_sentence_for_each_problem(several: Place) -> None:
    done = several.cli("report", several.grid)
    assert (done.code, done.err) == (0, "")
    text = re.sub(r"\s+", " ", done.out)
    for problem in ("blobs", "parity of 3", "xor, noise 0.3", "xor, noise 0.6"):
        assert re.search(f" 70.0 % on {problem}[,:;] .*?(adam|sgd) with ", text), problem
    assert f"all {len(FAMILIES)} verdicts hold together" in text
    report = (several.reports / "tiny" / "report.md").read_text()
    assert "Seeds pair the families of a problem" in report
    assert "results hold for the generated problems" in report
    assert "compared within each problem" in report
    rows = [line.split(" | ") for line in report.splitlines() if line.startswith("| problem.noise")]
    assert {(row[1], row[2].rstrip(" |")) for row in rows} == {
        ("0.5", "blobs"), ("0.55", "parity of 3"), ("0.3, 0.6", "xor"),
    }  # fmt: skip


def test_its_runs_lie_in_tables_with_the_label(several: Place) -> None:
    csv, parquet = several.folder / "runs.csv", several.folder / "runs.parquet"
    assert [several.cli("export", several.grid, "--to", path).code for path in (csv, parquet)] == [0, 0]
    for runs in (pd.read_csv(csv), pd.read_parquet(parquet)):
        assert set(runs["problem.label"]) == set(LABELS)


def test_lines_to_copy_make_a_grid_of_one_problem_with_the_same_runs(several: Place, trained: bench.Results) -> None:
    several.cli("report", several.grid)
    report = (several.reports / "tiny" / "report.md").read_text()
    blocks = [block for block in re.findall(r"```\n(.*?)```", report, re.S) if block.startswith("[problem]")]
    assert len(blocks) == len(FAMILIES)
    chosen = {best.hash for best in trained.tuned.best.values()}
    for i, block in enumerate(blocks):
        [one] = load(several.write(block, f"{i}.toml")).configurations()
        assert one.hash in chosen


@pytest.mark.parametrize("command", ["status", "run", "verify"])
def test_commands_on_the_whole_grid_find_it_complete(command: str, several: Place) -> None:
    options = {"run": ["--quiet", "--jobs", "1"], "verify": ["--sample", "6"]}.get(command, [])
    done = several.cli(command, several.grid, *options)
    assert (done.code, done.err) == (0, "")


def test_compare_within_a_problem_is_paired_and_across_problems_is_not(several: Place) -> None:
    within = several.cli("compare", several.grid, "adam, blobs", "sgd, blobs")
    assert "6 seeds, paired" in within.out
    across = several.cli("compare", several.grid, "adam, blobs", "adam, parity of 3")
    assert across.code == 0
    assert "the problems differ" in across.out


def test_replay_of_a_run_of_each_problem(several: Place, trained: bench.Results) -> None:
    for run in trained.confirm.drop_duplicates("problem.label")["run"]:
        assert several.cli("replay", run).code == 0


def test_a_dry_run_lists_every_problem_with_its_own_settings(several: Place) -> None:
    out = several.cli("run", several.grid, "--dry-run").out
    assert (
        "  problem parity of 3: name = xor, train = 20, validation = 20, test = 50, noise = 0.55, features = 3" in out
    )
    assert "noise = [0.3, 0.6]" in out
    assert "(1 comparison together)" in out  # of the two families on each problem


def test_set_reaches_one_problem(several: Place) -> None:
    grid = several.load("problem.parity of 3.features=4", "problem.xor.noise=0.4")
    assert grid.problems["parity of 3"]["problem.features"] == (4,)
    assert grid.problems["xor"]["problem.noise"] == (0.4,)
    assert grid.problems["blobs"] == several.load().problems["blobs"]


def test_families_may_be_the_problems_alone(several: Place) -> None:
    done = several.cli("run", several.grid, "--by", "problem", "--quiet", "--jobs", "1")
    assert (done.code, done.err) == (0, "")
    with Store(several.store) as store:
        known = collect(several.load(by=["problem"]), store)
    assert known.verdicts["family"].tolist() == ["blobs", "parity of 3", "xor, noise 0.3", "xor, noise 0.6"]
    best = {family: own.settings.optimizer.label for family, own in known.tuned.best.items()}
    assert re.search(f" 70.0 % on blobs[,:;] .*?{best['blobs']} with ", re.sub(r"\s+", " ", done.out))
    commands = (several.reports / "tiny-by-problem" / "report.md").read_text()
    again = next(line for line in commands.splitlines() if " -m bench report " in line)
    assert several.run_command(shlex.split(again)[3:]).code == 0


def test_what_was_judged_on_any_of_its_problems_shares_the_level(several: Place) -> None:
    """A grid of one of the problems counts what was judged on that problem, and nothing of the others."""
    own = '[problem]\nname = "xor"\nfeatures = 3\ntrain = 20\nvalidation = 20\ntest = 50\n'
    several.write(own + SEVERAL[SEVERAL.index("[network]") :], "one.toml")
    with Store(several.store) as store:
        assert set(collect(load(several.folder / "one.toml"), store).verdicts["families"]) == {2}


def test_a_reference_is_found_on_each_problem(several: Place) -> None:
    with Store(several.store) as store:
        view = view_of(collect(several.load('baseline.reference="sgd"'), store))
    assert {view.named_reference(problem) for problem in view.problems} == {f for f in FAMILIES if f.startswith("sgd")}


def test_the_schema_allows_it(several: Place) -> None:
    schema = json.loads(several.cli("schema").out)
    jsonschema.validate(tomllib.loads(SEVERAL), schema)
    for wrong in (SEVERAL.replace('name = "blobs"', 'name = "bolbs"'), SEVERAL.replace("features = 3", "turns = 3")):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(tomllib.loads(wrong), schema)
