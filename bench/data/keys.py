"""The values that a grid file may give for what it says about data: names, shares of samples."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Text:
    """Text of at most so many characters, printable unless said otherwise."""

    longest: int
    printable: bool = True

    @property
    def allowed(self) -> str:
        return f"a text of at most {self.longest:,} characters" + ", all of them printable" * self.printable

    def canonical(self, value: Any) -> str:
        if not isinstance(value, str) or len(value) > self.longest or (self.printable and not value.isprintable()):
            raise ValueError
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.longest}


@dataclass(frozen=True)
class Names:
    """A list of names of columns."""

    name = Text(1000)
    most = 100_000

    @property
    def allowed(self) -> str:
        return f"a list of names of columns, each {self.name.allowed}"

    def canonical(self, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) > self.most:
            raise ValueError
        return tuple(self.name.canonical(name) for name in value)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.name.schema(), "maxItems": self.most}


@dataclass(frozen=True)
class Share:
    """How many of the samples: a share of them all, as a float, or their number."""

    most = 1_000_000_000

    @property
    def allowed(self) -> str:
        return "a share of the samples between 0 and 1, or a whole number of them"

    def canonical(self, value: Any) -> float | int:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError
        if 0 < value < 1:
            return float(value)
        if not 1 <= value <= self.most or value != int(value):
            raise ValueError
        return int(value)

    def schema(self) -> dict[str, Any]:
        share = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
        return {"anyOf": [share, {"type": "integer", "minimum": 1, "maximum": self.most}]}
