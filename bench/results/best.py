"""A family's best as something to go on with: its settings, a classifier, and code to copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import nn
from bench.errors import UsageError
from bench.grid import Configuration
from bench.grid.code import classifier_code, classifier_of, imports
from bench.results.tuned import Tuned
from bench.text import listed, quoted, suggest


@dataclass(frozen=True, repr=False)
class Best:
    """The configuration that a family is judged by. `weights`: which of a training's are judged, "last" or "best"."""

    family: str
    configuration: Configuration
    weights: str

    @property
    def settings(self) -> dict[str, Any]:
        """Every setting under its dotted name."""
        return self.configuration.settings.flat()

    @property
    def classifier(self) -> nn.Classifier:
        """A new classifier with these settings, to be fitted; `seed` and `random_state` are its defaults.

        Where the grid's penalties reach the first layer alone, or biases too, its own do not (`code` says so).
        """
        return classifier_of(self.configuration.settings, self.weights)

    @property
    def code(self) -> str:
        """The same as Python."""
        own = self.configuration.settings
        return f"{imports(own)}\n\nmodel = {classifier_code(own, self.weights)}"

    def __repr__(self) -> str:
        return f"{self.family}: {self.configuration.text}\n\n{self.code}"


def best_of(tuned: Tuned, family: str) -> Best:
    """The best of a family. Raises UsageError for a family that is not there, or whose best is not chosen yet."""
    families = tuned.choices["family"].tolist()
    if family not in families:
        known = listed(map(quoted, families), 20)
        raise UsageError(f"{quoted(family)}: no such family; expected one of {known}{suggest(family, families)}")
    if family not in tuned.best:
        raise UsageError(f"{quoted(family)}: its best is not chosen yet, since tune runs are missing; run the grid")
    return Best(family, tuned.best[family], tuned.grid.baseline.weights)
