"""`bench replay` and `bench verify`: runs trained again agree with the store."""

from tests.bench.place import Place


def test_replay_and_verify_agree_with_the_store(place: Place) -> None:
    name = place.train().runs["run"][0]
    outcome = place.cli("replay", name)
    assert (outcome.code, outcome.out.splitlines()[0]) == (0, f"{name}: ok, as stored, bit for bit")
    outcome = place.cli("verify", place.grid, "--sample", "1000")
    assert (outcome.code, outcome.out.splitlines()[-1]) == (0, "18 of 18 runs agree with the store")
