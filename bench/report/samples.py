"""What is said of collected samples, whose ceiling nobody knows, and of which there are no more than there are."""

from __future__ import annotations

from bench.problems import DataFile, Samples
from bench.report.view import View
from bench.text import counted, percent, quoted


def about_samples(view: View) -> list[str]:
    """What samples the verdicts are about, and what their intervals can say; nothing of problems that are generated."""
    tuned = view.results.grid.seeds.tune > 0
    return list(dict.fromkeys(_sentences(source, tuned) for source in view.sources if isinstance(source, Samples)))


def _sentences(samples: Samples, tuned: bool) -> str:
    """`tuned`: whether settings were chosen on tune seeds."""
    name = quoted(samples.path) if isinstance(samples, DataFile) else samples.name
    rows, classes = len(samples.table.labels), counted(samples.classes, "class", "classes")
    majority = f"always saying the most frequent class is right on {percent(samples.majority)} of the test"
    known = f"{counted(rows, 'sample')} in {classes}. No ceiling is known; {majority}"
    return f"{name}: {known}. {_what_varies(samples, tuned)}."


def _what_varies(samples: Samples, tuned: bool) -> str:
    """What seeds draw, and so what an interval is about."""
    fixed = samples.division.fixed
    if "test" not in fixed:
        chosen = ", on which settings were chosen too" if tuned else ""
        about = "an interval is about other divisions of them, and not about new samples"
        return f"Seeds divide the same samples{chosen}: {about}"
    drawn = "first weights and batches" if "validation" in fixed else "validation samples, first weights and batches"
    return f"All seeds share the test samples: an interval is about other {drawn}, and not about other samples"
