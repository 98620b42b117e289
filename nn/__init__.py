"""A neural network from scratch: dense layers, ReLU or tanh, dropout, softmax and cross-entropy, trained by
gradient descent, Adam or another of eleven rules, with analytical gradients in plain NumPy.

One network and a stack of a thousand are trained by the same lines: every array has a leading axis of runs.
For one network, `Classifier` is the front door; for stacks, `Network`, an optimizer and `train`.
"""

from nn.classifier import Classifier
from nn.network import Network
from nn.optimizers import (
    SGD,
    AdaDelta,
    AdaGrad,
    Adam,
    AdamW,
    AMSGrad,
    Lion,
    Momentum,
    NAdam,
    Nesterov,
    Optimizer,
    RMSProp,
)
from nn.penalties import L1, L2, Penalty
from nn.schedules import Constant, Cosine, Exponential, InverseTime, Schedule, Step, WarmUp
from nn.training import Data, History, evaluate, train

# Raised by hand whenever the arithmetic changes, so that stored runs of other arithmetic are not taken for these.
NUMERICS = 2

__all__ = [
    "L1",
    "L2",
    "NUMERICS",
    "SGD",
    "AMSGrad",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Classifier",
    "Constant",
    "Cosine",
    "Data",
    "Exponential",
    "History",
    "InverseTime",
    "Lion",
    "Momentum",
    "NAdam",
    "Nesterov",
    "Network",
    "Optimizer",
    "Penalty",
    "RMSProp",
    "Schedule",
    "Step",
    "WarmUp",
    "evaluate",
    "train",
]
