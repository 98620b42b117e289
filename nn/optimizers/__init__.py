"""The update rules. A new one is a file beside these and a line here.

Conventions are those of Kinsley & Kukiela, *Neural Networks from Scratch in Python* (2020), chapter 10, as are the
default learning rates; each docstring says where PyTorch, scikit-learn or optax differ.
"""
# ruff: noqa: I001  (in the order in which they are listed, and coloured in figures)

from nn.optimizers.base import Optimizer
from nn.optimizers.sgd import SGD
from nn.optimizers.momentum import Momentum
from nn.optimizers.adagrad import AdaGrad
from nn.optimizers.adam import Adam

__all__ = ["SGD", "AdaGrad", "Adam", "Momentum", "Optimizer"]
