"""The chosen configurations, to be copied: into Python, and into a grid file."""

from __future__ import annotations

from bench.grid.code import classifier_code, grid_lines, imports
from bench.problems import Samples, Source
from bench.report.document import Block, Code, Folded, Paragraph, Section
from bench.report.view import View

MOST = 20  # families
TITLE = "To copy"


def section(view: View) -> Section:
    """For each family's best, its network in Python and its lines of a grid file."""
    blocks = [
        _recipe(view, family, text)
        for family, text in view.verdicts[["family", "configuration"]].head(MOST).itertuples(index=False)
    ]
    return Section(TITLE, tuple(blocks or [Paragraph("Nothing is chosen yet.")]))


def _recipe(view: View, family: str, text: str) -> Block:
    configuration = view.configurations[family, text]
    weights = view.results.grid.baseline.weights
    validation = ", validation=(X_validation, y_validation)" if weights == "best" else ""
    model = classifier_code(configuration.settings, weights)
    fit = f"model.fit(X, y{validation}){_comment(configuration.settings.problem)}"
    lines = f"{imports(configuration.settings)}\n\nmodel = {model}\n{fit}"
    summary = f"{family} ({text})" if text else family
    return Folded(summary, (Code(lines), Code(grid_lines(configuration))))


def _comment(problem: Source) -> str:
    """What a network needs to be given that was trained on standardized samples."""
    if not (isinstance(problem, Samples) and problem.standardize):
        return ""
    return "  # X: each feature less its mean, divided by its standard deviation on the training samples"
