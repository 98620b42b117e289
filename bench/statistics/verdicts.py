"""Tables of estimates and verdicts: what each configuration achieved, and which family beats the baseline."""

from __future__ import annotations

from math import ceil, inf, isnan
from typing import Any

import numpy as np
import pandas as pd

from bench.statistics.claims import ABOVE, DEGENERATE, EQUAL, FAILED, INCONCLUSIVE, Claim, phrase
from bench.statistics.collapse import Collapse, collapse_of
from bench.statistics.counting import (
    KEYS,
    Floats,
    by_seed,
    chance_of,
    counted_accuracy,
    counted_epochs,
    require_confirmed,
    tally,
)
from bench.statistics.means import Estimate, clopper_pearson, estimate_of
from bench.statistics.plans import FIXED, Evidence, Plan, Question
from bench.statistics.power import seeds_needed, seeds_needed_for_equality
from bench.statistics.scores import ACCURACY, Score

SUMMARY = [
    *KEYS, "n", "n_ok", "n_diverged", "n_failed", "mean", "sd", "low", "high", "minimum",
    "validation_mean", "test_data_loss", "reached", "epochs_median",
]  # fmt: skip
VERDICTS = [
    *KEYS, "n", "n_ok", "n_diverged", "n_failed", "n_missing", "mean", "sd", "minimum",
    "difference", "direction", "effect", "kind", "word", "within_margin",
    "word_low", "word_high", "word_confidence", "p_adjusted", "p_equal_adjusted",
    "low", "high", "betting_low", "betting_high", "reached", "share_above", "share_low", "share_high",
    "collapsed", "breakdown", "collapse_excluded", "fragile", "seeds_needed", "tune_mean", "reasons",
    "plan", "accuracy", "alpha", "margin", "families",
]  # fmt: skip


def summarize(runs: pd.DataFrame, alpha: float = 0.05) -> pd.DataFrame:
    """What each configuration achieved on its tune runs (confirm runs where its family has no tune runs).

    Args:
        runs: the runs frame, any stages.
        alpha: the t interval `low` to `high` of the mean test accuracy is at level 1 - alpha; no correction.

    Returns one row per configuration, in grid order: family, configuration; n runs, of which n_ok, n_diverged
    (counted at chance), n_failed (missing); mean, sd, low, high, minimum of test accuracy; validation_mean;
    test_data_loss (mean over n_ok runs alone: a diverged run has none); reached (share of runs that reached
    the target); epochs_median (median epochs to it; inf: not reached by half of the runs). Quantities that do
    not exist are nan, as the interval of identical values is.
    """
    tuned = set(runs.loc[runs["stage"] == "tune", "family"])
    runs = runs[(runs["stage"] == "tune") | ~runs["family"].isin(tuned)]
    if runs.empty:
        return pd.DataFrame(columns=SUMMARY)
    epochs = counted_epochs(runs)
    numbers = runs[KEYS].assign(
        accuracy=counted_accuracy(runs),
        validation=counted_accuracy(runs, "validation_accuracy"),
        loss=runs["test_data_loss"].astype(float),
        reached=(epochs < np.inf).astype(float).mask(epochs.isna()),
        epochs=epochs,
    )
    groups = numbers.groupby(KEYS, sort=False)
    table = tally(runs, KEYS)
    table["validation_mean"] = groups["validation"].mean()
    table["test_data_loss"] = groups["loss"].mean()
    table["reached"] = groups["reached"].mean()
    # The Kaplan-Meier median when nothing is censored before the budget: when half of the runs are done.
    table["epochs_median"] = groups["epochs"].quantile(0.5, interpolation="lower")
    accuracies = [group.dropna().to_numpy() for _, group in groups["accuracy"]]
    spread = pd.DataFrame([_spread(estimate_of(v), v, alpha, ACCURACY) for v in accuracies], index=table.index)
    return table.join(spread).reset_index()[SUMMARY]


def _spread(estimate: Estimate, values: Floats, alpha: float, score: Score) -> dict[str, float]:
    worst = score.sign * (score.sign * values).min() if values.size else np.nan
    return {
        "mean": float(estimate.mean),
        "sd": float(estimate.sd),
        "low": score.inside(estimate.lower(alpha / 2)),
        "high": score.inside(estimate.upper(alpha / 2)),
        score.extreme: float(worst),
    }


def judge(
    confirm_runs: pd.DataFrame,
    accuracy: float,
    alpha: float,
    margin: float,
    tune_runs: pd.DataFrame | None = None,
    *,
    families: int = 0,
    plan: Plan = FIXED,
    wanted: int = 0,
    score: Score = ACCURACY,
) -> pd.DataFrame:
    """Verdict on "the mean test accuracy is `accuracy`" for each confirmed family.

    Args:
        confirm_runs: the confirm runs of one configuration per family.
        accuracy: the baseline, 0 to 1.
        alpha: the probability that any of the words or intervals is wrong.
        margin: differences smaller than this are practically nothing.
        tune_runs: if given, `tune_mean` is the configuration's mean test accuracy on them (nan otherwise).
        families: how many share alpha, if more than there are in the frame: those that have no runs yet, and all
            else that was ever judged on these seeds.
        plan: how the seeds were drawn, which decides the interval that holds.
        wanted: how many runs each family is to have, if that is known.
        score: what the column test_accuracy holds, and `accuracy` is a claim about, where that is another score.

    Returns one row per family, in grid order, with the columns of `VERDICTS` (`maximum` for minimum where lower is
    better; the kind "above" is then what is better than the claim, and the word says "better"):
        n, n_ok, n_diverged (counted at chance), n_failed (left out), n_missing (not there yet); mean, sd, minimum;
        difference: mean - accuracy; direction: its sign as "above", "below", "equal" or "" (nothing counted);
        effect: Cohen's d;
        word_low, word_high: the interval, all of one confidence word_confidence = 1 - alpha / families, which hold
        together with probability 1 - alpha; kind: the bare word read off it; word: the verdict in full;
        within_margin; p_adjusted: of "the mean is `accuracy`", at most alpha exactly where the interval excludes it;
        p_equal_adjusted: of "it is `margin` or more away", at most alpha exactly where the interval is inside;
        low, high: t interval at 1 - alpha of this family alone; betting_low, betting_high: confidence sequence at
        1 - alpha / families, which needs no assumption;
        reached: seeds with at least `accuracy`; share_above: their share, share_low, share_high: its Clopper-Pearson
        interval at 1 - alpha;
        collapsed, breakdown, collapse_excluded, fragile: how many collapsing seeds would undo the word (see
        `collapse`; about the lower edge of the margin where it is "practically equal"; nan where there is nothing to
        undo);
        seeds_needed: fresh seeds that would probably decide (nan unless inconclusive after a fixed number; inf: too
        many); reasons: what must be said with the word, as one text;
        plan, accuracy, alpha, margin, families: the question that was judged, and how.

    Raises ValueError for tune runs, or for several configurations of a family.
    """
    require_confirmed(confirm_runs)
    count = max(families, confirm_runs["family"].nunique(), 1)
    question = Question(accuracy, alpha, margin, count, score)
    table = _verdicts(confirm_runs, question, plan, confirmed=True, wanted=wanted)
    if tune_runs is not None and len(tune_runs) and len(table):
        means = tune_runs[KEYS].assign(mean=counted_accuracy(tune_runs, score=score)).groupby(KEYS)["mean"].mean()
        table["tune_mean"] = means.reindex(pd.MultiIndex.from_frame(table[KEYS])).to_numpy()
    return table


def estimates(confirm_runs: pd.DataFrame, question: Question, plan: Plan = FIXED) -> pd.DataFrame:
    """The means of confirmed families, where nothing is claimed of them (`question.accuracy` is nan).

    Returns one row per family, in order, with the columns of `judge` that need no claim: family, configuration, n,
    n_ok, n_diverged, n_failed, mean, sd, minimum (maximum where lower is better), and word_low, word_high at
    word_confidence, which hold together with probability 1 - alpha; accuracy, margin: of the question.
    """
    require_confirmed(confirm_runs)
    score = question.score
    table = tally(confirm_runs, KEYS).reset_index()
    rows = []
    counted = confirm_runs.assign(counted=counted_accuracy(confirm_runs, score=score))
    for _, group in counted.groupby(KEYS, sort=False):
        values = by_seed(group["counted"], group)
        estimate = estimate_of(values)
        evidence = plan.evidence(values, estimate, question)
        spread = _spread(estimate, values, question.alpha, score)
        bounds = {"word_low": score.inside(evidence.low), "word_high": score.inside(evidence.high)}
        rows.append({name: spread[name] for name in ("mean", "sd", score.extreme)} | bounds)
    facts = {"word_confidence": 1 - question.level, "accuracy": question.accuracy, "margin": question.margin}
    return table.join(pd.DataFrame(rows)).assign(**facts)


def explore(tune_runs: pd.DataFrame, accuracy: float, alpha: float, margin: float) -> pd.DataFrame:
    """The columns of `judge` for every configuration on its tune runs: exploration, not verdicts.

    alpha is shared by all configurations; betting_low, betting_high and seeds_needed are nan. A configuration found
    here must be confirmed on fresh seeds before anything is claimed about it.
    """
    count = max(len(tune_runs.drop_duplicates(KEYS)), 1)
    return _verdicts(tune_runs, Question(accuracy, alpha, margin, count), FIXED, confirmed=False)


def _verdicts(runs: pd.DataFrame, question: Question, plan: Plan, *, confirmed: bool, wanted: int = 0) -> pd.DataFrame:
    score = question.score
    columns = [score.extreme if column == "minimum" else column for column in VERDICTS]
    if runs.empty:
        return pd.DataFrame(columns=columns)
    table = tally(runs, KEYS).reset_index()
    counted = runs.assign(counted=counted_accuracy(runs, score=score))
    groups = [group for _, group in counted.groupby(KEYS, sort=False)]
    table["n_missing"] = (wanted - table["n"]).clip(lower=0)
    counts: list[Any] = table[["n", "n_ok", "n_diverged", "n_failed", "n_missing"]].to_dict("records")
    rows = []
    for group, count in zip(groups, counts, strict=True):
        values = by_seed(group["counted"], group)
        estimate = estimate_of(values)
        judged = _judged(values, estimate, count, question, plan, chance_of(group, score), confirmed=confirmed)
        drawn = confirmed and plan.independent
        rows.append(_described(values, estimate, question, confirmed=drawn) | judged)
    asked = {name: getattr(question, name) for name in ("accuracy", "alpha", "margin", "families")}
    facts: dict[str, Any] = {"plan": plan.name, "tune_mean": np.nan} | asked
    return table.join(pd.DataFrame(rows)).assign(**facts)[columns]


def _described(values: Floats, estimate: Estimate, question: Question, *, confirmed: bool) -> dict[str, Any]:
    accuracy, score = question.accuracy, question.score
    reached = int((score.sign * values >= score.sign * accuracy).sum())
    share_low, share_high = clopper_pearson(reached, values.size, question.alpha)
    low, high = score.betting(values, question.level, question.edges) if confirmed else (np.nan, np.nan)
    difference = float(estimate.mean) - accuracy
    return _spread(estimate, values, question.alpha, score) | {
        "difference": difference,
        "direction": "" if isnan(difference) else ("below", "equal", "above")[1 + int(np.sign(difference))],
        "effect": float(estimate.effect(accuracy)),
        "reached": reached,
        "share_above": reached / values.size if values.size else np.nan,
        "share_low": float(share_low),
        "share_high": float(share_high),
        "betting_low": low,
        "betting_high": high,
    }


def _judged(
    values: Floats,
    estimate: Estimate,
    count: dict[str, int],
    question: Question,
    plan: Plan,
    chance: float,
    *,
    confirmed: bool,
) -> dict[str, Any]:
    if count["n_ok"] == 0:
        evidence, claim = Evidence(np.nan, np.nan, np.nan, np.nan), Claim(FAILED)
    else:
        evidence = plan.evidence(values, estimate, question)
        claim = question.score.claim(evidence.low, evidence.high, question.accuracy, question.margin)
    open_end = claim.kind == INCONCLUSIVE and confirmed and plan == FIXED
    needed = fresh_seeds(estimate, question) if open_end else np.nan
    collapse = _collapse(values, claim, question, chance if plan.independent else np.nan)
    warning = collapse.breakdown if collapse.fragile else np.nan
    return {
        "kind": claim.kind.word,
        "word": phrase(claim, question.score.words, seeds_needed=needed, breakdown=warning),
        "within_margin": claim.within_margin,
        "word_low": question.score.inside(evidence.low),
        "word_high": question.score.inside(evidence.high),
        "word_confidence": 1 - question.level,
        "p_adjusted": evidence.p,
        "p_equal_adjusted": evidence.p_equal,
        "collapsed": collapse.seen,
        "breakdown": collapse.breakdown,
        "collapse_excluded": collapse.excluded,
        "fragile": collapse.fragile,
        "seeds_needed": needed,
        "reasons": "; ".join(_reasons(values, count, claim, question.score.noun)),
    }


def _collapse(values: Floats, claim: Claim, question: Question, chance: float) -> Collapse:
    """What collapsing seeds would do to the claim; nothing where it says nothing that they could undo."""
    if claim.kind not in (ABOVE, EQUAL) or isnan(chance):
        return Collapse(0, np.nan, np.nan)
    sign = question.score.sign
    threshold = sign * question.accuracy - (question.margin if claim.kind == EQUAL else 0)
    return collapse_of(sign * values, threshold, sign * chance, question.alpha)


def fresh_seeds(estimate: Estimate, question: Question) -> float:
    """Fresh seeds with which a verdict is likely (probability 0.8) if the estimate is right; inf: too many.

    The smaller of what it takes to tell the mean from the baseline and to place it within the margin.
    """
    if isnan(estimate.error):
        return np.nan
    sd = float(estimate.error) * np.sqrt(estimate.n)
    effect = (float(estimate.mean) - question.accuracy) / sd
    equal = seeds_needed_for_equality(effect, question.margin / sd, question.level / 2)
    needed = min(seeds_needed(effect, question.level), equal)
    return float(max(2, ceil(needed))) if needed < inf else inf


def _reasons(values: Floats, count: dict[str, int], claim: Claim, noun: str) -> list[str]:
    reasons = []
    if count["n_missing"]:
        wanted = count["n"] + count["n_missing"]
        reasons.append(f"{count['n_missing']} of {wanted} runs are not there yet, so this is provisional")
    if count["n_failed"]:
        reasons.append(f"{count['n_failed']} of {count['n']} runs failed and are missing")
    if count["n_diverged"]:
        reasons.append(f"{count['n_diverged']} of {count['n']} runs diverged and count at chance")
    if claim.kind == DEGENERATE and values.size == 1:
        reasons.append("one seed has no spread to judge by")
    elif claim.kind == DEGENERATE and values.max() == values.min():
        reasons.append(f"all {values.size} seeds gave the same {noun}, so there is no spread to judge by")
    elif claim.kind == DEGENERATE:
        reasons.append("the seeds contradict each other: no mean is left that they allow")
    return reasons
