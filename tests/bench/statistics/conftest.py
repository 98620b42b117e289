"""The frames that a test dictates."""

import pytest

from tests.bench.statistics.frames import Runs, make_runs


@pytest.fixture
def runs() -> Runs:
    return make_runs
