"""A fitted classifier as an NPZ file: arrays and text, so that nothing in a file is executed by reading it.

A file holds `version`, `settings` (JSON: the constructor's arguments, and what `fit` learned besides arrays), and as
arrays `parameters`, `classes` and the history. A component is there as the name of its class, with its settings.
"""

import contextlib
import json
import os
import zipfile
from dataclasses import fields
from typing import IO, Any

import numpy as np

from nn import optimizers, penalties, schedules
from nn.arrays import Array
from nn.components import Component
from nn.conventions import fields_of
from nn.labels import kind
from nn.network import Network, parameter_count
from nn.training import CURVES, History

VERSION = 1
COMPONENTS = {
    name: component
    for module in (optimizers, schedules, penalties)
    for name, component in vars(module).items()
    if isinstance(component, type) and issubclass(component, Component)
}
RECORDED = [field.name for field in fields(History) if field.name != "curves"]


def save(model: Any, path: str | os.PathLike[str]) -> None:
    """Write a fitted classifier beside `path`, and move it there when it is whole.

    Raises ValueError, with nothing written, for arguments and labels that only a pickle can hold.
    """
    network, history = model.network, model.history
    learned = {
        "widths": network.widths,
        "activation": network.activation,
        "columns": model._names,
        "objects": model.classes_.dtype.kind == "O",
    }
    text = json.dumps({
        "arguments": {name: _encoded(value, name) for name, value in model.get_params(deep=False).items()},
        "learned": {name: _encoded(value, name) for name, value in learned.items()},
    })  # fmt: skip
    recorded = {name: getattr(history, name) for name in RECORDED} | history.curves
    arrays = {"parameters": network.parameters, "classes": _without_objects(model.classes_), **recorded}
    place = os.path.realpath(path)
    beside = f"{place}.{os.getpid()}.part"
    try:
        with open(beside, "wb") as file:
            np.savez(file, version=np.array(VERSION), settings=np.array(text), **arrays)
        os.replace(beside, place)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(beside)


def load(path: str | os.PathLike[str], made: Any) -> Any:
    """What `save` has written: the classifier that `made` makes of its arguments, as it was fitted.

    Raises ValueError for whatever else a file holds, and OSError for one that cannot be read.
    """
    with open(path, "rb") as file:
        try:
            return _fitted(_arrays(file), made)
        except Exception as error:  # whatever it makes the readers and constructors raise
            what = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
            raise ValueError(
                f"{os.fspath(path)}: not a classifier that nn.Classifier.save has written: {what}"
            ) from error


def _arrays(file: IO[bytes]) -> dict[str, Array]:
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > os.fstat(file.fileno()).st_size:
            raise ValueError("its arrays are larger than the file")  # which could fill the memory
        arrays = {}
        for entry in entries:
            with archive.open(entry) as stream:
                name = entry.filename.removesuffix(".npy")
                arrays[name] = np.lib.format.read_array(stream, allow_pickle=False)
    return arrays


def _fitted(arrays: dict[str, Array], made: Any) -> Any:
    if (version := arrays["version"].tolist()) != VERSION:
        raise ValueError(f"it has version {version!r}, and this is for version {VERSION}")
    settings = json.loads(str(arrays["settings"]))
    model = made(**{name: _decoded(value) for name, value in settings["arguments"].items()})
    learned = {name: _decoded(value) for name, value in settings["learned"].items()}
    widths, columns, parameters = learned["widths"], learned["columns"], arrays["parameters"]
    if not (all(type(width) is int and width > 0 for width in widths) and len(widths) > 1):
        raise ValueError(f"its widths are {widths!r}")
    if parameters.shape != (1, parameter_count(widths)):  # before a network of these widths is made
        raise ValueError(f"its parameters have shape {parameters.shape}, its widths are {widths}")
    classes = arrays["classes"].astype(object) if learned["objects"] else arrays["classes"]
    kind(classes)
    if classes.shape != (widths[-1],) or not np.array_equal(np.unique(classes), classes):
        raise ValueError("its classes are not the sorted labels of its outputs")
    if columns is not None and not (len(columns) == widths[0] and all(type(name) in (str, int) for name in columns)):
        raise ValueError("its columns are not the names of its inputs")
    network = Network(widths, activation=learned["activation"], dtype=parameters.dtype.type)
    network.parameters[...] = parameters
    model._keep(network, _history(arrays, parameters.shape), columns, classes)
    return model


def _history(arrays: dict[str, Array], parameters: tuple[int, ...]) -> History:
    marks = arrays["epochs"].shape
    shapes = {"epochs": marks, "best_parameters": parameters} | dict.fromkeys(CURVES, (1, *marks))
    for name in (*RECORDED, *CURVES):
        if arrays[name].shape != shapes.get(name, (1,)) or arrays[name].dtype.kind not in "if" or len(marks) != 1:
            raise ValueError(f"{name} is of shape {arrays[name].shape} and type {arrays[name].dtype}")
    return History(curves={name: arrays[name] for name in CURVES}, **{name: arrays[name] for name in RECORDED})


def _encoded(value: Any, name: str) -> Any:
    """A value as JSON has it, from which `_decoded` makes it again; `name`: what to call it where that cannot be."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, (list, tuple)):
        return {type(value).__name__: [_encoded(one, name) for one in value]}
    if isinstance(value, type) and value in (np.float32, np.float64):
        return {"dtype": value.__name__}
    if COMPONENTS.get(type(value).__name__) is type(value):
        own = {key: _encoded(getattr(value, key), key) for key in fields_of(value)}
        return {"component": type(value).__name__, "settings": own}
    raise ValueError(f"{name}: only a pickle can hold {value!r}")


def _decoded(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "component" in value:
        return COMPONENTS[value["component"]](**{name: _decoded(one) for name, one in value["settings"].items()})
    ((what, given),) = value.items()
    if what == "dtype":
        return {"float32": np.float32, "float64": np.float64}[given]
    return {"list": list, "tuple": tuple}[what](_decoded(one) for one in given)


def _without_objects(classes: Array) -> Array:
    """The labels in an array of a type that an NPZ has."""
    if classes.dtype.kind not in "OT":
        return classes
    plain = np.array(classes.tolist())
    if plain.dtype.kind == "O" or not np.array_equal(plain.astype(object), classes.astype(object)):
        raise ValueError(f"y: only a pickle can hold labels such as {classes[0]!r}")
    return plain
