"""Penalties added to the loss, without 1/2 and without 1/N. A new one is a file and a line here.

PyTorch's `weight_decay` is 2 l2 and reaches biases too; scikit-learn's `alpha` is 2 l2 times the batch size.
"""

from nn.penalties.base import Penalty as Penalty, PenaltyTerm as PenaltyTerm
from nn.penalties.l1 import L1 as L1
from nn.penalties.l2 import L2 as L2
