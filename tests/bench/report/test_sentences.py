"""What a report says follows from its tests: every sentence, with the results for which it is said and no others."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

import pandas as pd
import pytest

from bench.figures import Picture
from bench.records import Run
from bench.report import answer, document_of
from bench.report.document import Block, Bullets, Folded, Paragraph, Scale, Table, Verdicts
from bench.report.view import view_of
from bench.results import Results
from bench.training.environment import sources
from tests.bench.report.conftest import TWO

Accuracy = Callable[[Run], float]
Fabricated = Callable[..., Results]

GRID = TWO.replace("confirm = 8", "confirm = 12")
ALONE = GRID.replace('[[optimizer]]\nname = "sgd"\nlr = [0.1, 1]\n', "")
PLAIN = ALONE.replace("l2 = [0, 1e-3]", "l2 = 0").replace("[0.01, 0.1]", "0.01").replace("tune = 2", "tune = 0")
UNTUNED = PLAIN + '[[optimizer]]\nname = "sgd"\nlr = 0.1\n[[optimizer]]\nname = "sgd"\nlabel = "better"\nlr = 0.2\n'
ON = r"(\d+ training points per class: |moons: |parity: )?"  # the problem, where there are two
TWICE = f"[problem]\ntrain = [50, 100]\n{GRID}"
LABELLED = f'[[problem]]\nname = "moons"\n[[problem]]\nname = "xor"\nlabel = "parity"\n{GRID}'


def accuracies(
    adam: float,
    sgd: float,
    *,
    spread: float = 0.004,
    steadier: float = 1.0,
    on_confirm: float = 0.0,
    l2: float = -0.002,
    l2_for_adam: float | None = None,
    l2_spread: float = 0.0,
) -> Accuracy:
    """Around these means, such that the best of each family is its first configuration.

    `spread`: of the seeds, sgd's divided by `steadier`. `on_confirm`: what sgd gains on confirm seeds. `l2`: what the
    penalty adds, `l2_for_adam` another amount for adam, `l2_spread` how much that varies from seed to seed.
    """

    def accuracy(run: Run) -> float:
        settings = run.configuration.settings
        name, penalized = settings.optimizer.rule.name, settings.regularization.penalties[1].strength > 0
        is_sgd, seed = name == "sgd", run.seed % 1_000_000
        noise = spread * math.sin(12.9898 * seed + 78.233 * is_sgd) / (steadier if is_sgd else 1)
        gain = on_confirm * (is_sgd and run.seed >= 1_000_000) + 0.06 * (settings.optimizer.label == "better")
        added = l2 if l2_for_adam is None or is_sgd else l2_for_adam
        penalty = (added + 0.0005 * math.sin(3 * seed) + l2_spread * math.sin(5.7 * seed)) * penalized
        slower = 0.001 * (settings.optimizer.rule.lr == (1 if is_sgd else 0.1))
        return float((sgd if is_sgd else adam) + noise + gain + penalty - slower)

    return accuracy


SCENARIOS: dict[str, tuple[str, Accuracy]] = {
    "adam above": (GRID, accuracies(0.89, 0.80)),
    "sgd above": (GRID, accuracies(0.80, 0.89)),
    "both above": (GRID, accuracies(0.892, 0.890)),
    "equal": (GRID, accuracies(0.85, 0.80)),
    "below": (GRID, accuracies(0.82, 0.80)),
    "open": (GRID, accuracies(0.855, 0.80, spread=0.03)),
    "one below": (ALONE, accuracies(0.80, 0.80)),
    "nothing varies": (f'{PLAIN}[baseline]\nweights = "best"\n', accuracies(0.89, 0.80)),
    "all diverged": (GRID, lambda run: math.nan),
    "all failed": (GRID, lambda run: -1.0),
    "sgd overtakes": (GRID, accuracies(0.88, 0.87, on_confirm=0.05)),
    "only sgd above": (GRID, accuracies(0.853, 0.852, spread=0.02, steadier=10, on_confirm=0.006)),
    "two problems": (TWICE, accuracies(0.89, 0.80)),
    "two labels": (LABELLED, accuracies(0.89, 0.80)),
    "l2 helps": (GRID, accuracies(0.89, 0.80, l2=0.03)),
    "l2 hurts": (GRID, accuracies(0.89, 0.80, l2=-0.03)),
    "l2 is open": (GRID, accuracies(0.89, 0.80, l2_spread=0.03)),
    "l2 helps adam": (GRID, accuracies(0.89, 0.80, l2_for_adam=0.03)),
    "l2 is needless": (GRID, accuracies(0.89, 0.80, l2=0.002)),
    "reference is beaten": (f'{GRID}[baseline]\nreference = "sgd"\n', accuracies(0.89, 0.80)),
    "reference overtakes": (f'{GRID}[baseline]\nreference = "sgd"\n', accuracies(0.88, 0.87, on_confirm=0.05)),
    "all alike": (GRID, lambda run: 1.0 if run.configuration.family == "adam" else 0.9),
    "not tuned": (UNTUNED, accuracies(0.82, 0.857, spread=0.002)),
    "samples": (f'[problem]\nname = "digits"\n{PLAIN}', accuracies(0.89, 0.80)),
    "other letters": (PLAIN.replace('name = "adam"', 'name = "adam"\nlabel = "快"'), accuracies(0.89, 0.80)),
}
BEST = (
    r"use adam with lr 0\.01, without L2 \(best on tune seeds\); it gives [\d.]+ % \[[\d.]+, [\d.]+\] on 12 new seeds"
)
ABOVE = r"^Yes, above 85\.0 %, unless [\d.]+ % of seeds collapse"
NOTHING = {"all diverged", "all failed"}

# Each sentence as a pattern, and where it is said: where its test says so, and nowhere else.
SENTENCES: dict[str, set[str]] = {
    rf"{ABOVE}: {BEST}\.": {
        "adam above",
        "both above",
        "l2 hurts",
        "l2 is open",
        "reference is beaten",
    },
    rf"{ABOVE}: use adam with L2 0\.001 and lr 0\.01 \(best on tune seeds\); ": {"l2 helps", "l2 helps adam"},
    rf"{ABOVE}: use adam with L2 0\.001 .* \(best on tune seeds, though practically as good without L2\); ": {
        "l2 is needless"
    },
    rf"{ABOVE}: use adam \(first in the grid\); ": {"nothing varies", "samples"},
    rf"^Practically yes, within 1 point of 85\.0 %, unless [\d.]+ % of seeds collapse: {BEST}\.": {"equal"},
    rf"{ABOVE}: use sgd .*\(best on tune seeds\); ": {"sgd above"},
    rf"{ABOVE}: use sgd .*\(better than adam by at least [\d.]+ points\); ": {"sgd overtakes", "reference overtakes"},
    r"^Yes, above 85\.0 %, but by less than 1 point, unless [\d.]+ % of seeds collapse: use sgd .*\(of those above "
    r"85\.0 %, best on tune seeds\); ": {"only sgd above"},
    r"^No, both families are below 85\.0 %; best on tune seeds: adam with": {"below"},
    r"^No, the one family is below 85\.0 %; best on tune seeds: adam with": {"one below"},
    r"^Undecided: no family is shown to reach 85\.0 %; best on tune seeds: adam .* inconclusive \(about \d+ fresh ": {
        "open"
    },
    r"^Undecided: nothing can be said about 85\.0 %; adam with .*: failed\.$": {"all diverged"},
    r"^Nothing is judged against 85\.0 % yet: 16 tune runs failed, 24 confirm runs missing\.$": {"all failed"},
    rf"^Yes, above 85\.0 % on moons, unless [\d.]+ % of seeds collapse: {BEST}\.": {"two labels"},
    rf"^Yes, above 85\.0 % on parity, unless [\d.]+ % of seeds collapse: {BEST}\.": {"two labels"},
    rf"^Yes, above 85\.0 % on 50 training points per class, unless [\d.]+ % of seeds collapse: {BEST}\.": {
        "two problems"
    },
    rf"^Yes, above 85\.0 % on 100 training points per class, unless [\d.]+ % of seeds collapse: {BEST}\.": {
        "two problems"
    },
    r"^Caution, adam: its best on tune seeds, [\d.]+ % .* is behind the [\d.]+ % of sgd, which adam can imitate": {
        "sgd above"
    },
    r"^Caution, (adam|every family): the best regularization\.l2, 0\.001, is the largest of 2 tried": {
        "l2 helps",
        "l2 helps adam",
    },
    r"unless [\d.]+ % of seeds collapse": {*SCENARIOS} - NOTHING - {"below", "one below", "open", "all alike"},
    r" adam beats sgd, by at least [\d.]+ points\.": {
        "adam above",
        "equal",
        "below",
        "open",
        "two problems",
        "two labels",
        "l2 helps",
        "l2 hurts",
        "l2 is open",
        "l2 helps adam",
        "l2 is needless",
        "reference is beaten",
    },
    r" sgd beats adam, by at least [\d.]+ points\.": {"sgd above", "sgd overtakes", "reference overtakes"},
    r"^L2 does practically nothing( in (both|all 4) families)?\.$": {*SCENARIOS}
    - NOTHING
    - {
        "l2 helps",
        "l2 hurts",
        "nothing varies",
        "l2 is open",
        "l2 helps adam",
        "not tuned",
        "other letters",
        "samples",
    },
    r"^L2 helps in both families by at least 2\.\d+ points\.$": {"l2 helps"},
    r"^L2 hurts in both families by at least 2\.\d+ points\.$": {"l2 hurts"},
    r"^L2 is inconclusive in both families\.$": {"l2 is open"},
    r"^L2 helps in 1 of 2 families by at least [\d.]+ points and does practically nothing in 1": {"l2 helps adam"},
    r"^How sure: at 95 % both verdicts hold together, and so do 2 effects, 1 difference of effects between families "
    r"and the comparisons of families, for new seeds of the same problem\.$": {*SCENARIOS}
    - NOTHING
    - {
        "one below",
        "nothing varies",
        "two problems",
        "two labels",
        "all alike",
        "not tuned",
        "other letters",
        "samples",
    },
    r"^How sure: at 95 % all 4 verdicts .* 2 differences .* on each problem, .* the same problems\.$": {
        "two problems",
        "two labels",
    },
    r"^How sure: at 95 % all 3 verdicts hold together, and so do the comparisons of families, for": {"not tuned"},
    r"^How sure: at 95 % the verdict holds, and so does 1 effect, for new seeds of the same problem\.$": {"one below"},
    r"^How sure: at 95 % the verdict holds, for new seeds of the same problem\.$": {
        "nothing varies",
        "other letters",
        "samples",
    },
    r"^Yes, above 85\.0 % on seeds all alike, so that no test of the mean is possible: use adam .*; it gives 100": {
        "all alike"
    },
    rf"{ABOVE}: use better \(of those that no other exceeds, first in the grid\); ": {"not tuned"},
    r" better and sgd beat adam, by at least": {"not tuned"},
    r" No family is shown to differ from adam\.$": {"only sgd above", "all alike"},
    r"^digits: 1,797 samples in 10 classes\. No ceiling is known; always saying the most frequent class is right on "
    r"10\.\d % of the test\. Seeds divide the same samples: an interval is about other divisions of them, and not "
    r"about new samples\.$": {"samples"},
    r"^All this is about the weights of each run's checkpoint with the best validation accuracy\.$": {"nothing varies"},
    rf"{ABOVE}: use 快 \(first in the grid\); ": {"other letters"},
    r'^"Unless \.\.\. of seeds collapse": if so many networks ended near chance \(half way down from the claim, or '
    r"lower\), the verdict would not hold, and these seeds are too few to exclude that\.$": {*SCENARIOS}
    - NOTHING
    - {"below", "one below", "open", "all alike"},
}


@pytest.fixture
def said(fabricated: Fabricated) -> Callable[[str], list[str]]:
    def sentences(scenario: str) -> list[str]:
        view = view_of(fabricated(*SCENARIOS[scenario], scenario.replace(" ", "-")))
        return [*answer.headlines(view), *answer.notes(view)]

    return sentences


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_sentence_is_said_where_its_test_says_so_and_nowhere_else(
    said: Callable[[str], list[str]], scenario: str
) -> None:
    texts = said(scenario)
    found = {pattern for pattern in SENTENCES if any(re.search(pattern, text) for text in texts)}
    assert found == {pattern for pattern, where in SENTENCES.items() if scenario in where}
    assert all(any(re.search(pattern, text) for pattern in SENTENCES) for text in texts), texts


@dataclass(frozen=True)
class Said:
    """A sentence, title or caption of a section (a pattern of the whole text), the test that it follows from, and
    the scenarios in which it is said."""

    section: str
    pattern: str
    test: str
    where: Collection[str]


ALL = set(SCENARIOS)
NOT_TUNED = {"not tuned", "nothing varies", "other letters", "samples"}
ONE_FAMILY = {"nothing varies", "one below", "other letters", "samples"}

# Everything else that a report says.
REPORT = [
    Said(
        "Answer",
        r"Test accuracy of each family's best on new seeds: mean and interval, each at [\d.]+ %, so that (both|all \d) "
        r"intervals hold together at 95 %\.",
        "several verdicts share the level",
        ALL - {"all failed"} - ONE_FAMILY,
    ),
    Said(
        "Answer",
        r"Test accuracy of each family's best on new seeds: mean and interval, at 95 %\.",
        "one verdict has the whole level",
        ONE_FAMILY,
    ),
    Said(
        "Answer",
        r"What each choice does, in points .* lies within 1 point of 0\. .* and holds 0\.",
        "the words of effects, read off their intervals (tests of claims)",
        ALL - NOT_TUNED - {"all failed"},
    ),
    Said(
        "Verdicts",
        r"(adam|sgd|better|快)\b.*: [\d.]+ % on average over 12 seeds \(.* interval .*\): above 85\.0 %.*",
        "the interval of the mean lies above the claim",
        ALL - {"all alike", "all diverged", "all failed", "below", "equal", "one below", "open"},
    ),
    Said(
        "Verdicts",
        r"(adam|sgd|better|快)\b.*: [\d.]+ % on average over 12 seeds .*: below 85\.0 %; .*",
        "the interval of the mean lies below the claim",
        ALL
        - {
            "all alike",
            "all diverged",
            "all failed",
            "both above",
            "nothing varies",
            "only sgd above",
            "other letters",
            "reference overtakes",
            "samples",
            "sgd overtakes",
        },
    ),
    Said(
        "Verdicts",
        r"adam\b.*: practically equal to 85\.0 %, that is, within 1 point of it; .*",
        "the interval holds the claim and lies within the margin",
        {"equal"},
    ),
    Said(
        "Verdicts",
        r"adam\b.*: inconclusive \(about \d+ fresh seeds would tell\) against 85\.0 %; .*",
        "the interval holds the claim and leaves the margin",
        {"only sgd above", "open"},
    ),
    Said(
        "Verdicts",
        r"(adam|sgd)\b.*: 1?\d0\.0 % on 12 seeds, against 85\.0 %, but no test of the mean is possible\. .*",
        "all seeds are alike: Clopper and Pearson's interval of a share",
        {"all alike"},
    ),
    Said(
        "Verdicts",
        r".* It would be undone if [\d.]+ % of all seeds collapsed to chance; .* they do not exclude that\..*",
        "breakdown rate against Clopper and Pearson's bound of collapsed seeds",
        ALL - {"all alike", "all diverged", "all failed", "below", "one below", "open"},
    ),
    Said(
        "Verdicts",
        r"(adam|sgd)\b.*: failed; no run ended well, so nothing is said about 85\.0 %\. 12 of 12 runs diverged .*",
        "no run ended well",
        {"all diverged"},
    ),
    Said(
        "Verdicts",
        r"[^(]* beats? 85\.0 % test accuracy(, unless seeds collapse more often than is excluded)?(; .*)?",
        "the words of the verdicts that are drawn",
        ALL - {"all alike", "all diverged", "all failed", "below", "one below"},
    ),
    Said(
        "Verdicts",
        r"No family is shown to beat 85\.0 % test accuracy or to stay below",
        "no word is above or below",
        {"all alike"},
    ),
    Said(
        "Verdicts",
        r"No family is shown to beat 85\.0 % test accuracy; 1 of 2 stays below",
        "no word is above",
        {"equal", "open"},
    ),
    Said(
        "Verdicts",
        r"(Both families stay|The family stays) below 85\.0 %",
        "all words are below",
        {"below", "one below"},
    ),
    Said(
        "Verdicts",
        r"Test accuracy of each family's best on confirm seeds\. Low and high: Student's t, .*",
        "the plan for drawing seeds",
        ALL - {"all failed"},
    ),
    Said("Verdicts", r"Nothing is judged yet\.", "there are no verdicts", {"all failed"}),
    Said("To copy", r"Nothing is chosen yet\.", "there are no verdicts", {"all failed"}),
    Said(
        "What each choice does",
        r"L2 helps (adam and sgd|adam; 1 of 2 effects practically nothing)",
        "simultaneous intervals of effects above 0 and not within the margin",
        {"l2 helps", "l2 helps adam"},
    ),
    Said("What each choice does", r"L2 hurts adam and sgd", "the same, below 0", {"l2 hurts"}),
    Said(
        "What each choice does",
        r"\d of \d effects? practically nothing",
        "simultaneous intervals within the margin",
        ALL
        - {
            "all diverged",
            "all failed",
            "l2 helps",
            "l2 helps adam",
            "l2 hurts",
            "l2 is open",
            "not tuned",
            "nothing varies",
            "other letters",
            "samples",
        },
    ),
    Said(
        "What each choice does",
        r"No choice is shown to help or to hurt \(2 effects\)",
        "no effect has a word",
        {"l2 is open"},
    ),
    Said(
        "What each choice does",
        r"With and without L2: each side is the best of its kind on .* All intervals hold together at 95 %.*",
        "the grid asks for effects",
        ALL - NOT_TUNED,
    ),
    Said(
        "What each choice does",
        r"Where families differ in an effect: \d contrasts?, in the same correction\.",
        "two families have the effect",
        ALL - NOT_TUNED - ONE_FAMILY,
    ),
    Said(
        "What each choice does",
        r"The grid asks for no effects\.",
        "the grid's effects are none",
        NOT_TUNED,
    ),
    Said(
        "Health",
        r"\d+ of (at most )?\d+ runs are done; \d+ of them diverged .*, \d+ failed and (at most )?\d+ are missing\.",
        "counts of statuses",
        ALL,
    ),
    Said(
        "Health",
        r".* ever judged on these confirm seeds \(block 0\), and \d verdicts? shares? the level\. To add .*",
        "the store's record, and the plan",
        ALL,
    ),
    Said(
        "Health",
        r"adam: its best on tune seeds, .* is behind the [\d.]+ % of sgd, which adam can imitate: .*",
        "means on tune seeds of a rule and of one that it contains",
        {"sgd above"},
    ),
    Said(
        "Health",
        r"(adam|every family): the best regularization\.l2, 0\.001, is the largest of 2 tried, .*: add 0\.003 .*",
        "profiles on tune seeds: the end is ahead by the margin and a standard error",
        {"l2 helps", "l2 helps adam"},
    ),
    Said(
        "Health",
        r"Families with runs that diverged, failed or are missing\.",
        "counts of statuses",
        NOTHING,
    ),
    Said("Health", r"16 runs failed with: ValueError: <b>no \| luck</b>", "the errors that are stored", {"all failed"}),
    Said(
        "Comparison of families",
        rf"{ON}adam beats sgd, by at least [\d.]+ points",
        "max-T intervals of differences below 0 and not within the margin",
        {
            "adam above",
            "below",
            "equal",
            "l2 helps",
            "l2 helps adam",
            "l2 is needless",
            "l2 hurts",
            "l2 is open",
            "open",
            "reference is beaten",
            "two problems",
            "two labels",
        },
    ),
    Said(
        "Comparison of families",
        r"sgd beats adam, by at least [\d.]+ points",
        "the same, above 0",
        {"reference overtakes", "sgd above", "sgd overtakes"},
    ),
    Said(
        "Comparison of families",
        r"better and sgd beat adam, by at least [\d.]+ points",
        "the same, above 0",
        {"not tuned"},
    ),
    Said(
        "Comparison of families",
        r"sgd is practically equal to adam",
        "max-T interval within the margin",
        {"both above"},
    ),
    Said(
        "Comparison of families",
        r"No family is shown to differ from adam",
        "no difference has a word",
        {"all alike", "only sgd above"},
    ),
    Said(
        "Comparison of families",
        r"Each family minus (adam|sgd) \(best on tune seeds\), paired by seed\. All intervals .*",
        "who was best on tune seeds",
        ALL
        - {
            "all diverged",
            "all failed",
            "not tuned",
            "nothing varies",
            "one below",
            "other letters",
            "samples",
            "reference is beaten",
            "reference overtakes",
        },
    ),
    Said(
        "Comparison of families",
        r"Each family minus adam \(first in the grid\), paired by seed\. .*",
        "there are no tune seeds",
        {"not tuned"},
    ),
    Said(
        "Comparison of families",
        r"Each family minus sgd \(named in the grid file\), paired by seed\. .*",
        "the grid names a reference",
        {"reference is beaten", "reference overtakes"},
    ),
    Said(
        "Comparison of families",
        rf"{ON}Mean ranks over 12 seeds; the two families are shown to differ in accuracy",
        "max-T over all pairs",
        ALL
        - {
            "all alike",
            "all diverged",
            "all failed",
            "both above",
            "not tuned",
            "nothing varies",
            "one below",
            "only sgd above",
            "other letters",
            "samples",
        },
    ),
    Said(
        "Comparison of families",
        r"Mean ranks over 12 seeds; the two families are not shown to differ in accuracy",
        "max-T over all pairs",
        {"all alike", "both above", "only sgd above"},
    ),
    Said(
        "Comparison of families",
        r"Mean ranks over 12 seeds; 2 of 3 pairs of families are shown to differ in accuracy",
        "max-T over all pairs",
        {"not tuned"},
    ),
    Said(
        "Comparison of families",
        r"Each seed ranks the families from 1, the best\. Friedman's test asks .*: chi² = [\d.]+, p [=<] .*",
        "Friedman's test",
        ALL - NOTHING - ONE_FAMILY,
    ),
    Said(
        "Comparison of families",
        r"All pairs\. All intervals hold together at 95 %.*",
        "max-T over all pairs",
        ALL - NOTHING - ONE_FAMILY,
    ),
    Said(
        "Comparison of families",
        r"Fewer than two families of one problem are confirmed, so there is nothing to compare\.",
        "counts of families",
        NOTHING | ONE_FAMILY,
    ),
    Said(
        "Comparison of families",
        r"Families of different problems answer different questions .*",
        "counts of problems",
        {"two problems", "two labels"},
    ),
    Said("Comparison of families", r"On \d+ training points per class:", "counts of problems", {"two problems"}),
    Said("Comparison of families", r"On (moons|parity):", "counts of problems", {"two labels"}),
    Said(
        "Over problems",
        r"A method is a family without its problem; 2 methods on 2 problems are compared\. .* do not look at it\.",
        "counts of methods and problems",
        {"two problems", "two labels"},
    ),
    Said(
        "Over problems",
        r"Nothing is tested over problems: it takes 6 of them, as the smallest two-sided p .* on 2 is 0\.5, above .*",
        "the number of problems against the level",
        {"two problems", "two labels"},
    ),
    Said(
        "Over problems",
        r"Mean rank \(1 = best\) and mean: of the problems' means\. .* No word rests on it\.",
        "means, described, with a bootstrap of seeds",
        {"two problems", "two labels"},
    ),
    Said(
        "Over problems",
        r"Mean over the seeds of each problem\.",
        "means, described",
        {"two problems", "two labels"},
    ),
    Said(
        "Over problems",
        r"Time to 85\.0 % validation accuracy, as a multiple of the fastest method's, on 24 problems and seeds",
        "counts of seeds, some of which reach it",
        {"two problems", "two labels"},
    ),
    Said(
        "Over problems",
        r"On what share of 24 problems and seeds a method reaches 85\.0 % .* without a test: .*",
        "counts of seeds, some of which reach it",
        {"two problems", "two labels"},
    ),
    Said(
        "Convergence",
        r"Validation accuracy over epochs: in \d of \d families at least half of the seeds reach 85\.0 %",
        "counts of seeds",
        ALL - {"all diverged", "all failed", "below", "nothing varies", "one below", "other letters", "samples"},
    ),
    Said(
        "Convergence",
        r"Validation accuracy over epochs: (no run reaches|\d+ of 12 seeds reach) 85\.0 %",
        "counts of seeds",
        {"below", "nothing varies", "one below", "other letters", "samples"},
    ),
    Said(
        "Convergence",
        r"Seeds that have reached 85\.0 % validation accuracy by each epoch",
        "some seed has",
        ALL - {"all diverged", "all failed", "below", "one below"},
    ),
    Said(
        "Convergence",
        r"No seed reaches 85\.0 % validation accuracy by epoch 10",
        "no seed has",
        {"all diverged", "below", "one below"},
    ),
    Said(
        "Convergence",
        r"Epochs until the validation accuracy first reaches 85\.0 % at a checkpoint\. .*",
        "there are confirm runs",
        ALL - {"all failed"},
    ),
    Said(
        "Convergence",
        r"No run has a finite learning curve: all diverged before the first checkpoint\.",
        "all curves are nan",
        {"all diverged"},
    ),
    Said(
        "Convergence",
        r"No family is confirmed yet, so there are no learning curves\.",
        "there are no confirm runs",
        {"all failed"},
    ),
    Said(
        "Sensitivity",
        r"Mean validation accuracy over learning rate and L2, from [\d.]+ % to [\d.]+ %",
        "means on tune seeds, described",
        ALL - {"all diverged", "all failed", "not tuned", "nothing varies", "other letters", "samples"},
    ),
    Said(
        "Sensitivity",
        r"Mean validation accuracy over learning rate and L2: 33\.3 % wherever it was searched",
        "all means are equal",
        {"all diverged"},
    ),
    Said(
        "Sensitivity",
        r"Mean validation accuracy against each setting, all others at their best",
        "several configurations",
        ALL - NOT_TUNED - {"all failed"},
    ),
    Said(
        "Sensitivity",
        r"Expected test accuracy of the best of k configurations",
        "several configurations",
        ALL - NOT_TUNED - {"all failed"},
    ),
    Said(
        "Sensitivity",
        r"Mean validation accuracy over each family's configurations; nearly as good: within 1 point\. .*",
        "several configurations",
        ALL - NOT_TUNED - {"all failed"},
    ),
    Said(
        "Sensitivity",
        r"There is nothing to choose from within the families\.",
        "one configuration in each family, or no run",
        NOT_TUNED | {"all failed"},
    ),
    Said(
        "Decision regions",
        r"Training the median and the worst seed again would take more than 10 s: use the command replay .*",
        "seconds that are stored, and two features",
        ALL - NOTHING - {"samples"},
    ),
    Said(
        "Decision regions",
        r"Samples with more or fewer than two features are not drawn: .*",
        "numbers of features",
        {"samples"},
    ),
    Said(
        "Decision regions",
        r"No confirm run has ended well, so there is nothing to draw\.",
        "counts of statuses",
        NOTHING,
    ),
    Said(
        "Generalization gap",
        r"Training against test accuracy of the last epoch",
        "some run ended well, and last weights are judged",
        ALL - NOTHING - {"nothing varies"},
    ),
    Said(
        "Generalization gap",
        r"Training against test accuracy of the checkpoint with the best validation accuracy",
        "some run ended well, and the best weights are judged",
        {"nothing varies"},
    ),
    Said(
        "Generalization gap",
        r"Means over the confirm runs that ended well; the families' gaps are not tested against each other\. A "
        r"training accuracy above the ceiling is overfitting\.",
        "some run ended well, and the ceiling is known",
        ALL - NOTHING - {"samples"},
    ),
    Said(
        "Generalization gap",
        r"Means over the confirm runs that ended well; the families' gaps are not tested against each other\.",
        "some run ended well, and no ceiling is known",
        {"samples"},
    ),
    Said("Generalization gap", r"No confirm run has ended well\.", "counts of statuses", NOTHING),
    Said(
        "Configurations",
        r"Tune seeds, sorted by the mean validation accuracy .* for exploration\.",
        "there are tune runs",
        ALL - NOT_TUNED,
    ),
    Said(
        "Configurations",
        r"Confirm seeds \(there are no tune seeds\), sorted by .* for exploration\.",
        "there are none",
        NOT_TUNED,
    ),
    Said(
        "How far to trust this",
        r"The t verdicts keep their promise unless .* Some verdict is wrong in [\d.]+ % of grids where .*",
        "simulated at this report's seeds and families",
        ALL,
    ),
    Said(
        "How far to trust this",
        r"Simulated, [\d,]+ times with \d famil(y|ies) of 12 seeds, all with a mean of exactly 85\.0 %.*",
        "what was simulated",
        ALL,
    ),
    Said(
        "How far to trust this",
        r"What choosing the best flattered it by \(the winner's curse\), which verdicts do not contain\.",
        "there are tune and confirm runs",
        ALL - NOT_TUNED - {"all failed"},
    ),
    Said(
        "How far to trust this",
        r"Where the spread of test accuracy comes from \(standard deviations\)\.",
        "some run on generated points ended well",
        ALL - NOTHING - {"samples"},
    ),
    Said(
        "Protocol",
        r"\d+ configurations in \d famil(y|ies)\. Each is trained on 2 tune seeds; .*",
        "the grid",
        ALL - NOT_TUNED,
    ),
    Said(
        "Protocol",
        r"\d configurations? in \d famil(y|ies)\. Each family has only one, so nothing is chosen .*",
        "the grid",
        NOT_TUNED,
    ),
    Said(
        "Protocol",
        r"Families are judged by .* of the last epoch on 12 confirm seeds that chose none of them, with test points .*",
        "the grid, which asks for the last weights, and where points come from",
        ALL - {"nothing varies", "samples"},
    ),
    Said(
        "Protocol",
        r"Families are judged by .* of the last epoch on 12 confirm seeds that chose none of them\. Health .*",
        "the grid, which asks for the last weights, and where points come from",
        {"samples"},
    ),
    Said(
        "Protocol",
        r"Families are judged by their test accuracy of the checkpoint with the best validation accuracy on 12 .*",
        "the grid, which asks for the best weights",
        {"nothing varies"},
    ),
    Said(
        "Protocol",
        r"The claim is 85\.0 % test accuracy, the level 5\.0 % for all verdicts together .* the margin is 1 point\.",
        "the grid",
        ALL,
    ),
    Said("Protocol", r"Convergence is the first checkpoint with a validation accuracy of 85\.0 %\.", "the grid", ALL),
    Said(
        "Protocol",
        r"A diverged run counts at chance; a failed run is missing and said to be\.",
        "how runs are counted (tests of counting)",
        ALL,
    ),
    Said(
        "Protocol",
        r"Seeds pair the families: they share data, initial weights and batches, whatever the optimizer\.",
        "how runs are built (tests of pairing)",
        ALL - {"two labels"},
    ),
    Said(
        "Protocol",
        r"Seeds pair the families of a problem: they share data, initial weights and batches, whatever the optimizer\.",
        "how runs are built (tests of pairing), and counts of problems",
        {"two labels"},
    ),
    Said(
        "Protocol",
        r"Limits: results hold for the generated problem and the searched ranges below; .*",
        "where points come from",
        ALL - {"samples", "two labels"},
    ),
    Said(
        "Protocol",
        r"Limits: results hold for the generated problems and the searched ranges below; .*",
        "where points come from, and counts of problems",
        {"two labels"},
    ),
    Said(
        "Protocol",
        r"Limits: results hold for these samples and the searched ranges below; .*",
        "where points come from",
        {"samples"},
    ),
    Said("Protocol", r"Every setting, axes first\.", "the grid", ALL),
    Said(
        "Regenerate",
        r"\d+ runs trained with cpython 3, NumPy 2, an unknown BLAS, on Linux x, commit c\.",
        "the environments that are stored",
        ALL,
    ),
    Said(
        "Regenerate",
        r"at most 64 runs are still to be trained; the first command does it\.",
        "counts of runs",
        {"all failed"},
    ),
]


def texts_of(blocks: Iterable[Block]) -> Iterator[str]:
    """Every sentence, title and caption; numbers, names and code are data."""
    for block in blocks:
        match block:
            case Paragraph(text):
                yield text
            case Bullets(texts):
                yield from texts
            case Table(caption=caption) | Scale(caption=caption):
                yield caption
            case Picture(title=title):
                yield title
            case Verdicts(items):
                yield from (item.sentence for item in items)
            case Folded(blocks=inner):
                yield from texts_of(inner)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_report_says_what_follows_from_its_tests_and_nothing_else(fabricated: Fabricated, scenario: str) -> None:
    document = document_of(view_of(fabricated(*SCENARIOS[scenario], scenario.replace(" ", "-"))))
    sections = {section.title: list(texts_of(section.blocks)) for section in document.sections}
    for said in REPORT:
        found = any(re.fullmatch(said.pattern, text) for text in sections.get(said.section, []))
        assert found == (scenario in said.where), f"{said.section}: {said.pattern} ({said.test})"
    for title, texts in sections.items():
        known = [said.pattern for said in REPORT if said.section == title]
        assert not [text for text in texts if not any(re.fullmatch(pattern, text) for pattern in known)]


RACED = [
    Said(
        "Sensitivity",
        r"The race dropped 4 of 8 configurations\. Each counts here with the seeds it had, "
        r"and as the best of several only where all of them were dropped; it is a cross where others are dots, "
        r"and a cell is dotted where .*",
        "counts of configurations that have fewer runs",
        {"drops"},
    ),
    Said(
        "Configurations",
        r"Tune seeds, .* for exploration\. What a race dropped stands behind the others, .* \(of\)\.",
        "the grid races",
        {"drops", "drops nothing", "is none"},
    ),
    Said(
        "Protocol",
        r"8 configurations in 2 families\. They race for 6 tune seeds\. After 3, 4 and 5 seeds, those are dropped .* "
        r"leaders of their family and of their side of each effect by a one-sided t test, .* no difference counts as "
        r"varying less .*; the race leaves out 12 of 48 tune runs\.",
        "counts of runs",
        {"drops"},
    ),
    Said(
        "Protocol",
        r"8 configurations in 2 families\. They race for 6 tune seeds\. .*; the race leaves out 0 of 48 tune runs\.",
        "counts of runs",
        {"drops nothing"},
    ),
    Said(
        "Protocol",
        r"8 configurations in 2 families\. They race for 3 tune seeds, too few to drop any: that takes 4\. Of those .*",
        "counts of seeds",
        {"is none"},
    ),
]


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("scenario", ["drops", "drops nothing", "is none"])
def test_a_report_says_what_a_race_did(fabricated: Fabricated, scenario: str) -> None:
    """Its reports have these sentences, and otherwise those of others."""
    usual = accuracies(0.89, 0.80)

    def accuracy(run: Run) -> float:
        slower = run.configuration.settings.optimizer.rule.lr == (1 if run.configuration.family == "sgd" else 0.1)
        return usual(run) - (slower and scenario == "drops") * (0.008 + 0.001 * math.sin(5.1 * run.seed))

    grid = GRID.replace("tune = 2", f"tune = {3 if scenario == 'is none' else 6}\nrace = true")
    document = document_of(view_of(fabricated(grid, accuracy, scenario.replace(" ", "-"))))
    for section in document.sections:
        texts = list(texts_of(section.blocks))
        known = [said.pattern for said in (*REPORT, *RACED) if said.section == section.title]
        assert not [text for text in texts if not any(re.fullmatch(pattern, text) for pattern in known)]
        for said in RACED:
            if said.section == section.title:
                assert any(re.fullmatch(said.pattern, text) for text in texts) == (scenario in said.where), said.pattern


SEARCHED = [
    Said(
        "Sensitivity",
        r"Mean validation accuracy against each random setting, whatever the others",
        "means on tune seeds, described",
        {"random"},
    ),
    Said(
        "Protocol",
        r"Random settings are drawn together: 12 points of a scrambled Sobol sequence for each optimizer "
        r"that has any\.",
        "the grid's random axes and samples",
        {"random"},
    ),
]


@pytest.mark.usefixtures("undrawn")
def test_a_report_says_what_was_drawn_at_random(fabricated: Fabricated) -> None:
    """It has these sentences and otherwise those of others: no heatmap of values that all differ, no new words."""
    grid = GRID.replace("[0.01, 0.1]", "{ loguniform = [0.01, 0.1] }").replace("[0.1, 1]", "{ uniform = [0.1, 1] }")
    results = fabricated(f"{grid}[search]\nsamples = 12\n", accuracies(0.89, 0.80), "random")
    view = view_of(results)
    document = document_of(view)
    for section in document.sections:
        known = [said.pattern for said in (*REPORT, *SEARCHED) if said.section == section.title]
        texts = list(texts_of(section.blocks))
        wrong = [text for text in texts if not any(re.fullmatch(pattern, text) for pattern in known)]
        assert not [text for text in wrong if "configurations in 2 families" not in text]
        for said in SEARCHED:
            assert section.title != said.section or any(re.fullmatch(said.pattern, text) for text in texts)
    [sensitivity] = [section for section in document.sections if section.title == "Sensitivity"]
    names = [block.name for block in sensitivity.blocks if isinstance(block, Picture)]
    assert names == ["axes", "random-axes", "best-of-k"]
    assert len(results.summary) == 2 * 12 * 2
    [protocol] = [section for section in document.sections if section.title == "Protocol"]
    settings = next(block for block in protocol.blocks if isinstance(block, Table))
    ranges = {str(row[1].value) for row in settings.rows if row[0].value == "optimizer.lr"}
    assert ranges == {"loguniform from 0.01 to 0.1 (12 values)", "uniform from 0.1 to 1 (12 values)"}


def test_of_several_families_the_least_effect_is_said() -> None:
    effects = pd.DataFrame(
        {
            "kind": ["above", "above", "below", "below"],
            "low": [0.01, 0.03, -0.05, -0.07],
            "high": [0.02, 0.05, -0.04, -0.02],
        }
    ).assign(axis="regularization.l2", value="with", against="without")
    assert answer.what_choices_do(effects) == (
        "L2 helps in 2 of 4 families by at least 1 point and hurts in 2 by at least 2 points."
    )


def test_missing_runs_and_what_was_looked_at_before_take_the_place_of_how_sure(fabricated: Fabricated) -> None:
    results = fabricated(*SCENARIOS["adam above"])
    assert any(note.startswith("How sure: ") for note in answer.notes(view_of(results)))
    missing = (results.confirm["family"] == "sgd") & (results.confirm["seed"] > 1_000_005)
    first, *others = answer.notes(view_of(replace(results, confirm=results.confirm[~missing])))
    assert first == "Provisional: 6 confirm runs missing."
    again = answer.notes(view_of(replace(results, history=replace(results.history, blocks=(1,)))))
    assert any("were judged on block 1 too" in note for note in again)
    mixed = answer.notes(view_of(with_sources(results, {"nn/losses.py": "1"}, {"nn/losses.py": "2"})))
    assert any("mix runs of different sources: nn/losses.py differs" in note for note in mixed)
    assert not any(note.startswith("How sure: ") for note in [*others, *again, *mixed])


def with_sources(results: Results, *sources: dict[str, str]) -> Results:
    """The results of confirm runs in so many environments, with these sources, in turn."""
    facts = results.environments["e"]
    environments = {"e": facts | {"sources": sources[0]}}
    environments |= {f"e{i}": facts | {"sources": own} for i, own in enumerate(sources)}
    turn = [f"e{i % len(sources)}" for i in range(len(results.confirm))]
    return replace(results, confirm=results.confirm.assign(environment=turn), environments=environments)


def test_other_sources_than_todays_are_named_and_leave_the_verdicts_as_they_are(fabricated: Fabricated) -> None:
    results = fabricated(*SCENARIOS["adam above"])
    today = sources()
    assert answer.notes(view_of(with_sources(results, today))) == answer.notes(view_of(results))
    older = answer.notes(view_of(with_sources(results, today | {"nn/losses.py": "older"})))
    assert older[0] == (
        "These runs were trained by other sources than today's (nn/losses.py); `run --again` trains anew what others "
        "than today's have trained."
    )
    assert older[1:] == answer.notes(view_of(results))
