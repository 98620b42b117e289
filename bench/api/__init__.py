"""The same from Python as from the command line: `run`, `load` and `judge`, and the results that they return."""

from bench.api.functions import judge, load, run, write_report
from bench.api.judged import Judged
from bench.api.results import Results

__all__ = ["Judged", "Results", "judge", "load", "run", "write_report"]
