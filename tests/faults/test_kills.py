"""A few kills at random moments, the same every time; `python tests/faults kills` does as many as one likes."""

import random
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.faults import kills
from tests.faults.processes import KNOWN
from tests.faults.victims import LOCAL, Missed, Reference, uninterrupted

pytestmark = pytest.mark.skipif(not KNOWN, reason="processes are looked up in /proc")
SEED = 949  # of moments that are in the midst of training, for every victim


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    with kills.campaign_of("driver", tmp_path_factory.mktemp("kills") / "uninterrupted") as campaign:
        return uninterrupted(campaign)


@pytest.mark.parametrize("victim", [*LOCAL, "Dask worker", "Dask scheduler"])
def test_whoever_is_killed_nothing_is_lost_and_nothing_that_is_stored_is_trained_again(
    victim: str, reference: Reference, tmp_path: Path
) -> None:
    if victim not in LOCAL and find_spec("distributed") is None:
        pytest.skip("Dask's package distributed is not installed")
    rng = random.Random(f"{victim} {SEED}")
    for attempt in range(5):
        try:
            outcome = kills.trial(victim, kills.campaign_of(victim, tmp_path / f"{attempt}"), reference, rng)
        except Missed:
            continue
        assert outcome.faults == []
        return
    pytest.fail("every moment came too late")
