"""Results of another program, as a script or a notebook has them: frames and the report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

from bench import judging
from bench.api.presented import SHOWN, Face, Presented
from bench.defaults import REPORTS
from bench.errors import UsageError
from bench.grid.request import Places
from bench.statistics.sentences import mean_and_interval


@dataclass(frozen=True, repr=False)
class Judged(Presented, judging.Judged):
    """What is known of a table of results; `runs`, `summary`, `verdicts`, `comparisons` are pandas frames."""

    FRAMES = ".verdicts, .comparisons, .summary, .runs"

    @classmethod
    def of(cls, known: judging.Judged) -> Judged:
        """The same with its report."""
        return cls(**{field.name: getattr(known, field.name) for field in fields(known)})

    def _lines(self) -> Iterator[str]:
        score, rows = self.score, self.summary.head(SHOWN)
        words = dict(zip(self.verdicts["family"], self.verdicts["word"], strict=True))
        goal = f" against {score.value(self.question.accuracy)}" if self.claimed else ""
        yield f"{self.name}: {score.name}{goal}, {score.terms.counted(len(self.table.methods))}"
        known: Any = rows.to_dict("records")
        for row in known:
            word = f", {words[row['family']]}" if row["family"] in words else ""
            yield f"  {row['family']}: {mean_and_interval(row, score)}{word}"
        if len(self.summary) > len(rows):
            yield f"  {len(self.summary) - len(rows)} more"

    def report(self, folder: str | Path = REPORTS) -> Path:
        """Write the report to `folder`/<its name> and return the path of its report.md.

        Raises bench.UsageError where it would overwrite another's.
        """
        from bench import report
        from bench.report.judging import JudgedView

        if not self.source and self.options.name is None:
            raise UsageError("a table from Python needs a name for its report: bench.judge(..., name=...)")
        view = JudgedView(self, Places(reports=str(folder)).reports_option)
        try:
            return report.write_judged(view, Path(folder) / self.name).path
        except report.ReportError as error:
            raise UsageError(str(error).replace("--name", "name=...").replace("--reports", "folder")) from None

    def _face(self) -> Face:
        from bench.report import sections
        from bench.report.judging import JudgedView

        view = JudgedView(self)
        made = [partial(section, view) for section in sections.OF_TABLES]
        return Face(view.title, made, Path(REPORTS) / self.name / "report.html")
