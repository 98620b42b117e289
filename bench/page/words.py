"""What the page says: titles, what each network is, and how what is seen was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from bench.page.content import UNITS, Plan, Shown
from bench.problems import DataFile, Source
from bench.replay.recording import Recording
from bench.text import counted, listed, spelled, unbroken, written
from nn.components import Component, settings_of


def title(runs: Sequence[Shown]) -> str:
    """The page's."""
    return f"{listed(one.name for one in runs)}: training, epoch by epoch"


def of(one: Shown, plan: Plan, recording: Recording) -> dict[str, Any]:
    """What is said of a network, by its place in templates/page.html."""
    settings = one.run.settings
    return {
        "name": one.name,
        "what": _what(one),
        "why": unbroken(one.why),
        "id": one.run.id,
        "checked": _checked(one, recording),
        "diverged": _diverged(recording),
        "no_regions": "" if plan.precision else _no_regions(one),
        "signed": settings.network.activation != "relu",
        "layers": [_layer(number, units) for number, units in enumerate(settings.network.hidden, 1)],
        "outputs": f"layer {len(settings.widths) - 1}, the outputs: {settings.problem.classes}",
        "notes": list(_notes(one, plan)),
    }


def _what(one: Shown) -> str:
    """A run's settings, as far as they do anything."""
    settings = one.run.settings
    network, training, regularization = settings.network, settings.training, settings.regularization
    penalties = [
        f"{spelled(f'regularization.{penalty.name}')} {written(penalty.strength)}"
        for penalty in regularization.penalties
        if penalty.strength
    ]
    schedule = settings.optimizer.schedule.name
    parts = [
        f"{_source(settings.problem)}, {counted(settings.training_samples, 'training point')}",
        f"network {'-'.join(map(str, settings.widths))}" + (f", {network.activation}" if network.hidden else ""),
        ", ".join([settings.optimizer.rule.name, *_declared(settings.optimizer.rule)]),
        *([f"schedule {schedule}"] if schedule != "constant" else []),
        *([f"warm-up {written(settings.optimizer.warmup)}"] if settings.optimizer.warmup else []),
        *penalties,
        *([f"dropout {written(regularization.dropout)}"] if regularization.dropout else []),
        "all points at once" if training.batch is None else f"batches of {training.batch}",
        f"seed {one.run.seed}",
    ]
    return "; ".join(parts)


def _source(problem: Source) -> str:
    return problem.path if isinstance(problem, DataFile) else problem.name


def _declared(rule: Component) -> list[str]:
    return [f"{own.name} {written(getattr(rule, own.name))}" for own in settings_of(type(rule))]


def _checked(one: Shown, recording: Recording) -> str:
    if recording.digest == one.digest:
        return f"bit for bit as stored: trained again for this page, it ends with weights of the digest {one.digest}"
    return (
        f"not bit for bit as stored: trained again for this page, it ends with weights of the digest "
        f"{recording.digest}, and {one.digest} was stored; another kind of machine or another version gives other bits"
    )


def _diverged(recording: Recording) -> str:
    """What happened to a run whose numbers did not stay finite."""
    if not recording.diverged_at:
        return ""
    last = recording.frames[-1].epoch
    shown = f"epoch {last}" if last else "the network before training"
    what = f"at epoch {recording.diverged_at} its loss or a weight was no finite number"
    return f"Diverged: {what}. Shown from there on: {shown}."


def _no_regions(one: Shown) -> str:
    """Why there are no decision regions."""
    features = one.run.settings.problem.features
    if features == 2:
        return "No decision regions: this network has more weights than fit on a page."
    return (
        f"No decision regions: points of this problem have {counted(features, 'feature')}, and regions are drawn in a "
        "plane, of two."
    )


def _layer(number: int, units: int) -> dict[str, str]:
    """A hidden layer, and how many of its units are shown."""
    if units <= UNITS:
        return {"name": f"layer {number}", "units": f"all {units} units" if units > 1 else "its unit"}
    return {
        "name": f"layer {number}",
        "units": f"{UNITS} of {units} units, those with the largest outgoing weights at the end",
    }


def _notes(one: Shown, plan: Plan) -> Iterator[str]:
    """How what is seen was made, where it could be taken for something else."""
    dropout = " and with dropout off" if one.run.settings.regularization.dropout else ""
    yield f"Gradients are those of the loss of all training points, penalties included{dropout}."
    if one.run.settings.training.batch is not None:
        yield "It was trained by the gradients of its batches, which scatter around these."
    if plan.precision is np.float16:
        yield "Regions and units are computed from weights that are rounded to 11 bits, which keeps this page small."
