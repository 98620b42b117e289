"""Every setting a grid file can have: its key, default, kind and meaning, once.

Validation, defaults, the run id's order of settings and the JSON Schema are all read off this table.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

Value = float | int | str | bool | tuple[int, ...]
"""A setting's canonical value: 1, 1.0 and 1e0 are one; widths of hidden layers are a tuple."""


class Kind(Protocol):
    """What values a setting may have."""

    @property
    def allowed(self) -> str:
        """The allowed values in words, for messages."""

    def canonical(self, value: Any) -> Value:
        """The value in canonical form; ValueError if it is not allowed."""

    def schema(self) -> dict[str, Any]:
        """The allowed values as JSON Schema."""


@dataclass(frozen=True)
class Real:
    """A finite number in an interval, stored as float."""

    low: float
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False

    @property
    def allowed(self) -> str:
        low = f"{'>' if self.open_low else '>='} {self.low:g}"
        high = "" if math.isinf(self.high) else f" and {'<' if self.open_high else '<='} {self.high:g}"
        return f"a number {low}{high}"

    def canonical(self, value: Any) -> float:
        number = _number(value)
        above = number > self.low if self.open_low else number >= self.low
        below = number < self.high if self.open_high else number <= self.high
        if not (math.isfinite(number) and above and below):
            raise ValueError
        return number + 0.0  # -0.0 becomes 0.0

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "number"}
        schema["exclusiveMinimum" if self.open_low else "minimum"] = self.low
        if not math.isinf(self.high):
            schema["exclusiveMaximum" if self.open_high else "maximum"] = self.high
        return schema


@dataclass(frozen=True)
class Whole:
    """A whole number in a closed interval; 100.0 and 1e2 are taken for 100."""

    low: int
    high: int

    @property
    def allowed(self) -> str:
        return f"a whole number from {self.low:,} to {self.high:,}"

    def canonical(self, value: Any) -> int:
        number = _number(value)
        if not (math.isfinite(number) and number == int(number) and self.low <= number <= self.high):
            raise ValueError
        return int(number)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    @property
    def allowed(self) -> str:
        return " or ".join(f'"{word}"' for word in self.words)

    def canonical(self, value: Any) -> str:
        if value not in self.words:
            raise ValueError
        return str(value)

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


@dataclass(frozen=True)
class Flag:
    """true or false."""

    allowed = "true or false"

    def canonical(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Either:
    """A value of the first kind or of the second."""

    first: Kind
    second: Kind

    @property
    def allowed(self) -> str:
        return f"{self.first.allowed} or {self.second.allowed}"

    def canonical(self, value: Any) -> Value:
        try:
            return self.first.canonical(value)
        except ValueError:
            return self.second.canonical(value)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.first.schema(), self.second.schema()]}


@dataclass(frozen=True)
class Widths:
    """The widths of the hidden layers: a list, empty for a linear model."""

    width: Whole = Whole(1, 65_536)
    most = 100

    @property
    def allowed(self) -> str:
        return f"a list of at most {self.most} hidden widths, each {self.width.allowed}, or a list of such lists"

    def canonical(self, value: Any) -> tuple[int, ...]:
        if not isinstance(value, list) or len(value) > self.most:
            raise ValueError
        return tuple(self.width.canonical(width) for width in value)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.width.schema(), "maxItems": self.most}


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    try:
        return float(value)
    except OverflowError:
        raise ValueError from None


@dataclass(frozen=True)
class Setting:
    """One setting: dotted key, kind, default and meaning. A list of values makes it an axis."""

    key: str
    kind: Kind
    default: Value
    meaning: str


# What float32, in which runs are trained, can hold with room to spare: a smaller rate or scale would be 0.
_SMALLEST, _LARGEST = 1e-30, 1e30
_POINTS = Whole(1, 1_000_000)
_RATE = Real(0, 1, open_high=True)

SHARED = (
    Setting("problem.name", Choice(("spiral",)), "spiral", "the generator of the data"),
    Setting("problem.classes", Whole(2, 100), 3, "number of classes"),
    Setting("problem.train", _POINTS, 100, "training points per class"),
    Setting("problem.validation", _POINTS, 100, "validation points per class"),
    Setting("problem.test", _POINTS, 1000, "test points per class"),
    Setting("problem.noise", Real(0, 1000), 0.2, "standard deviation of the noise"),
    Setting("network.hidden", Widths(), (64,), "widths of the hidden layers"),
    Setting("network.init", Either(Choice(("he",)), Real(_SMALLEST, 1000)), "he", "standard deviation of the weights"),
    Setting("training.epochs", Whole(1, 10_000_000), 1000, "passes over the training set"),
    Setting("training.batch", Either(Choice(("full",)), Whole(1, 100_000_000)), "full", "samples per step"),
    Setting("training.checkpoints", Whole(1, 100_000), 50, "evaluations of the validation set along the way"),
    Setting("regularization.l1", Real(0, _LARGEST), 0.0, "L1 strength: l1 * sum |w|"),
    Setting("regularization.l2", Real(0, _LARGEST), 0.0, "L2 strength: l2 * sum w^2"),
    Setting("regularization.layers", Choice(("all", "first")), "all", "the layers that L1 and L2 reach"),
    Setting("regularization.biases", Flag(), False, "whether their biases are penalized too"),
    Setting("regularization.dropout", _RATE, 0.0, "dropout rate after every hidden layer"),
)

_LR = Real(_SMALLEST, _LARGEST)
_EPS = Setting("optimizer.eps", Real(_SMALLEST, _LARGEST), 1e-7, "added to the root in the denominator")
_MOMENTUM = Setting("optimizer.momentum", _RATE, 0.9, "share of the last step that is kept")
_BETA1 = Setting("optimizer.beta1", _RATE, 0.9, "decay of the mean of gradients")
_BETA2 = Setting("optimizer.beta2", _RATE, 0.999, "decay of the mean of squared gradients")


def _optimizer(name: str, lr: float, *own: Setting) -> tuple[Setting, ...]:
    return (
        Setting("optimizer.name", Choice((name,)), name, "the update rule"),
        Setting("optimizer.lr", _LR, lr, "learning rate"),
        *own,
        Setting("optimizer.schedule", Choice(("constant", "inverse")), "constant", "inverse: lr / (1 + decay t)"),
        Setting("optimizer.decay", Real(0, _LARGEST), 0.0, "decay of the inverse schedule, per step"),
    )


# The default learning rates are the book's (Kinsley & Kukiela 2020, chapter 10).
OPTIMIZERS = {
    "sgd": _optimizer("sgd", 1.0),
    "momentum": _optimizer("momentum", 1.0, _MOMENTUM),
    "adagrad": _optimizer("adagrad", 1.0, _EPS),
    "adam": _optimizer("adam", 0.001, _BETA1, _BETA2, _EPS),
}

MOST_SEEDS = 1_000_000
SEEDS = (
    Setting("seeds.tune", Whole(0, MOST_SEEDS), 10, "replicates of every configuration, to choose on"),
    Setting("seeds.confirm", Whole(1, MOST_SEEDS), 30, "fresh replicates of each family's best, to judge by"),
)

_SHARE = Real(0, 1, open_low=True, open_high=True)
BASELINE = (
    Setting("baseline.accuracy", _SHARE, 0.85, "the test accuracy that the verdicts are about"),
    Setting(
        "baseline.target",
        Real(0, 1, open_low=True),
        0.85,
        "validation accuracy that counts as converged (default: accuracy)",
    ),
    Setting("baseline.alpha", Real(0, 0.5, open_low=True), 0.05, "probability of a wrong verdict that is accepted"),
    Setting("baseline.margin", Real(0, 1), 0.01, "differences smaller than this are practically nothing"),
)


def all_settings() -> Iterator[Setting]:
    """Every setting once, in the order of the grid file; optimizer settings under their common keys."""
    yield from SHARED
    yield from {setting.key: setting for entry in OPTIMIZERS.values() for setting in entry}.values()
    yield from SEEDS
    yield from BASELINE
