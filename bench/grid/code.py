"""A configuration as text to copy: as a call of `nn.Classifier`, and as the lines of a grid file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.grid.components import PLUGGED_IN
from bench.grid.expansion import Configuration
from bench.grid.provenance import needed
from bench.grid.settings import Settings
from bench.grid.table import FOUND
from nn import Classifier
from nn.components import settings_of
from nn.penalties import Penalty
from nn.schedules import Constant, WarmUp


def classifier_code(settings: Settings, weights: str = "last") -> str:
    """The network and its training as Python; fitted with a run's seed on its training set, it is that run's network.

    `weights`: which of them it ends with, as in a grid's baseline. What is left out has its default. Where the grid's
    penalties reach the first layer alone, or biases too, which the classifier's cannot, a comment says so.
    """
    network, training, regularization = settings.network, settings.training, settings.regularization
    optimizer = settings.optimizer
    rate = "" if isinstance(optimizer.schedule, Constant) else _call(optimizer.schedule)
    rate = f"nn.WarmUp({rate or repr(optimizer.rule.lr)}, {optimizer.warmup!r})" if optimizer.warmup else rate
    arguments = [str(network.hidden), _call(optimizer.rule, {"lr": rate} if rate else {})]
    arguments += [f"activation={network.activation!r}"] if network.activation != "relu" else []
    strong = [penalty for penalty in regularization.penalties if penalty.strength]
    if strong:
        arguments.append(f"penalties=[{', '.join(map(_call, strong))}]")
    arguments += [f"dropout={regularization.dropout!r}"] if regularization.dropout else []
    arguments += [f"epochs={training.epochs}"]
    arguments += [f"batch={training.batch}"] if training.batch else []
    arguments += [f"init={network.init!r}"] if network.init != "he" else []
    arguments += [f"checkpoints={training.checkpoints}, weights={weights!r}"] if weights != "last" else []
    other = strong and (regularization.layers != "all" or regularization.biases)
    comment = "  # its penalties reach all weights and no biases; the grid's do not" if other else ""
    return f"nn.Classifier({', '.join(arguments)}){comment}"


def classifier_of(settings: Settings, weights: str = "last") -> Classifier:
    """What `classifier_code` says, as an object."""
    own, training, regularization = settings.optimizer, settings.training, settings.regularization
    rate = own.rule.lr if isinstance(own.schedule, Constant) else own.schedule
    rule = replace(own.rule, lr=WarmUp(rate, own.warmup) if own.warmup else rate)
    ending: dict[str, Any] = {"checkpoints": training.checkpoints, "weights": weights} if weights != "last" else {}
    return Classifier(
        settings.network.hidden,
        rule,
        activation=settings.network.activation,
        penalties=[penalty for penalty in regularization.penalties if penalty.strength],
        dropout=regularization.dropout,
        epochs=training.epochs,
        batch=training.batch,
        init=settings.network.init,
        **ending,
    )


def imports(settings: Settings) -> str:
    """The lines that `classifier_code` needs before it; a class of a Python session is there already."""
    own = (settings.optimizer.schedule, settings.optimizer.rule, *settings.regularization.penalties)
    used = (one for one in own if not isinstance(one, Penalty) or one.strength)
    brought = {type(one): PLUGGED_IN[type(one)] for one in used if type(one) in PLUGGED_IN}
    lines = [
        f"from {Path(plugin.path).stem if plugin.is_file else component.__module__} import {component.__name__}"
        for component, plugin in brought.items()
        if not plugin.is_class
    ]
    return "\n".join(["import nn", *lines])


def _call(component: object, given: dict[str, str] | None = None) -> str:
    """A component as a call of its class, with the settings that are not at their defaults; `given` as it is."""
    texts = dict(given or {})
    for one in settings_of(type(component)):
        value = getattr(component, one.name)
        if one.name not in texts and value != one.default:
            texts[one.name] = repr(value)
    home = "" if type(component) in PLUGGED_IN else "nn."
    return f"{home}{type(component).__name__}({', '.join(f'{name}={text}' for name, text in texts.items())})"


def grid_lines(configuration: Configuration) -> str:
    """A grid file's tables that hold this one configuration: every setting, as TOML."""
    tables: dict[str, list[str]] = {}
    for key, value in needed(configuration.settings).items():
        if key in FOUND:
            continue
        table, name = key.split(".", 1)
        tables.setdefault(table, []).append(f"{name} = {_toml(value)}")
    return "\n\n".join("\n".join([_heading(table), *lines]) for table, lines in tables.items())


def _heading(table: str) -> str:
    return "[[optimizer]]" if table == "optimizer" else f"[{table}]"


def _toml(value: Any) -> str:
    """A plain value; a list of widths is one value of an axis, so it is a list of one list."""
    return json.dumps([value] if isinstance(value, list) else value)
