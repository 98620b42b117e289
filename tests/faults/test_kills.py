"""A few kills at random moments, the same every time; `python tests/faults kills` does as many as one likes."""

import random
from pathlib import Path

import pytest

from tests.faults import kills
from tests.faults.campaigns import Campaign
from tests.faults.processes import KNOWN

pytestmark = pytest.mark.skipif(not KNOWN, reason="processes are looked up in /proc")
SEED = 949  # of moments that are in the midst of training, for every victim


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> kills.Reference:
    with Campaign(tmp_path_factory.mktemp("kills") / "uninterrupted", {"jobs": 2}) as campaign:
        return kills.uninterrupted(campaign)


@pytest.mark.parametrize("victim", kills.VICTIMS)
def test_whoever_is_killed_nothing_is_lost_and_nothing_that_is_stored_is_trained_again(
    victim: str, reference: kills.Reference, tmp_path: Path
) -> None:
    rng = random.Random(f"{victim} {SEED}")
    for attempt in range(5):
        try:
            outcome = kills.trial(victim, Campaign(tmp_path / f"{attempt}", {"jobs": 2}), reference, rng)
        except kills.Missed:
            continue
        assert outcome.faults == []
        return
    pytest.fail("every moment came too late")
