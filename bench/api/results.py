"""Results as a script or a notebook has them: frames, figures, the best, and the report.

What draws is imported where it is used: it takes longer than all else together, and a script may only want frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from bench import results
from bench.api.presented import SHOWN, Face, Presented
from bench.grid.request import USUAL_PLACES, Places
from bench.results.best import Best, best_of
from bench.results.cv_results import cv_results
from bench.statistics.sentences import mean_and_interval
from bench.text import counted, percent

if TYPE_CHECKING:
    from bench.report.view import View


@dataclass(frozen=True, repr=False)
class Results(Presented, results.Results):
    """Everything that is known about a grid.

    `runs`, `curves`, `summary`, `verdicts`, `effects`, `comparisons` are pandas frames; `places`: where its runs are
    stored, and where reports are written unless somebody says otherwise.
    """

    FRAMES = ".verdicts, .effects, .comparisons, .summary, .runs, .curves"

    places: Places = USUAL_PLACES

    def _lines(self) -> Iterator[str]:
        count, claim = len(self.choices), percent(self.grid.baseline.accuracy)
        yield f"{self.grid.title} ({counted(count, 'family', 'families')} against {claim})"
        rows: Any = self.verdicts.head(SHOWN).to_dict("records")
        for row in rows:
            yield f"  {row['family']}: {mean_and_interval(row)}, {row['word']}"
        if len(self.verdicts) > len(rows):
            yield f"  {len(self.verdicts) - len(rows)} more"
        if count > len(self.verdicts):
            yield f"  {count - len(self.verdicts)} not judged yet"
        if self.lacking:
            yield f"{counted(self.lacking, 'run')} missing or failed"

    @property
    def store(self) -> str:
        """The file that the runs are in."""
        return self.places.store

    @cached_property
    def comparisons(self) -> pd.DataFrame:
        """Families of each problem minus its reference: problem, and the columns of `statistics.against_reference`.

        As in the report: at most 16 families of a problem, those with confirm runs that ended well, the best on tune
        seeds first. The reference is the one that the grid file names, else the first.
        """
        from bench.report.files import frame_of

        return frame_of(self._view, "comparisons.csv")

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

    @cached_property
    def _view(self) -> View:
        """These results as their report shows them; what it has computed is kept."""
        from bench.report.view import view_of

        return view_of(self, self.places)

    def _face(self) -> Face:
        from bench.report import sections

        page = Path(self.places.reports) / self.grid.name / "report.html"
        made = [partial(section, self._view) for section in sections.IN_ORDER]
        return Face(self._view.results.grid.title, made, page)
