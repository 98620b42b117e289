"""`bench status`: what is done and what is missing."""

import re
import threading
import time

import pytest

import bench
from tests.bench.place import TINY, Place


def test_status_counts_what_is_done_and_missing(place: Place) -> None:
    place.train(tune=1)
    outcome = place.cli("status", place.grid, "--tune", "2")
    assert outcome.code == 0
    assert "15 runs to go; time left: about" in outcome.out  # without its tune runs no family has a best to confirm
    done = place.cli("status", place.grid, "--tune", "1")
    assert "0 runs to go; time left: none" in done.out


def test_what_effects_may_want_is_counted_before_it_is_known(place: Place) -> None:
    place.write(TINY.replace("[[optimizer]]", "[regularization]\nl2 = [0, 0.1]\n\n[[optimizer]]", 1))
    stored = len(place.train(tune=1).runs)
    known = re.search(r"\nat most (\d+) runs to go; time left: at most ab", place.cli("status", place.grid).out)
    assert known
    assert 0 < len(place.train().runs) - stored <= int(known[1])
    assert "\n0 runs to go" in place.cli("status", place.grid).out


def test_the_best_so_far_is_named(place: Place) -> None:
    assert "so far" not in place.cli("status", place.grid, "--tune", "0").out
    results = place.train(tune=1)
    best = results.summary.sort_values("validation_mean", ascending=False).iloc[0]
    said = place.cli("status", place.grid, "--tune", "1").out
    assert re.search(r"best so far, by mean validation accuracy: [\d.]+ % on 1 tune seed, (sgd|adam)", said)
    assert f"{100 * best['validation_mean']:.1f} %" in said


def test_the_best_so_far_has_the_highest_mean_although_others_have_more_seeds(place: Place) -> None:
    one = TINY.replace('[[optimizer]]\nname = "adam"\nlr = 0.05\n', "")
    place.write(one.replace("validation = 5", "validation = 50").replace("epochs = 4", "epochs = 50"))
    best, other = place.train(tune=1).summary.sort_values("validation_mean", ascending=False).to_dict("records")
    assert best["validation_mean"] > other["validation_mean"]
    place.train(f"optimizer.sgd.lr={other['configuration'].removeprefix('lr ')}", tune=5, confirm=1)
    said = place.cli("status", place.grid, "--tune", "5").out
    assert f"{100 * best['validation_mean']:.1f} % on 1 tune seed, sgd: {best['configuration']}\n" in said


def test_watching_goes_on_until_nothing_is_missing_while_another_trains(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.train(tune=1, confirm=1)
    other = threading.Thread(target=bench.run, args=(place.grid,), kwargs={"jobs": 1, "store": place.store})

    def meanwhile(_: float) -> None:
        if not other.ident:
            other.start()
            other.join()

    monkeypatch.setattr(time, "sleep", meanwhile)
    lines = place.cli("status", place.grid, "--watch").out.splitlines()
    assert re.match(r"[1-9]\d* runs to go; time left: about ", lines[-3])
    assert lines[-1] == "0 runs to go; time left: none"


def test_who_watches_may_stop(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_: float) -> None:
        raise KeyboardInterrupt

    place.train(tune=1)
    monkeypatch.setattr(time, "sleep", stopped)
    outcome = place.cli("status", place.grid, "--watch")
    assert (outcome.code, outcome.err) == (0, "")
