"""What is known about a grid: what its tune runs choose (`Tuned`), and all that is judged and shown (`Results`)."""

from bench.results.results import Results, collect, collect_confirm, facts, look, plan_and_seeds
from bench.results.tuned import Effect, Tuned, collect_tune

__all__ = [
    "Effect",
    "Results",
    "Tuned",
    "collect",
    "collect_confirm",
    "collect_tune",
    "facts",
    "look",
    "plan_and_seeds",
]
