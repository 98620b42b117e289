"""Every component that a grid file can name, by name: what the modules that they live in offer."""

from bench import problems
from bench.problems import Problem
from nn import optimizers, penalties, schedules
from nn.components import named
from nn.optimizers import Optimizer
from nn.penalties import Penalty
from nn.schedules import Schedule

PROBLEMS = named(problems, Problem)
PENALTIES = named(penalties, Penalty)
RULES = named(optimizers, Optimizer)
SCHEDULES = named(schedules, Schedule)
