"""Ready-made samples, known to everybody: they come with scikit-learn (the extra `data`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from bench.data import DataError, Table
from bench.data.shipped import shipped
from bench.problems.samples import Samples


class ReadyMade(Samples):
    """Samples that scikit-learn ships."""

    def found(self) -> Self:
        return replace(self, content=self._shipped[1])

    @property
    def table(self) -> Table:
        table, digest = self._shipped
        if digest != self.content:
            change = f"it was {self.content}, and is {digest}"
            raise DataError([f"the content of {self.name} has changed: {change}; install scikit-learn as it was"])
        return table

    @property
    def _shipped(self) -> tuple[Table, str]:
        return shipped(self.name.replace("-", "_"))


@dataclass(frozen=True)
class Iris(ReadyMade):
    """150 irises of three species by four lengths of their flowers (Fisher 1936)."""

    name = "iris"


@dataclass(frozen=True)
class Wine(ReadyMade):
    """178 wines from three growers by thirteen chemical measurements (Aeberhard & Forina 1992, UCI)."""

    name = "wine"


@dataclass(frozen=True)
class Digits(ReadyMade):
    """1,797 handwritten digits as 8 x 8 pixels (Alpaydin & Kaynak 1998, UCI, the test set)."""

    name = "digits"


@dataclass(frozen=True)
class BreastCancer(ReadyMade):
    """569 tumours, malignant or benign, by thirty measurements of cell nuclei (Wolberg et al. 1995, UCI)."""

    name = "breast-cancer"
