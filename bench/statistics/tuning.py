"""Choosing a family's best configuration, and what the search that found it was worth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy  # its parts are loaded where they are first used
from numpy.typing import ArrayLike

from bench.statistics.counting import KEYS, counted_accuracy, questions, require_one
from bench.statistics.means import Floats
from bench.statistics.scores import ACCURACY, Score

# An optimizer can do what those behind it do: without its own momentum or decay, or with an eps beside which gradients
# are small and a rate in proportion to it (Choi et al. 2019, section 3).
CONTAINS = {
    "momentum": ("sgd",),
    "nesterov": ("sgd",),
    "rmsprop": ("sgd",),
    "adam": ("momentum", "rmsprop", "sgd"),
    "adamw": ("adam", "momentum", "rmsprop", "sgd"),
    "nadam": ("nesterov", "sgd"),
    "amsgrad": ("momentum", "sgd"),
}
MOST_K = 400  # numbers of configurations of a family, of which each is told what the best of so many is
CURSES, CURSE_SEED = 20_000, 20_261_130  # a standard error of 1 % of the noise of one mean
MOST_CORRELATED = 100
CHOICES = [*KEYS, "validation_mean", "n"]


def score(tune_runs: pd.DataFrame, of: Score = ACCURACY) -> pd.DataFrame:
    """One row per configuration, in grid order: family, configuration, validation_mean, loss, n.

    `n` counts the runs behind the mean (ok, and diverged at chance). A diverged run's loss is infinite.
    Means are rounded to 12 decimals, so that equal results tie whatever order they were added up in.
    Raises ValueError for runs of several stages: what is chosen on some seeds is judged on others.
    """
    require_one(tune_runs, "stage")
    diverged = tune_runs["status"] == "diverged"
    numbers = tune_runs[KEYS].assign(
        validation_mean=counted_accuracy(tune_runs, "validation_accuracy", of),
        loss=tune_runs["validation_data_loss"].astype(float).mask(diverged, np.inf),
    )
    groups = numbers.groupby(KEYS, sort=False)
    table = groups[["validation_mean", "loss"]].mean().round(12)
    return table.assign(n=groups["validation_mean"].count()).reset_index()


def choose(tune_runs: pd.DataFrame, of: Score = ACCURACY) -> pd.DataFrame:
    """Each family's best configuration: highest mean validation accuracy of the last epoch on the tune runs.

    After a race only those are chosen from that ran to its end, and so have the most runs. Ties go to the lower mean
    validation data loss, then to grid order (row order). A diverged run counts at chance. `of`: what stands for the
    accuracy, where it is another score.

    Returns one row per family, in grid order: family, configuration, validation_mean, n (runs behind it).
    """
    if tune_runs.empty:
        return pd.DataFrame(columns=CHOICES)
    table = ranked(tune_runs, of)
    best = table.drop_duplicates("family").set_index("family")
    return best.loc[list(dict.fromkeys(tune_runs["family"]))].reset_index()[CHOICES]


def ranked(tune_runs: pd.DataFrame, of: Score = ACCURACY) -> pd.DataFrame:
    """The rows of `score` in the order in which `choose` prefers them: those with fewer runs last."""
    return _ranked(score(tune_runs, of), of)


def _ranked(scores: pd.DataFrame, of: Score = ACCURACY) -> pd.DataFrame:
    fewer = scores["n"] < scores.groupby("family")["n"].transform("max")
    order, ascending = ["fewer", "validation_mean", "loss"], [True, of.lower_is_better, True]
    return scores.assign(fewer=fewer).sort_values(order, ascending=ascending, kind="stable").drop(columns="fewer")


def best_of_k(tune_runs: pd.DataFrame) -> pd.DataFrame:
    """What a search over k configurations, drawn without replacement, is expected to find, per family.

    E[best of k] = sum_j v_(j) C(j - 1, k - 1) / C(N, k), with the N configurations' mean validation accuracies
    v_(1) <= ... <= v_(N); unbiased, unlike the version with replacement (Tang et al. 2020 on Dodge et al. 2019). What
    a race dropped comes first in that order, whatever its mean: it is never preferred to what ran to the end.

    Returns rows family, k (1 to N; evenly spread in ratio beyond `MOST_K` of them), validation (that expectation) and
    test (expected mean test accuracy of the configuration so selected). Configurations without any counted run are left
    out.
    """
    means = score(tune_runs).assign(test=_mean_test(tune_runs)).dropna(subset="validation_mean")
    parts = []
    for family, group in means.groupby("family", sort=False):
        ordered = _ranked(group)[::-1]
        values, tried = ordered[["validation_mean", "test"]].to_numpy(), _numbers_tried(len(group))
        found = np.array([selection_weights(len(group), k) @ values for k in tried])
        part = {"family": family, "k": tried, "validation": found[:, 0], "test": found[:, 1]}
        parts.append(pd.DataFrame(part))
    columns = ["family", "k", "validation", "test"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _numbers_tried(n: int) -> list[int]:
    some = np.arange(1, n + 1) if n <= MOST_K else np.geomspace(1, n, MOST_K).round().astype(int)
    return [int(k) for k in np.unique(some)]


def selection_weights(n: int, k: int) -> Floats:
    """Probability (n,) that the best of k out of n values is the j-th smallest (place j - 1)."""
    j, weights = np.arange(k, n + 1), np.zeros(n)
    weights[k - 1 :] = np.exp(_log_choose(j - 1, k - 1) - _log_choose(n, k))
    return weights


def _log_choose(n: ArrayLike, k: ArrayLike) -> Floats:
    n, k = np.asarray(n), np.asarray(k)
    return np.asarray(scipy.special.gammaln(n + 1) - scipy.special.gammaln(k + 1) - scipy.special.gammaln(n - k + 1))


def _mean_test(tune_runs: pd.DataFrame) -> Floats:
    counted = tune_runs[KEYS].assign(test=counted_accuracy(tune_runs))
    return np.asarray(counted.groupby(KEYS, sort=False)["test"].mean(), dtype=np.float64)


def sensitivity(tune_runs: pd.DataFrame, margin: float) -> pd.DataFrame:
    """How much of its grid is as good as its best, per family.

    Returns family, configurations (with a counted run), best, median, worst (mean validation accuracy), and
    share: the share of configurations within `margin` of the best. A high share needs little tuning. What a race
    dropped is compared with the best on the seeds that it had.
    """
    means = score(tune_runs).dropna(subset="validation_mean")
    groups = means.groupby("family", sort=False)["validation_mean"]
    best = _ranked(means).drop_duplicates("family").set_index("family")
    table = groups.agg(configurations="size", best="max", median="median", worst="min")
    table["best"] = best["validation_mean"]
    close = _behind(tune_runs, means, best["configuration"]) <= margin + 1e-12  # means are rounded to 12 decimals
    table["share"] = close.astype(float).groupby(means["family"], sort=False).mean()
    return table.reset_index()


def _behind(tune_runs: pd.DataFrame, means: pd.DataFrame, best: pd.Series[str]) -> pd.Series[float]:
    """How far each configuration is behind the best of its family, on the seeds that it has a counted run with."""
    counted = tune_runs[[*KEYS, "seed"]].assign(value=counted_accuracy(tune_runs, "validation_accuracy"))
    of_best = counted[counted["configuration"] == counted["family"].map(best)]
    pairs = counted.dropna().merge(of_best[["family", "seed", "value"]], on=["family", "seed"], suffixes=("", "_best"))
    behind = (pairs["value_best"] - pairs["value"]).groupby([pairs[key] for key in KEYS]).mean().round(12)
    return behind.reindex(pd.MultiIndex.from_frame(means[KEYS])).set_axis(means.index)


def outdone(tune_runs: pd.DataFrame, margin: float) -> pd.DataFrame:
    """Optimizers that a special case of theirs outdoes by more than `margin`: their search was probably too small.

    Momentum with a small coefficient is gradient descent, and Adam can imitate momentum (`CONTAINS`), so
    when tuned, neither should be behind. Each is taken at its best of all families that have no other optimizer,
    problem by problem.

    Returns family (in which the optimizer is best), optimizer, best (its mean validation accuracy), rival (the best of
    its special cases), rival_best.
    """
    one = tune_runs.groupby("family")["optimizer.name"].nunique() == 1
    best = choose(tune_runs[tune_runs["family"].map(one)])
    name = tune_runs.drop_duplicates("family").set_index("family")["optimizer.name"]
    best = best.assign(optimizer=best["family"].map(name), problem=best["family"].map(questions(tune_runs)))
    rows = []
    for _, own in best.groupby("problem", sort=False):
        tops = own.sort_values("validation_mean", ascending=False, kind="stable").drop_duplicates("optimizer")
        top = {row["optimizer"]: row for row in tops.to_dict("records")}
        for general, special_cases in CONTAINS.items():
            rival = next((name for name in top if name in special_cases), None)
            if general in top and rival is not None:
                means = [top[which]["validation_mean"] for which in (general, rival)]
                if means[1] - means[0] > margin:
                    rows.append((top[general]["family"], general, means[0], rival, means[1]))
    return pd.DataFrame(rows, columns=["family", "optimizer", "best", "rival", "rival_best"])


def selection_bias(tune_runs: pd.DataFrame, confirm_runs: pd.DataFrame, of: Score = ACCURACY) -> pd.DataFrame:
    """How much choosing the best flattered it: the chosen configuration on tune seeds and on fresh ones.

    Returns one row per confirmed family: family, configuration, tune_validation, confirm_validation, and bias
    (their difference); tune_test, confirm_test. nan where a family has no tune runs.
    """
    confirmed = confirm_runs.drop_duplicates(KEYS)[KEYS].reset_index(drop=True)
    index = pd.MultiIndex.from_frame(confirmed)
    for stage, runs in (("tune", tune_runs), ("confirm", confirm_runs)):
        for split in ("validation", "test"):
            counted = runs[KEYS].assign(value=counted_accuracy(runs, f"{split}_accuracy", of))
            confirmed[f"{stage}_{split}"] = counted.groupby(KEYS)["value"].mean().reindex(index).to_numpy()
    return confirmed.assign(bias=confirmed["tune_validation"] - confirmed["confirm_validation"])


def winners_curse(table: pd.DataFrame, inflation: float = 1.0) -> tuple[float, float]:
    """By how much picking the best mean of several families flatters it, where the same seeds choose and judge.

    Args:
        table: a row per seed, a column per family, the better the higher; nan: a run is missing.
        inflation: by how much the error of a mean is larger than that of independent runs (1 for seeds).

    Returns what it would be on average if all families were equally good, and if their true means were those that
    are seen: E[mean of the winner - its true mean], means being normal with the covariance that seeds give them
    (`CURSES` draws with a fixed seed; families beyond `MOST_CORRELATED` are drawn as if independent). nan for fewer
    than two families, or without any spread.
    """
    means, counts = table.mean().to_numpy(np.float64), table.count().to_numpy(np.float64)
    k, sd = len(means), np.nan_to_num(table.std().to_numpy(np.float64))
    if k < 2 or not sd.any() or np.isnan(means).any():
        return np.nan, np.nan
    generator = np.random.default_rng(CURSE_SEED)
    if k > MOST_CORRELATED:
        noise = generator.standard_normal((CURSES, k)) * sd / np.sqrt(counts)
    else:
        shared = np.nan_to_num(table.cov().to_numpy(np.float64)) / np.sqrt(np.outer(counts, counts))
        noise = generator.multivariate_normal(np.zeros(k), shared, CURSES, check_valid="ignore", method="eigh")
    noise *= inflation
    picked = np.argmax(means + noise, axis=1)
    return float(noise.max(axis=1).mean()), float(noise[np.arange(CURSES), picked].mean())
