"""Results in a script or a notebook: figures by name, the best, scikit-learn's names, grids as dicts, the store."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

import bench
from bench import report
from bench.errors import UsageError
from bench.grid.written import FIRST_LINE, as_toml
from bench.report.document import Section
from bench.report.pictures import Pictures
from bench.report.view import view_of
from tests.bench.place import Place

GRID: dict[str, Any] = {
    "title": 'Is it "the same"?',
    "problem": {"train": 20, "validation": 20, "test": 40},
    "network": {"hidden": [[4], [5]]},
    "training": {"epochs": 20, "checkpoints": 4},
    "regularization": {"l2": np.array([0, 1e-3])},
    "optimizer": [{"name": "sgd", "lr": {"log": [0.1, 1], "count": 2}}, {"name": "adam", "lr": 0.05}],
    "seeds": {"tune": 2, "confirm": 6},
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> bench.Results:
    folder = tmp_path_factory.mktemp("interactive")
    (folder / "tiny.toml").write_text(as_toml(GRID))
    return bench.run(folder / "tiny.toml", jobs=1, store=folder / "runs.sqlite", progress=False)


def test_every_figure_of_the_report_has_its_name_and_shows_itself(results: bench.Results) -> None:
    drawn = {picture.name: picture for picture in report.document_of(view_of(results)).pictures}
    assert list(results.figures) == list(drawn)
    assert len(drawn) > 8
    assert results.figures["reached"]._repr_svg_() == drawn["reached"].svg
    assert repr(results.figures).startswith("figures: accuracy, ")
    assert "<svg" not in repr(results.figures["accuracy"])


def test_sections_are_made_once_and_as_far_as_is_needed(results: bench.Results) -> None:
    made: list[int] = []

    def counted(number: int) -> Section:
        made.append(number)
        return report.sections.IN_ORDER[number](view_of(results))

    figures = Pictures([partial(counted, number) for number in range(3)])
    assert figures["accuracy"] is figures["accuracy"]
    assert made == [0, 1]  # the answer has no figure, the verdicts have it


def test_a_figure_of_one_panel_is_drawn_on_the_axes_that_are_given(results: bench.Results) -> None:
    figure = Figure(layout="constrained")
    left, right = figure.subplots(1, 2)
    assert results.plot("accuracy", ax=right) == [right]
    assert right.get_yticklabels()[0].get_text().startswith(("sgd", "adam"))
    assert "85" in right.get_title(loc="left")
    assert not left.lines
    assert figure.axes == [left, right]


def test_a_figure_of_several_panels_takes_the_place_of_the_axes(results: bench.Results) -> None:
    figure = Figure(layout="constrained")
    left, right = figure.subplots(1, 2)
    panels = results.plot("learning-curves", ax=right)
    assert len(panels) == 2
    assert right not in figure.axes
    figure.draw_without_rendering()
    middle = left.get_window_extent().x1
    assert all(panel.get_window_extent().x0 > middle for panel in panels)
    with pytest.raises(ValueError, match="an ax that subplots made"):
        results.plot("learning-curves", ax=figure.add_axes((0, 0, 1, 1)))


def test_without_axes_every_figure_is_one_of_pyplots(results: bench.Results) -> None:
    for name in results.figures:
        panels = results.plot(name)
        assert panels, name
        assert panels[0].figure is pyplot.gcf()
        pyplot.close("all")


def test_an_unknown_figure_is_refused_with_the_names(results: bench.Results) -> None:
    with pytest.raises(KeyError, match=r"accuracy, .*did you mean"):
        results.plot("acuracy")


def test_the_best_is_a_classifier_and_its_code(results: bench.Results) -> None:
    best = results.best("adam")
    scope: dict[str, Any] = {}
    exec(best.code, scope)
    assert repr(scope["model"]) == repr(best.classifier)
    assert best.settings["optimizer.lr"] == 0.05
    assert best.configuration.text in repr(best)
    x, y = best.configuration.settings.problem.draw("train", seed=0)
    assert best.classifier.fit(x.T, y).score(x.T, y) > 0.3
    with pytest.raises(UsageError, match='expected one of "sgd" and "adam"; did you mean "adam"'):
        results.best("Adam")


def test_tune_runs_have_scikit_learns_names(results: bench.Results) -> None:
    found = results.to_cv_results()
    table = pd.DataFrame(found)
    assert len(table) == 12
    scores = table[["split0_test_score", "split1_test_score"]].to_numpy()
    tune = results.tune.sort_values("seed", kind="stable").groupby(["family", "configuration"], sort=False)
    expected = [group["validation_accuracy"].tolist() for _, group in tune]
    np.testing.assert_array_equal(scores, expected)
    np.testing.assert_allclose(table["mean_test_score"], scores.mean(axis=1))
    np.testing.assert_allclose(table["std_test_score"], scores.std(axis=1))  # as NumPy, and scikit-learn, have it
    assert sorted(table["rank_test_score"]) == list(range(1, 13))
    first = table.loc[table["rank_test_score"] == 1].iloc[0]
    chosen = results.choices["configuration"].tolist()
    assert any(f"lr {first['params']['optimizer.lr']:g}" in text for text in chosen)
    assert set(found["params"][0]) == {"optimizer.label", "network.hidden", "regularization.l2", "optimizer.lr"}


def test_a_notebook_shows_the_answer_the_main_figure_and_where_the_rest_is(results: bench.Results) -> None:
    html = results._repr_html_()
    assert "Is it &#34;the same&#34;?" in html
    assert "new seeds" in html or "new seed" in html
    assert re.search(r'<img [^>]*alt="[^"]+" src="data:image/svg\+xml;base64,', html)
    assert ".verdicts" in html
    assert "<script" not in html


def test_a_dict_is_a_grid_and_becomes_a_file(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place.folder)
    known = bench.run(
        GRID, name="mine", jobs=1, progress=False, overrides={"seeds.tune": 1, "title": "A NaN 'b' \"c\""}
    )
    text = (place.folder / "mine.toml").read_text()
    assert text.startswith(FIRST_LINE)
    assert known.grid.title == "A NaN 'b' \"c\""
    assert len(known.tune) == 12
    assert known.report() == Path("reports/mine/report.md")
    assert place.run_command(["status", "mine.toml", "--tune", "1"]).out.count(" 0 ") > 0
    bench.load({**GRID, "title": "Another"}, name="mine", overrides=["seeds.tune=1"])
    assert 'title = "Another"' in (place.folder / "mine.toml").read_text()


@pytest.mark.parametrize(
    ("grid", "name", "message"),
    [
        (GRID, None, "needs a plain name"),
        (GRID, "../x", "needs a plain name"),
        (GRID, "tiny", "a grid file of its own"),
        ({**GRID, "optimizer": [{"name": "adm"}]}, "bad", 'did you mean "adam"'),
        ({**GRID, "problem": {"noise": object()}}, "bad", "problem.noise = "),
        ({**GRID, "seeds": None}, "bad", "seeds = "),
        ({**GRID, "title": "\x7f"}, "bad", "all of them printable"),
        ({**GRID, "größe": 1}, "bad", "unknown key"),
    ],
)
def test_a_dict_that_is_no_grid_writes_nothing(
    grid: dict[str, Any], name: str | None, message: str, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place.folder)
    with pytest.raises(UsageError, match=re.escape(message)):
        bench.run(grid, name=name, jobs=1)
    assert place.files() == {"tiny.toml"}


def test_overrides_that_are_one_text_are_refused(place: Place) -> None:
    with pytest.raises(UsageError, match="expected a dict, or a list"):
        bench.run(place.grid, overrides="seeds.tune=1", store=place.store)


def test_a_notebook_finds_the_store_of_the_grids_project(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether it is there already or not; and it says so."""
    (place.folder / "grids").mkdir()
    place.grid.rename(place.folder / "grids" / "tiny.toml")
    (place.folder / "notebooks").mkdir()
    monkeypatch.chdir(place.folder / "notebooks")
    known = bench.run("../grids/tiny.toml", jobs=1, progress=False)
    assert capsys.readouterr().err == "bench: store ../results/runs.sqlite, reports in ../reports\n"
    assert known.report() == Path("../reports/tiny/report.md")
    assert len(bench.load("../grids/tiny.toml").runs) == len(known.runs)
    monkeypatch.chdir(place.folder)
    capsys.readouterr()
    assert len(bench.load("grids/tiny.toml").runs) == len(known.runs)
    assert capsys.readouterr().err == ""
    assert {path.name for path in place.folder.iterdir()} == {"grids", "notebooks", "results", "reports"}
