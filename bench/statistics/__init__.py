"""Frames of runs -> estimates, tests and verdicts, on numpy, scipy and pandas.

| question | function |
| --- | --- |
| which configuration of each family is judged? | `choose` |
| which of them get more tune seeds, in a race? | `racing.race` |
| what did each configuration achieve? | `summarize` |
| is a family's mean accuracy above the baseline? | `judge`, in words `sentence`; as exploration `explore` |
| the same without a baseline? | `estimates` |
| the same for seeds that were drawn in several looks, or until decided? | `judge` with a `Plan` |
| what would collapsing seeds undo? | `collapse.collapse_of` |
| what does each choice (dropout, a penalty, a width) do? | `effects` |
| A or B? | `compare`, in words `comparison_sentence` |
| which families differ from a reference, or from each other? | `against_reference`, `rank_families` |
| which methods are told apart over problems (data sets)? | `method_means`, `over_problems`, `method_aggregates` |
| how fast is the target reached? | `time_to_target`, `compare_times`, `reached_curves` |
| how near to the fastest, over problems? | `method_times`, `ratios_to_fastest`, `performance_profiles` |
| what was the search worth? | `best_of_k`, `sensitivity`, `selection_bias` |
| how does accuracy change along a random axis? | `trends` |
| was it too small? | `edges`, `outdone` |
| which networks are dead? | `dead` |
| where does the spread come from? | `variance_sources` |
| who overfits? | `generalization_gaps` |
| how far can the verdicts be trusted? | `calibration.calibrate`, `calibration.own_calibration` |
| can a plan decide anything, and how many seeds does it take? | `design`, `seeds_needed`, `detectable_effect` |

These work on frames; the procedures under them, which work on arrays, are in `means`, `simultaneous`, `pairs`,
`signed_ranks`, `holm`, `interquartile`, `betting`, `sequential`, `ranks`, `convergence` and `power`. `claims` is the
one way from an interval to a word, `plans` the intervals that belong to the ways of drawing seeds.
"""

from bench.statistics.betting import BettingSequence, betting_interval, betting_sequence
from bench.statistics.comparisons import against_reference, compare, comparison_sentence
from bench.statistics.convergence import compare_times, reached_curves, time_to_target
from bench.statistics.counting import counted_accuracy, counted_epochs, dead
from bench.statistics.edges import edges
from bench.statistics.effects import effects
from bench.statistics.generalization import generalization_gaps
from bench.statistics.over_problems import (
    OverProblems,
    method_aggregates,
    method_means,
    method_times,
    over_problems,
)
from bench.statistics.plans import FIXED, Fixed, Looks, Plan, UntilDecided, planned
from bench.statistics.power import Design, design, detectable_effect, seeds_needed
from bench.statistics.profiles import performance_profiles, ratios_to_fastest
from bench.statistics.rankings import Ranking, rank_families
from bench.statistics.sentences import sentence
from bench.statistics.trends import trends
from bench.statistics.tuning import best_of_k, choose, outdone, selection_bias, sensitivity
from bench.statistics.variance import variance_sources
from bench.statistics.verdicts import estimates, explore, judge, summarize

__all__ = [
    "FIXED",
    "BettingSequence",
    "Design",
    "Fixed",
    "Looks",
    "OverProblems",
    "Plan",
    "Ranking",
    "UntilDecided",
    "against_reference",
    "best_of_k",
    "betting_interval",
    "betting_sequence",
    "choose",
    "compare",
    "compare_times",
    "comparison_sentence",
    "counted_accuracy",
    "counted_epochs",
    "dead",
    "design",
    "detectable_effect",
    "edges",
    "effects",
    "estimates",
    "explore",
    "generalization_gaps",
    "judge",
    "method_aggregates",
    "method_means",
    "method_times",
    "outdone",
    "over_problems",
    "performance_profiles",
    "planned",
    "rank_families",
    "ratios_to_fastest",
    "reached_curves",
    "seeds_needed",
    "selection_bias",
    "sensitivity",
    "sentence",
    "summarize",
    "time_to_target",
    "trends",
    "variance_sources",
]
