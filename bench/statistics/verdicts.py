"""Tables of estimates and verdicts: what each configuration achieved, and which family beats the baseline."""

from __future__ import annotations

from math import ceil, inf, isnan
from typing import Any

import numpy as np
import pandas as pd

from bench.statistics.betting import betting_interval, betting_state
from bench.statistics.claims import DEGENERATE, FAILED, INCONCLUSIVE, claim_of, no_claim, phrase
from bench.statistics.counting import (
    KEYS,
    Floats,
    by_seed,
    counted_accuracy,
    counted_epochs,
    require_confirmed,
    tally,
)
from bench.statistics.means import Estimate, estimate_of, holm, holm_levels, wilson
from bench.statistics.power import seeds_needed, seeds_needed_for_equality

SUMMARY = [
    *KEYS, "n", "n_ok", "n_diverged", "n_failed", "mean", "sd", "low", "high", "minimum",
    "validation_mean", "test_data_loss", "reached", "epochs_median",
]  # fmt: skip
VERDICTS = [
    *KEYS, "n", "n_ok", "n_diverged", "n_failed", "mean", "sd", "low", "high",
    "low_simultaneous", "high_simultaneous", "minimum", "difference", "direction", "effect",
    "p", "p_holm", "tost_p", "tost_p_holm", "reached", "share_above", "share_low", "share_high",
    "betting_low", "betting_high", "tune_mean", "kind", "within_margin", "more_seeds", "word",
    "word_low", "word_high", "word_confidence", "reasons", "accuracy", "alpha", "margin", "families",
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
    spread = pd.DataFrame([_spread(estimate_of(v), v, alpha) for v in accuracies], index=table.index)
    return table.join(spread).reset_index()[SUMMARY]


def _spread(estimate: Estimate, values: Floats, alpha: float) -> dict[str, float]:
    return {
        "mean": float(estimate.mean),
        "sd": float(estimate.sd),
        "low": _inside(estimate.lower(alpha / 2)),
        "high": _inside(estimate.upper(alpha / 2)),
        "minimum": float(values.min()) if values.size else np.nan,
    }


def _inside(bound: Any) -> float:
    """An accuracy lies between 0 and 1, and so do the bounds of its mean."""
    return float(np.clip(bound, 0, 1))


def judge(
    confirm_runs: pd.DataFrame,
    accuracy: float,
    alpha: float,
    margin: float,
    tune_runs: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Verdict on "the mean test accuracy is `accuracy`" for each confirmed family.

    Args:
        confirm_runs: the confirm runs of one configuration per family.
        accuracy: the baseline, 0 to 1.
        alpha: family-wise level over all families in the frame, failed ones included.
        margin: differences smaller than this are practically nothing.
        tune_runs: if given, `tune_mean` is the configuration's mean test accuracy on them (nan otherwise).

    Returns one row per family, in grid order, with the columns of `VERDICTS`:
        n, n_ok, n_diverged (counted at chance), n_failed (missing); mean, sd, minimum;
        low, high: t interval at 1 - alpha; low_simultaneous, high_simultaneous: at 1 - alpha / families;
        difference: mean - accuracy; direction: its sign as "above", "below", "equal" or "" (nothing counted);
        effect: Cohen's d; p, p_holm: two-sided t test; tost_p, tost_p_holm: two one-sided tests;
        reached: seeds with at least `accuracy`; share_above: their share, share_low, share_high: its Wilson
        interval at 1 - alpha; betting_low, betting_high: confidence sequence at 1 - alpha / families, which
        needs no assumption;
        kind: the bare word; word: the verdict in full; word_low, word_high, word_confidence: the interval
        that the word was read off, the only one to print beside it (its confidence is that of this family
        alone); within_margin; more_seeds (nan unless inconclusive, inf: too many); reasons: what must be said
        with the word, as one text;
        accuracy, alpha, margin, families: the question that was judged.

    Raises ValueError for tune runs, or for several configurations of a family.
    """
    require_confirmed(confirm_runs)
    table = _verdicts(confirm_runs, accuracy, alpha, margin, confirmed=True)
    if tune_runs is not None and len(tune_runs) and len(table):
        means = tune_runs[KEYS].assign(mean=counted_accuracy(tune_runs)).groupby(KEYS)["mean"].mean()
        table["tune_mean"] = means.reindex(pd.MultiIndex.from_frame(table[KEYS])).to_numpy()
    return table


def explore(tune_runs: pd.DataFrame, accuracy: float, alpha: float, margin: float) -> pd.DataFrame:
    """The columns of `judge` for every configuration on its tune runs: exploration, not verdicts.

    Holm runs over all configurations; betting_low, betting_high and more_seeds are nan. A configuration found
    here must be confirmed on fresh seeds before anything is claimed about it.
    """
    return _verdicts(tune_runs, accuracy, alpha, margin, confirmed=False)


def _verdicts(runs: pd.DataFrame, accuracy: float, alpha: float, margin: float, *, confirmed: bool) -> pd.DataFrame:
    if runs.empty:
        return pd.DataFrame(columns=VERDICTS)
    table = tally(runs, KEYS).reset_index()
    groups = [group for _, group in runs.assign(counted=counted_accuracy(runs)).groupby(KEYS, sort=False)]
    samples = [by_seed(group["counted"], group) for group in groups]
    estimates = [estimate_of(values) for values in samples]
    table["p"] = [float(e.t_test(accuracy)) for e in estimates]
    table["tost_p"] = [float(e.tost(accuracy, margin)) for e in estimates]
    table["p_holm"], table["tost_p_holm"] = holm(table["p"]), holm(table["tost_p"])
    # The word is read off bounds at these levels (`claims`); p values are shown beside it and decide nothing.
    differs, equal = holm_levels(table["p"], alpha), holm_levels(table["tost_p"], alpha)
    baseline = {"accuracy": accuracy, "alpha": alpha, "margin": margin, "families": len(table)}
    counts: list[Any] = table[["n", "n_ok", "n_diverged", "n_failed"]].to_dict("records")
    described = [
        _describe(values, e, baseline, confirmed=confirmed)
        | _worded(values, e, count, baseline, float(differs[i]), float(equal[i]), confirmed=confirmed)
        for i, (values, e, count) in enumerate(zip(samples, estimates, counts, strict=True))
    ]
    return table.join(pd.DataFrame(described)).assign(tune_mean=np.nan)[VERDICTS]


def _describe(values: Floats, estimate: Estimate, baseline: dict[str, Any], *, confirmed: bool) -> dict[str, Any]:
    accuracy, alpha, each = baseline["accuracy"], baseline["alpha"], baseline["alpha"] / baseline["families"]
    reached = int((values >= accuracy).sum())
    share_low, share_high = wilson(reached, values.size, alpha)
    low, high = betting_interval(values, each, _candidates(baseline)) if confirmed else (np.nan, np.nan)
    difference = float(estimate.mean) - accuracy
    return (
        baseline
        | _spread(estimate, values, alpha)
        | {
            "low_simultaneous": _inside(estimate.lower(each / 2)),
            "high_simultaneous": _inside(estimate.upper(each / 2)),
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
    )


def _candidates(baseline: dict[str, Any]) -> tuple[float, float, float]:
    return baseline["accuracy"], baseline["accuracy"] - baseline["margin"], baseline["accuracy"] + baseline["margin"]


def _worded(
    values: Floats,
    estimate: Estimate,
    count: dict[str, int],
    baseline: dict[str, Any],
    differs: float,
    equal: float,
    *,
    confirmed: bool,
) -> dict[str, Any]:
    accuracy, margin, more = baseline["accuracy"], baseline["margin"], np.nan
    if count["n_ok"] == 0:
        claim = no_claim(FAILED)
    elif np.isnan(estimate.error):
        claim = no_claim(DEGENERATE)
    else:
        claim = claim_of(estimate.lower, estimate.upper, accuracy, margin, differs, equal)
    if claim.kind == INCONCLUSIVE and confirmed:
        more = more_seeds(estimate, accuracy, margin, differs, equal)
    return {
        "kind": claim.kind.word,
        "within_margin": claim.within_margin,
        "more_seeds": more,
        "word": phrase(claim.kind, claim.within_margin, more),
        "word_low": _inside(claim.low),
        "word_high": _inside(claim.high),
        "word_confidence": claim.confidence,
        "reasons": "; ".join(_reasons(values, count)),
    }


def more_seeds(estimate: Estimate, center: float, margin: float, differs: float, equal: float) -> float:
    """Seeds to add until a verdict is likely (probability 0.8) if the estimate is right; inf: too many.

    The smaller of what it takes to tell the mean from `center` and to place it within the margin.
    """
    sd = float(estimate.error) * np.sqrt(estimate.n)
    effect = (float(estimate.mean) - center) / sd
    needed = min(seeds_needed(effect, differs), seeds_needed_for_equality(effect, margin / sd, equal))
    return float(max(1, ceil(needed) - estimate.n)) if needed < inf else inf


def _reasons(values: Floats, count: dict[str, int]) -> list[str]:
    reasons = []
    if count["n_failed"]:
        reasons.append(f"{count['n_failed']} of {count['n']} runs failed and are missing")
    if count["n_diverged"]:
        reasons.append(f"{count['n_diverged']} of {count['n']} runs diverged and count at chance")
    if values.size == 1:
        reasons.append("one seed has no spread to judge by")
    elif values.size and values.max() == values.min():
        reasons.append(f"all {values.size} seeds gave the same accuracy, so there is no spread to judge by")
    return reasons


def decided(confirm_runs: pd.DataFrame, accuracy: float, alpha: float, margin: float) -> dict[str, str]:
    """What the betting sequence has decided per family: "above", "below", "within" (margin), "undecided".

    Error probability alpha over all families together and over all times at which one looks, so it is valid
    to add confirm seeds until nothing is undecided. The level is shared by the families of the frame: keep
    decided families in it. Runs are taken in order of their seeds. Raises ValueError as `judge` does.
    """
    require_confirmed(confirm_runs)
    runs = confirm_runs.assign(counted=counted_accuracy(confirm_runs))
    groups = {str(family): group for family, group in runs.groupby("family", sort=False)}
    return {
        family: betting_state(by_seed(group["counted"], group), accuracy, margin, alpha / len(groups))
        for family, group in groups.items()
    }
