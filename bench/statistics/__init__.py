"""Frames of runs -> estimates, tests and verdicts, on numpy, scipy and pandas.

| question | function |
| --- | --- |
| which configuration of each family is judged? | `choose` |
| what did each configuration achieve? | `summarize` |
| is a family's mean accuracy above the baseline? | `judge`, in words `sentence`; as exploration `explore` |
| the same without any assumption, at any stopping time? | `betting_sequence`, `decided` |
| can a plan decide anything? | `design`, `seeds_needed`, `detectable_effect` |
"""

from bench.statistics.betting import BettingSequence, betting_interval, betting_sequence, betting_state
from bench.statistics.counting import counted_accuracy, counted_epochs
from bench.statistics.design import Design, design, detectable_effect, power, seeds_needed
from bench.statistics.means import Estimate, estimate, holm, holm_levels, t_interval, t_test, tost, wilson
from bench.statistics.sentences import sentence
from bench.statistics.tuning import choose
from bench.statistics.verdicts import decided, explore, judge, summarize

__all__ = [
    "BettingSequence",
    "Design",
    "Estimate",
    "betting_interval",
    "betting_sequence",
    "betting_state",
    "choose",
    "counted_accuracy",
    "counted_epochs",
    "decided",
    "design",
    "detectable_effect",
    "estimate",
    "explore",
    "holm",
    "holm_levels",
    "judge",
    "power",
    "seeds_needed",
    "sentence",
    "summarize",
    "t_interval",
    "t_test",
    "tost",
    "wilson",
]
