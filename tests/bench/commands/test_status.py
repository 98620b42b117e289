"""`bench status`: what is done and what is missing."""

from tests.bench.place import Place


def test_status_counts_what_is_done_and_missing(place: Place) -> None:
    place.train(tune=1)
    outcome = place.cli("status", place.grid, "--tune", "2")
    assert outcome.code == 0
    assert "15 runs to go; time left: about" in outcome.out  # without its tune runs no family has a best to confirm
    done = place.cli("status", place.grid, "--tune", "1")
    assert "0 runs to go; time left: none" in done.out
