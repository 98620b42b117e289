"""Learning-rate schedules. A schedule is any callable that takes the step, counted from 0, and gives its rate.

Those below have names, so that a grid file can ask for them. A new one is a file and a line here.
"""

from nn.schedules.base import Rate as Rate, Schedule as Schedule
from nn.schedules.constant import Constant as Constant
from nn.schedules.inverse import InverseTime as InverseTime
