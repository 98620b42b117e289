"""Learning-rate schedules. A schedule is any callable that takes the step, counted from 0, and gives its rate.

Those below have names, so that a grid file can ask for them (for `WarmUp` before any of them by `warmup`). A new one
is a file and a line here.
"""

from nn.schedules.base import OverTraining as OverTraining, Rate as Rate, Schedule as Schedule
from nn.schedules.constant import Constant as Constant
from nn.schedules.inverse import InverseTime as InverseTime
from nn.schedules.step import Step as Step
from nn.schedules.exponential import Exponential as Exponential
from nn.schedules.cosine import Cosine as Cosine
from nn.schedules.warmup import WarmUp as WarmUp
