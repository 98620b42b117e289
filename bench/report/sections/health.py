"""Whether the numbers can be trusted: diverged, failed and missing runs, cautions, mixed machines."""

from __future__ import annotations

from bench.report.document import Block, Bullets, Paragraph, Section, table_of
from bench.report.remarks import where_fresh_seeds_are
from bench.report.view import View
from bench.results import Results
from bench.results.cautions import by_text
from bench.statistics import Looks, UntilDecided
from bench.text import counted, verbatim, whole
from bench.training.environment import fingerprint_of


def section(view: View) -> Section:
    """Counts per family and stage, and everything that should make a reader careful."""
    status = view.results.status
    blocks: list[Block] = [Paragraph(_summary(view.results)), _note(view)]
    cautions = [f"{text}." for text in by_text(view.cautions)]
    warnings = [*cautions, *_fingerprints(view), *_errors(view)]
    if warnings:
        blocks.append(Bullets(tuple(warnings)))
    troubled = status[(status[["diverged", "failed", "missing"]].sum(axis=1) > 0) & (status["wanted"] > 0)]
    if len(troubled):
        columns = [("family", "family", verbatim), ("stage", "stage", verbatim)]
        counts = [(name, name, whole) for name in ("wanted", "done", "diverged", "failed", "missing")]
        blocks.append(table_of(troubled, columns + counts, "Families with runs that diverged, failed or are missing."))
    return Section("Health", tuple(blocks))


def _summary(results: Results) -> str:
    """All stages together in a sentence."""
    total = results.status[["wanted", "done", "diverged", "failed", "missing"]].sum()
    most = "" if results.knows_lacking else "at most "
    done = f"{total['done']:,} of {most}{counted(int(total['wanted']), 'run')} are done"
    diverged = f"{total['diverged']:,} of them diverged (each counts at chance in every statistic)"
    return f"{done}; {diverged}, {total['failed']:,} failed and {most}{total['missing']:,} are missing."


def _note(view: View) -> Paragraph:
    """How many configurations were ever judged on these seeds, and how seeds are drawn."""
    results, now = view.results, int(view.families["chosen"].sum())
    chosen = counted(now, "family has", "families have")
    judged = counted(results.history.judged, "configuration was", "configurations were")
    others = "; by this grid and others, earlier choices included" if results.history.judged > now else ""
    share = counted(results.families, "verdict shares", "verdicts share")
    return Paragraph(
        f"{chosen[0].upper()}{chosen[1:]} a chosen best; {judged} ever judged on these confirm seeds "
        f"(block {results.grid.seeds.block}{others}), and {share} the level. {_drawn(results)}"
    )


def _drawn(results: Results) -> str:
    """How the confirm seeds were drawn, and what follows for whoever wants more."""
    drawn, seeds = counted(results.drawn, "seed"), results.grid.seeds
    rest = f"effects and comparisons rest on the first {seeds.confirm}"
    if isinstance(results.plan, UntilDecided):
        return f"{drawn} were drawn until decided, and verdicts hold whenever one stops; {rest}."
    if isinstance(results.plan, Looks):
        return f"{drawn} were drawn in at most {counted(results.plan.count, 'look')}; {rest}."
    return (
        "To add confirm seeds after looking would be optional stopping, which these verdicts do not allow: "
        f"{where_fresh_seeds_are(results)}, and --until-decided or --looks plan for more."
    )


def _fingerprints(view: View) -> list[str]:
    used = view.results.runs["environment"].dropna().unique()
    fingerprints = {
        fingerprint_of(view.results.environments[name]) for name in used if name in view.results.environments
    }
    if len(fingerprints) < 2:
        return []
    count = len(fingerprints)
    return [f"Runs come from {count} different fingerprints; their numbers agree within a tolerance, not to the bit."]


def _errors(view: View) -> list[str]:
    runs = view.results.runs
    counts = runs.loc[runs["status"] == "failed", "error"].value_counts().sort_index().head(5)
    return [f"{counted(int(count), 'run')} failed with: {str(error)[:200]}" for error, count in counts.items()]
