"""`bench speed`: this machine's throughput, and the time of what a grid lacks."""

import pytest

from tests.bench.place import Place


def test_speed_tells_the_throughput_and_the_time_of_what_a_grid_lacks(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.training.machine.cores", lambda: 1)
    monkeypatch.setattr("bench.training.costs.seconds_per_run", lambda _: 10.0)
    outcome = place.cli("speed", place.grid)
    assert (outcome.code, outcome.err) == (0, "")
    title, alone, stacked, worker, time = outcome.out.splitlines()
    assert title.endswith("million run-steps per second")
    assert ["1 core" in line for line in (alone, stacked, worker)] == [True, True, False]
    assert "1 worker " in worker
    assert all(float(line.split()[-1]) > 0 for line in (alone, stacked, worker))
    assert time == f"{place.grid} on 1 core: about 3 min"  # 6 tune runs and 12 confirm runs
    place.train()
    lacking = place.cli("speed", place.grid).out.splitlines()[-1]
    assert lacking == f"{place.grid} on 1 core: about 2 min"  # the confirm runs
    race = place.cli("speed", place.grid, "--race", "--tune", "4").out.splitlines()[-1]
    assert race == f"{place.grid} on 1 core: at most about 3 min"  # and 6 more tune runs, if none is dropped
