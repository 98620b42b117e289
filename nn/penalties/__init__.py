"""Penalties added to the loss, without 1/2 and without 1/N. A new one is a file beside these and a line here.

PyTorch's `weight_decay` is 2 l2 and reaches biases too; scikit-learn's `alpha` is 2 l2 times the batch size.
"""

from nn.penalties.base import Penalty, PenaltyTerm
from nn.penalties.l1 import L1
from nn.penalties.l2 import L2

__all__ = ["L1", "L2", "Penalty", "PenaltyTerm"]
