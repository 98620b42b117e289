"""The sections of a report. Each is a function `section` of the view, in a file of its own, named by its topic.

A section without a block is not in the report.
"""

from collections.abc import Callable

from bench.report.document import Section
from bench.report.judging import JudgedView
from bench.report.judging import answer as answer_of_table
from bench.report.judging import over_problems as over_problems_of_table
from bench.report.judging import protocol as protocol_of_table
from bench.report.judging import trust as trust_in_table
from bench.report.sections import (
    answer,
    calibration,
    comparisons,
    configurations,
    convergence,
    effects,
    generalization,
    health,
    over_problems,
    protocol,
    recipes,
    regenerate,
    regions,
    tuning,
    verdicts,
)
from bench.report.view import View

IN_ORDER: tuple[Callable[[View], Section], ...] = (
    answer.section,
    verdicts.section,
    recipes.section,
    effects.section,
    health.section,
    comparisons.section,
    over_problems.section,
    convergence.section,
    tuning.section,
    regions.section,
    generalization.section,
    configurations.section,
    calibration.section,
    protocol.section,
    regenerate.section,
)

# Of tables that other programs wrote.
OF_TABLES: tuple[Callable[[JudgedView], Section], ...] = (
    answer_of_table.section,
    verdicts.section,
    comparisons.section,
    over_problems_of_table.section,
    trust_in_table.section,
    protocol_of_table.section,
)
