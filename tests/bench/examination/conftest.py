"""What the tests of the examination share: what it finds wrong with a text."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bench import plugins
from bench.examination import examine

Faults = Callable[[str], dict[str, tuple[str, ...]]]


@pytest.fixture
def faults(tmp_path: Path) -> Faults:
    """What the examination of a plug-in's only component finds wrong, by check."""

    def found(text: str) -> dict[str, tuple[str, ...]]:
        (tmp_path / "mine.py").write_text(text)
        [component] = plugins.load(tmp_path / "mine.py").components
        with np.errstate(all="ignore"):
            return {finding.check: finding.faults for finding in examine(component) if finding.faults}

    return found
