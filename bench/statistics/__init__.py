"""Frames of runs -> estimates, tests and verdicts, on numpy, scipy and pandas.

| question | function |
| --- | --- |
| which configuration of each family is judged? | `choose` |
| what did each configuration achieve? | `summarize` |
| is a family's mean accuracy above the baseline? | `judge`, in words `sentence`; as exploration `explore` |
| the same without any assumption, at any stopping time? | `betting_sequence`, `decided` |
| A or B? | `compare`, in words `comparison_sentence` |
| which families differ from a reference, or from each other? | `against_reference`, `rank_families` |
| how fast is the target reached? | `time_to_target`, `compare_times`, `reached_curves` |
| what was the search worth? | `best_of_k`, `sensitivity`, `edges`, `sanity_flags`, `selection_bias` |
| where does the spread come from? | `variance_sources` |
| who overfits? | `generalization_gaps` |
| how far can the verdicts be trusted? | `calibration.calibrate`, `calibration.t_calibration` |
| can a plan decide anything, and how many seeds does it take? | `design`, `seeds_needed`, `detectable_effect` |

These work on frames; the procedures under them, which work on arrays, are in `means`, `pairs`, `betting`, `ranks`,
`convergence` and `power`.
"""

from bench.statistics.betting import BettingSequence, betting_interval, betting_sequence, betting_state
from bench.statistics.comparisons import against_reference, compare, comparison_sentence
from bench.statistics.convergence import compare_times, reached_curves, time_to_target
from bench.statistics.counting import counted_accuracy, counted_epochs
from bench.statistics.generalization import generalization_gaps
from bench.statistics.power import Design, design, detectable_effect, seeds_needed
from bench.statistics.rankings import Ranking, rank_families
from bench.statistics.sentences import sentence
from bench.statistics.tuning import best_of_k, choose, edges, sanity_flags, selection_bias, sensitivity
from bench.statistics.variance import variance_sources
from bench.statistics.verdicts import decided, explore, judge, summarize

__all__ = [
    "BettingSequence",
    "Design",
    "Ranking",
    "against_reference",
    "best_of_k",
    "betting_interval",
    "betting_sequence",
    "betting_state",
    "choose",
    "compare",
    "compare_times",
    "comparison_sentence",
    "counted_accuracy",
    "counted_epochs",
    "decided",
    "design",
    "detectable_effect",
    "edges",
    "explore",
    "generalization_gaps",
    "judge",
    "rank_families",
    "reached_curves",
    "sanity_flags",
    "seeds_needed",
    "selection_bias",
    "sensitivity",
    "sentence",
    "summarize",
    "time_to_target",
    "variance_sources",
]
