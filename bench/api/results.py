"""Results as a script or a notebook has them: frames, figures, the best, and the report.

What draws is imported where it is used: it takes longer than all else together, and a script may only want frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench import results
from bench.api.presented import Face, Presented
from bench.grid.request import USUAL_PLACES, Places
from bench.results.best import Best, best_of
from bench.results.cv_results import cv_results


@dataclass(frozen=True, repr=False)
class Results(Presented, results.Results):
    """Everything that is known about a grid; `runs`, `curves`, `summary`, `verdicts`, `effects` are pandas frames.

    `places`: where its runs are stored, and where reports are written unless somebody says otherwise.
    """

    places: Places = USUAL_PLACES

    @property
    def store(self) -> str:
        """The file that the runs are in."""
        return self.places.store

    def report(self, folder: str | Path | None = None) -> Path:
        """Write the report to `folder`/<name of the grid> (None: among the project's reports); its report.md.

        Raises bench.UsageError where it would overwrite another grid's, and where the grid was changed
        (`overrides`, `tune`, `confirm`) without giving it a name.
        """
        from bench import report

        reports = self.places.reports if folder is None else str(folder)
        return report.write(self, report.folder_of(self.grid, Path(reports)), Places(self.places.store, reports))

    def best(self, family: str) -> Best:
        """The configuration that a family is judged by: `.settings`, a new `.classifier`, `.code` to copy.

        Raises bench.UsageError for a family that is not there, or whose best is not chosen yet.
        """
        return best_of(self.tuned, family)

    def to_cv_results(self) -> dict[str, Any]:
        """The tune runs as `cv_results_` of scikit-learn's searches: a row per configuration, seeds as splits."""
        return cv_results(self.tune, ["optimizer.label", *self.grid.varying])

    def _face(self) -> Face:
        from bench.report import sections
        from bench.report.view import view_of

        view = view_of(self, self.places)
        page = Path(self.places.reports) / self.grid.name / "report.html"
        made = [partial(section, view) for section in sections.IN_ORDER]
        return Face(view.results.grid.title, made, page, results.FRAMES)
