"""Runs that were trained by other sources than today's: never mixed in silence, and trained anew when asked for."""

from typing import Any

import pytest

from bench.store.sqlite import Store
from bench.training import environment as surroundings
from tests.bench.place import Place


@pytest.fixture
def edited(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes this process one whose Adam has another text, or the same again."""

    today = surroundings.sources()

    def edit(digest: str = "") -> None:
        surroundings.environment.cache_clear()
        found = today | ({"nn/optimizers/adam.py": digest} if digest else {})
        for module in ("bench.training.environment.sources", "bench.results.results.sources"):
            monkeypatch.setattr(module, lambda: found)

    yield edit
    monkeypatch.undo()
    surroundings.environment.cache_clear()


def _trained_here(place: Place) -> dict[Any, bool]:
    """For every stored run, whether it was trained by today's sources."""
    today = surroundings.environment()["id"]
    with Store(place.store) as store:
        rows = [*store.runs([c.hash for c in place.load().configurations()])]
    return {row[:2]: row[-1] == today for row in rows}


@pytest.mark.usefixtures("no_report")
def test_edited_sources_are_told_and_again_trains_what_they_did_not(place: Place, edited: Any) -> None:
    quiet = ("--quiet", "--jobs", "1")
    edited("older")
    assert "other sources" not in place.cli("run", place.grid, *quiet).out
    count = len(_trained_here(place))

    edited()
    outdated = place.cli("run", place.grid, *quiet).out
    assert "These runs were trained by other sources than today's (nn/optimizers/adam.py)" in outdated
    assert not any(_trained_here(place).values())

    more = ("--confirm", "8", "--name", "more")
    mixed = place.cli("run", place.grid, *quiet, *more).out
    assert "These verdicts mix runs of different sources: nn/optimizers/adam.py differs between them" in mixed
    assert "How sure" not in mixed
    assert sum(_trained_here(place).values()) == 2 * 2  # two more seeds of two families

    again = place.cli("run", place.grid, *quiet, *more, "--again").out
    assert "other sources" not in again
    assert "different sources" not in again
    trained = _trained_here(place)
    assert all(trained.values())
    assert len(trained) == count + 2 * 2


def test_what_the_sources_of_today_trained_is_not_trained_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.train()
    monkeypatch.setattr("bench.training.executors.train_stack", None)  # it cannot train
    again = place.train(again=True)
    assert set(again.runs["status"]) == {"ok"}


def test_a_run_that_fails_when_it_is_trained_anew_stays_as_it_was(
    place: Place, edited: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited("older")
    before = place.train().runs
    edited()

    def failing(*_: Any) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr("bench.training.building.build", failing)
    after = place.train(again=True).runs
    assert after.equals(before)


def test_verify_names_sources_that_changed_only_beside_numbers_that_did(place: Place, edited: Any) -> None:
    edited("older")
    place.train()
    edited()
    assert "adam.py" not in place.cli("verify", place.grid).out
    with Store(place.store) as store, store._connection:
        store._connection.execute("UPDATE runs SET test_loss = test_loss + 1")
        store._connection.execute("DELETE FROM seals")  # as if they had been stored like this
    differing = place.cli("verify", place.grid)
    assert differing.code == 1
    assert "  nn/optimizers/adam.py: not the sources that it was trained by" in differing.out
