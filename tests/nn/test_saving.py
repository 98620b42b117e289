"""Classifiers in NPZ files: they come back as they were, and no other file does harm."""

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn

Array = nn.arrays.Array
X = np.random.default_rng(0).normal(size=(60, 3))
CODES = (X[:, 0] > 0).astype(int)

MODELS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "a rule by name": {"optimizer": "lion"},
    "a rule with a schedule": {"optimizer": nn.AdamW(nn.WarmUp(nn.Step(0.1, 4), 0.2), weight_decay=0.01)},
    "penalties": {"penalties": [nn.L1(1e-4), nn.L2(np.float64(1e-3))], "l2": 0.1},
    "tanh, dropout": {"activation": "tanh", "dropout": 0.1, "batch": 20, "seed": 3},
    "no hidden layer": {"hidden": []},
    "float64, the best weights": {"dtype": np.float64, "weights": "best", "random_state": 5, "init": 0.1},
}


def fitted(labels: Any = CODES, inputs: Any = X, **settings: Any) -> nn.Classifier:
    given: dict[str, Any] = {"hidden": (8, 4), "epochs": 6} | settings
    return nn.Classifier(**given).fit(inputs, labels, validation=(inputs, labels))


@pytest.mark.parametrize("settings", MODELS.values(), ids=list(MODELS))
def test_a_classifier_comes_back_as_it_was_and_fits_again_to_the_same_bits(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    model = fitted(**settings)
    model.save(tmp_path / "model")
    assert os.listdir(tmp_path) == ["model"]
    loaded = nn.Classifier.load(tmp_path / "model")
    assert repr(loaded) == repr(model)
    assert loaded.predict_proba(X).tobytes() == model.predict_proba(X).tobytes()
    for name, curve in model.history.curves.items():
        np.testing.assert_array_equal(loaded.history.curves[name], curve)
    assert loaded.history.best_parameters.tobytes() == model.history.best_parameters.tobytes()
    assert loaded.fit(X, CODES, validation=(X, CODES)).predict_proba(X).tobytes() == model.predict_proba(X).tobytes()


LABELS: dict[str, Any] = {
    "text": np.array(["no", "yes"]),
    "objects": np.array(["no", "a word ☃"], object),
    "bytes": np.array([b"no", b"yes"]),
    "bool": np.array([False, True]),
    "large": np.array([2**64 - 2, 2**64 - 1], np.uint64),
    "dates": np.array(["2020-01-01", "2021-01-01"], "M8[D]"),
    "floats": np.array([0.0, 1e300]),
}


@pytest.mark.parametrize("labels", LABELS.values(), ids=list(LABELS))
def test_labels_come_back_with_their_type(labels: Array, tmp_path: Path) -> None:
    model = fitted(labels[CODES])
    model.save(tmp_path / "model")
    loaded = nn.Classifier.load(tmp_path / "model")
    assert loaded.predict(X).dtype == model.predict(X).dtype
    assert loaded.predict(X).tolist() == model.predict(X).tolist()


def test_the_names_of_columns_come_back(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    fitted(inputs=frame).save(tmp_path / "model")
    loaded = nn.Classifier.load(tmp_path / "model")
    assert loaded.feature_names_in_.tolist() == ["a", "b", "c"]
    with pytest.raises(ValueError, match="same order"):
        loaded.predict(frame[["c", "b", "a"]])
    fitted(inputs=X).save(tmp_path / "model")
    assert not hasattr(nn.Classifier.load(tmp_path / "model"), "feature_names_in_")


class OwnRule(nn.SGD):
    """One that no other program has."""


ONLY_PICKLED: dict[str, tuple[nn.Classifier, str]] = {
    "a rule of one's own": (nn.Classifier(optimizer=OwnRule(0.1)), "optimizer: only a pickle can hold OwnRule"),
    "a function": (nn.Classifier(optimizer=nn.SGD(lambda t: 0.1)), "lr: only a pickle can hold <function"),
    "a generator": (nn.Classifier(random_state=np.random.default_rng(0)), "random_state: only a pickle can hold Gen"),
}


@pytest.mark.parametrize(("model", "message"), ONLY_PICKLED.values(), ids=list(ONLY_PICKLED))
def test_what_an_npz_cannot_hold_is_named_and_nothing_is_written(
    model: nn.Classifier, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        model.set_params(epochs=1).fit(X, CODES).save(tmp_path / "model")
    assert os.listdir(tmp_path) == []


def test_a_file_that_cannot_be_written_whole_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = fitted()
    model.save(tmp_path / "model")
    before = (tmp_path / "model").read_bytes()

    def full(file: Any, **arrays: Array) -> None:
        file.write(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="no space left"):
        model.save(tmp_path / "model")
    assert os.listdir(tmp_path) == ["model"]
    assert (tmp_path / "model").read_bytes() == before


def settings(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], object]:
    """A change of the JSON."""

    def changed(arrays: dict[str, Any]) -> None:
        text = json.loads(str(arrays["settings"]))
        change(text)
        arrays["settings"] = np.array(json.dumps(text))

    return changed


def learned(**values: Any) -> Callable[[dict[str, Any]], object]:
    return settings(lambda text: text["learned"].update(values))


def argument(name: str, value: Any) -> Callable[[dict[str, Any]], object]:
    return settings(lambda text: text["arguments"].update({name: value}))


def array(**values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda arrays: arrays.update({name: np.array(value) for name, value in values.items()})


HOSTILE: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "another version": (array(version=2), "it has version 2, and this is for version 1"),
    "no version": (lambda arrays: arrays.pop("version"), "it lacks 'version'"),
    "no weights": (lambda arrays: arrays.pop("parameters"), "it lacks 'parameters'"),
    "no curve": (lambda arrays: arrays.pop("train_loss"), "it lacks 'train_loss'"),
    "fewer weights": (array(parameters=np.ones((1, 5), np.float32)), r"its parameters have shape \(1, 5\)"),
    "weights of integers": (lambda a: a.update(parameters=a["parameters"].astype(int)), "dtype: expected float32"),
    "no JSON": (array(settings="{"), "Expecting property name"),
    "deep JSON": (array(settings="[" * 100_000), "recursion"),
    "a list": (array(settings="[]"), "list indices must be integers"),
    "a network that fills the memory": (learned(widths={"list": [3, 10**9, 10**9, 2]}), "its parameters have shape"),
    "widths below 1": (learned(widths={"list": [3, -8, 2]}), "its widths are"),
    "widths of text": (learned(widths="312"), "its widths are '312'"),
    "another activation": (learned(activation="sin"), "activation: expected one of"),
    "columns of others": (learned(columns={"list": ["a"]}), "its columns are not the names of its inputs"),
    "columns of nothing": (learned(columns={"list": [None] * 3}), "its columns are not the names of its inputs"),
    "other arguments": (argument("hiden", 3), "unexpected keyword argument 'hiden'"),
    "another class": (argument("optimizer", {"component": "os.system", "settings": {}}), "it lacks 'os.system'"),
    "a rate below 0": (argument("optimizer", {"component": "SGD", "settings": {"lr": -1}}), "lr: expected 0 < lr"),
    "unsorted classes": (array(classes=[1, 0]), "its classes are not the sorted labels"),
    "one class twice": (array(classes=[1, 1]), "its classes are not the sorted labels"),
    "a class too many": (array(classes=[0, 1, 2]), "its classes are not the sorted labels"),
    "missing classes": (array(classes=[0, np.nan]), "contains missing labels"),
    "objects": (array(classes=np.array(["a", print], object)), "Object arrays cannot be loaded"),
    "curves of another length": (array(train_loss=np.ones((1, 3))), "train_loss is of shape"),
    "text for a curve": (array(train_loss=[["a"] * 6]), "train_loss is of shape"),
}


@pytest.mark.parametrize(("change", "message"), HOSTILE.values(), ids=list(HOSTILE))
def test_a_file_with_something_else_in_it_is_refused_with_its_name(
    change: Callable[[dict[str, Any]], object], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "model.npz"
    fitted().save(path)
    with np.load(path) as archive:
        arrays = dict(archive)
    change(arrays)
    np.savez(path, **arrays)
    with pytest.raises(
        ValueError, match=rf"model.npz: not a classifier that nn.Classifier.save has written: .*{message}"
    ):
        nn.Classifier.load(path)


def test_a_small_file_cannot_fill_the_memory(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "model.npz", version=np.array(1), parameters=np.zeros((1000, 1000)))
    with pytest.raises(ValueError, match="its arrays are larger than the file"):
        nn.Classifier.load(tmp_path / "model.npz")


@pytest.mark.parametrize("content", [b"", b"text", pickle.dumps({"version": 1}), b"PK\x03\x04 and so on", b"\x93NUMPY"])
def test_files_of_other_kinds_are_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(content)
    with pytest.raises(ValueError, match=r"model: not a classifier that nn.Classifier.save has written"):
        nn.Classifier.load(tmp_path / "model")
    with pytest.raises(FileNotFoundError):
        nn.Classifier.load(tmp_path / "another")


def test_files_that_are_cut_or_changed_anywhere_are_refused_or_whole(tmp_path: Path) -> None:
    """A checksum is in every entry of the archive; what is outside of them, such as its dates, changes nothing."""
    model, path = fitted(), tmp_path / "model"
    model.save(path)
    content, drawn, refused = path.read_bytes(), np.random.default_rng(0), 0
    for i in range(150):
        place, changed = int(drawn.integers(len(content))), bytearray(content)
        changed[place] ^= 1 << int(drawn.integers(8))
        path.write_bytes(changed[:place] if i % 3 == 0 else changed)
        try:
            loaded = nn.Classifier.load(path)
        except ValueError:
            refused += 1
        else:
            assert loaded.predict_proba(X).tobytes() == model.predict_proba(X).tobytes()
    assert refused > 100
