"""Configurations as text to copy: what is copied is the same configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from bench.grid import load
from bench.grid.code import classifier_code, grid_lines
from bench.records import Run
from bench.training.training import train

GRID = """
[problem]
train = 20
validation = 5
test = 5
[training]
epochs = 4
batch = [16, "full"]
checkpoints = 2
[network]
hidden = [[], [6], [5, 4]]
init = ["glorot", 0.05]
activation = ["relu", "tanh"]
[regularization]
l1 = [0, 1e-3]
l2 = [0, 1e-3]
dropout = [0, 0.2]
[[optimizer]]
name = "adam"
lr = 0.05
beta1 = 0.8
[[optimizer]]
name = "momentum"
lr = 0.1
schedule = "inverse"
decay = 1e-3
[[optimizer]]
name = "nadam"
schedule = "step"
stages = 4
warmup = 0.5
[[optimizer]]
name = "sgd"
warmup = 0.5
[seeds]
tune = 2
confirm = 2
"""


@pytest.fixture
def configurations(tmp_path: Path) -> list[Any]:
    path = tmp_path / "grid.toml"
    path.write_text(GRID)
    return list(load(path).configurations())


def test_copied_grid_lines_are_the_same_configuration(configurations: list[Any], tmp_path: Path) -> None:
    for one in configurations:
        path = tmp_path / "copy.toml"
        path.write_text(f"{grid_lines(one)}\n[seeds]\ntune = 0\nconfirm = 2\n")
        [copy] = load(path).configurations()
        assert copy.hash == one.hash


def test_a_copied_classifier_is_the_same_network_to_the_bit(configurations: list[Any]) -> None:
    for one in configurations[::7]:
        run = Run(one, 3)
        x, y = one.settings.problem.draw("train", run.seed)
        model = eval(classifier_code(one.settings), {"nn": nn})  # our own text
        model.seed = run.seed
        model.fit(x.T, y)
        np.testing.assert_array_equal(model.network.parameters, train([run]).network.parameters)


def test_a_copied_classifier_with_the_best_weights_is_the_network_of_the_best_checkpoint(
    configurations: list[Any],
) -> None:
    one, earlier = configurations[3], 0
    for seed in range(6):
        run = Run(one, seed)
        (x, y), (x_validation, y_validation) = (one.settings.problem.draw(s, seed) for s in ("train", "validation"))
        model = eval(classifier_code(one.settings, "best"), {"nn": nn})
        model.seed = seed
        model.fit(x.T, y, validation=(x_validation.T, y_validation))
        history = train([run]).history
        np.testing.assert_array_equal(model.network.parameters, history.best_parameters)
        earlier += int(history.best_epoch[0] < history.epochs[-1])
    assert earlier  # otherwise best and last are the same


def test_penalties_that_the_classifier_does_not_have_are_said_to_differ(tmp_path: Path) -> None:
    path = tmp_path / "grid.toml"
    first = "[regularization]\nlayers = 'first'\nl2 = [0, 0.1]\n[[optimizer]]\nname = 'sgd'\nlr = 0.1\n"
    path.write_text(f"{first}[seeds]\ntune = 2\nconfirm = 2\n")
    without, penalized = (classifier_code(c.settings) for c in load(path).configurations())
    assert "#" not in without
    assert "# its penalties reach all weights" in penalized
