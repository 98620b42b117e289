"""One run as a picture or a film: the run that is stored, in the format that the file's ending asks for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.commands.replay import write_figure, write_film
from bench.figures.regions import _at
from bench.records import Run
from bench.replay.regions import FRAMES, NO_CLASS, SIDE, film, maps, portrait
from bench.results import Results
from bench.training.training import train
from tests.bench.place import Place


@pytest.fixture(scope="module")
def run(tiny: Results) -> Run:
    """A stored confirm run."""
    row = tiny.confirm.iloc[0]
    configuration = next(c for c in tiny.grid.configurations() if c.text == row["configuration"])
    return Run(configuration, int(row["seed"]))


def test_a_figure_has_the_format_of_its_ending(run: Run, tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg", "a.png", "a.PDF"):
        write_figure(run, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert "<svg" in (tmp_path / "a.svg").read_text()[:600]
    assert (tmp_path / "a.PDF").read_bytes().startswith(b"%PDF")
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.format == "PNG"
        assert picture.size == (1200, 930)  # 8 by 6.2 inches with 150 dots each


def test_a_film_has_a_frame_for_the_beginning_and_each_mark(run: Run, tmp_path: Path) -> None:
    write_film({"adam": run}, tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as picture:
        assert picture.format == "GIF"
        assert 1 < getattr(picture, "n_frames") <= FRAMES + 1  # noqa: B009  (PIL's types know it of some formats only)
        assert picture.info["loop"] == 0  # for ever


def test_films_side_by_side_share_their_epochs_and_the_shorter_one_stays_as_it_ends(
    run: Run, place: Place, tmp_path: Path
) -> None:
    short = Run(next(place.load("training.epochs=4").configurations()), 0)
    write_film({"long": run, "short": short}, tmp_path / "both.gif")
    write_film({"long": run}, tmp_path / "long.gif")
    with Image.open(tmp_path / "both.gif") as both, Image.open(tmp_path / "long.gif") as long:
        assert both.width > long.width
        assert getattr(both, "n_frames") == getattr(long, "n_frames")  # noqa: B009
    frames = film(short)
    assert [_at(frames, epoch) for epoch in (0, 3, 4, 20)] == [
        one for _, one in (frames[0], frames[3], *[frames[4]] * 2)
    ]


def test_a_film_ends_with_the_stored_run(run: Run, tiny: Results) -> None:
    frames = list(film(run))
    stored = tiny.confirm.set_index("run").loc[run.id]
    epochs = [epoch for epoch, _ in frames]
    assert epochs == sorted(set(epochs))
    assert (epochs[0], epochs[-1]) == (0, run.settings.training.epochs)
    assert frames[-1][1].digest == stored["digest"]
    assert frames[-1][1].accuracy == stored["test_accuracy"]
    assert frames[-1][1].predicted.shape == (SIDE, SIDE)
    assert np.any(frames[0][1].predicted != frames[-1][1].predicted)


def test_what_is_shown_holds_the_points(run: Run, place: Place) -> None:
    """A square around 0 for the spiral; where somebody's data lie elsewhere, their own box."""
    [spiral] = maps([run]).values()
    reach = spiral.box[1]
    assert spiral.box == (-reach, reach, -reach, reach)
    assert np.abs(spiral.points).max() < reach

    rows = "".join(f"{100 + i * 5 % 17},{-2 - i * i % 7},{i % 2}\n" for i in range(40))
    place.write(f"a,b,class\n{rows}", "far.csv")
    text = place.grid.read_text().replace(
        "train = 6\nvalidation = 5\ntest = 7\n", 'path = "far.csv"\ntarget = "class"\n'
    )
    place.write(text)
    [far] = maps([Run(next(place.load("problem.standardize=false").configurations()), 0)]).values()
    left, right, bottom, top = far.box
    assert 99 < left < far.points[0].min() < far.points[0].max() < right < 118
    assert -9 < bottom < far.points[1].min() < far.points[1].max() < top < -1


def test_another_ending_is_refused(run: Run, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"written as \.svg, \.png or \.pdf"):
        write_figure(run, tmp_path / "a.txt")
    with pytest.raises(ValueError, match=r"written as \.gif"):
        write_film({"adam": run}, tmp_path / "a.svg")
    assert list(tmp_path.iterdir()) == []


def test_a_film_of_a_run_that_diverged_goes_on_to_the_end(place: Place) -> None:
    [wild, *_] = place.load("optimizer.sgd.lr=[1e30, 0.1]", "training.epochs=80").configurations()
    frames = film(Run(wild, 0))
    assert [epoch for epoch, _ in frames] == [0, *range(2, 81, 2)]


def test_a_run_that_diverged_is_drawn_without_a_class_and_without_a_warning(place: Place, tmp_path: Path) -> None:
    """Warnings are errors here; weights that are no numbers must not be taken for a vote for the first class."""
    [wild, *_] = place.load("optimizer.sgd.lr=[1e30, 0.1]").configurations()
    one, _ = portrait(Run(wild, 0))
    assert set(one.predicted.ravel()) == {NO_CLASS}
    assert np.isnan(one.accuracy)
    write_figure(Run(wild, 0), tmp_path / "wild.svg")
    write_film({"sgd": Run(wild, 0)}, tmp_path / "wild.gif")


def test_huge_weights_are_replayed_in_silence(place: Place) -> None:
    """One step of 1e20 leaves weights that are finite, and products that are not."""
    [huge, *_] = place.load("optimizer.sgd.lr=[1e20, 0.1]", "training.epochs=1").configurations()
    run = Run(huge, 0)
    assert np.isfinite(train([run]).network.parameters).all()
    assert set(maps([run])[run.id].predicted.ravel()) <= {0, 1, 2}


def test_the_best_weights_are_drawn_where_they_are_judged(place: Place) -> None:
    results = place.train("training.epochs=40", "training.checkpoints=20")
    earlier = results.tune[results.tune["best_epoch"] < 40]
    assert len(earlier)  # otherwise best and last are the same
    row = earlier.iloc[0]
    [configuration] = [
        c
        for c in place.load("training.epochs=40", "training.checkpoints=20").configurations()
        if row["run"].startswith(c.hash)
    ]
    run = Run(configuration, int(row["seed"]))
    best, last = maps([run], "best")[run.id], maps([run])[run.id]
    assert best.accuracy == pytest.approx(row["test_accuracy_at_best"], abs=1e-12)  # counts of the same points
    assert last.accuracy == pytest.approx(row["test_accuracy"], abs=1e-12)
    assert best.digest == last.digest == row["digest"]
