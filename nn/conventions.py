"""What scikit-learn expects of an estimator: parameters to get and to set, a short repr, tags, exceptions.

All of it is methods that scikit-learn calls, and what can be looked up where that is loaded. Nothing of it is imported,
so that `nn` needs NumPy alone.
"""

import dataclasses
import inspect
import sys
from typing import Any, Self

import numpy as np

from nn.components import Component


class Estimator:
    """Base of what keeps its constructor's arguments as they are, in attributes of the same names.

    Where one is a component, its settings are parameters too: `optimizer__lr`.
    """

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The constructor's arguments by name; with `deep`, the settings of their components too."""
        params = {name: getattr(self, name) for name in self._defaults()}
        for name in list(params) if deep else []:
            params |= _settings(self._component(name), f"{name}__")
        return params

    def set_params(self, **params: Any) -> Self:
        """Set arguments, and settings of their components, which other owners of a component do not see.

        Raises ValueError for a name that does not exist, and for what a component does not allow.
        """
        for path in sorted(params, key=lambda path: "__" in path):  # components before their settings
            name, _, rest = path.partition("__")
            if name not in self._defaults():
                raise ValueError(f"Invalid parameter {name!r} for {self}. Valid parameters are: {[*self._defaults()]}")
            setattr(self, name, _replaced(self._component(name), rest, params[path]))
        return self

    def __repr__(self) -> str:
        return _call(self, self._defaults())

    def __sklearn_tags__(self) -> Any:
        utils = sys.modules["sklearn.utils"]  # of scikit-learn 1.6 or newer, which alone calls this
        return utils.Tags(
            estimator_type="classifier",
            target_tags=utils.TargetTags(required=True),
            classifier_tags=utils.ClassifierTags(),
        )

    def _component(self, name: str) -> Any:
        """What the argument of this name stands for: itself, unless it is a word for a component."""
        return getattr(self, name)

    @classmethod
    def _defaults(cls) -> dict[str, Any]:
        return {name: argument.default for name, argument in inspect.signature(cls).parameters.items()}


class NotFitted(ValueError, AttributeError):
    """What scikit-learn has a NotFittedError for: it needs `fit` first."""


def known_to_sklearn(name: str, otherwise: type) -> Any:
    """scikit-learn's exception or warning of this name, where it is loaded: the one that its users' code expects."""
    return getattr(sys.modules.get("sklearn.exceptions"), name, otherwise)


def _settings(component: Any, prefix: str) -> dict[str, Any]:
    """The settings of a component, and of those in it, each with the path that leads to it; none of anything else."""
    found: dict[str, Any] = {}
    for name in fields_of(component):
        value = getattr(component, name)
        found |= {prefix + name: value} | _settings(value, f"{prefix}{name}__")
    return found


def _replaced(component: Any, path: str, value: Any) -> Any:
    """The component with another value of the setting to which a path leads; without a path, the value."""
    if not path:
        return value
    name, _, rest = path.partition("__")
    if name not in fields_of(component):
        raise ValueError(
            f"Invalid parameter {name!r} for {_text(component)}. Valid parameters are: {[*fields_of(component)]}"
        )
    return dataclasses.replace(component, **{name: _replaced(getattr(component, name), rest, value)})


def fields_of(component: Any) -> dict[str, Any]:
    """The arguments of a component's constructor, with their defaults."""
    fields: Any = dataclasses.fields(component) if isinstance(component, Component) else ()  # type: ignore[arg-type]
    return {field.name: field.default for field in fields if field.init}


def _text(value: Any) -> str:
    """Python for a value; for components without what is at its default."""
    if isinstance(value, Component):
        return _call(value, fields_of(value))
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, np.generic):  # as searches have them in their grids
        value = value.item()
    return value.__name__ if isinstance(value, type) else repr(value)


def _call(owner: object, defaults: dict[str, Any]) -> str:
    texts = {name: _text(getattr(owner, name)) for name in defaults}
    given = (f"{name}={texts[name]}" for name, default in defaults.items() if texts[name] != _text(default))
    return f"{type(owner).__name__}({', '.join(given)})"
