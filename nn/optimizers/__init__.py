"""The update rules, in the order in which they are listed and coloured. A new one is a file and a line at the end here.

Conventions are those of Kinsley & Kukiela, *Neural Networks from Scratch in Python* (2020), chapter 10, as are the
default learning rates; each docstring says where PyTorch, scikit-learn or optax differ.
"""

from nn.optimizers.base import Optimizer as Optimizer
from nn.optimizers.sgd import SGD as SGD
from nn.optimizers.momentum import Momentum as Momentum
from nn.optimizers.adagrad import AdaGrad as AdaGrad
from nn.optimizers.adam import Adam as Adam
from nn.optimizers.nesterov import Nesterov as Nesterov
from nn.optimizers.rmsprop import RMSProp as RMSProp
from nn.optimizers.adadelta import AdaDelta as AdaDelta
from nn.optimizers.adamw import AdamW as AdamW
from nn.optimizers.nadam import NAdam as NAdam
from nn.optimizers.amsgrad import AMSGrad as AMSGrad
from nn.optimizers.lion import Lion as Lion
