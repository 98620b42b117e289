"""Performance profiles: on what share of problems and seeds a method is how near to the fastest (Dolan & More 2002)."""

from __future__ import annotations

import numpy as np
import pandas as pd

FACTORS = (1, 2, 4)  # of the fastest method's time, for the table


def ratios_to_fastest(times: pd.DataFrame) -> pd.DataFrame:
    """Each method's time over that of the fastest, instance by instance.

    `times`: a row per instance (a problem with a seed), a column per method; 0 or more, inf where the target was never
    reached, nan where there is no run. Instances without a run of every method take no part. Where no method reached
    the target all ratios are inf; where the fastest took no time, those that took none have 1 and all others inf.
    """
    complete = times.dropna().astype(float)
    fastest = complete.min(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):  # 0 / 0 and inf / inf, which are replaced
        ratios = complete.div(fastest, axis=0)
    return ratios.mask(complete.eq(fastest, axis=0), 1.0).mask(np.isinf(complete), np.inf)


def performance_profiles(ratios: pd.DataFrame) -> pd.DataFrame:
    """The share of instances on which each method's ratio is at most tau, for step plots.

    `ratios`: of `ratios_to_fastest`. Returns method, tau, share: for each method a row at 1, one per distinct finite
    ratio above, and one at the largest of all methods.
    """
    values = ratios.to_numpy(dtype=np.float64)
    last = float(values[np.isfinite(values)].max(initial=1.0))
    parts = []
    for method in ratios.columns:
        own = ratios[method].to_numpy(dtype=np.float64)
        tau = np.unique([1.0, *own[np.isfinite(own)], last])
        share = np.searchsorted(np.sort(own), tau, side="right") / max(own.size, 1)
        parts.append(pd.DataFrame({"method": method, "tau": tau, "share": share}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["method", "tau", "share"])


def shares_within(ratios: pd.DataFrame) -> pd.DataFrame:
    """Per method, in order of columns: the share of instances within each of `FACTORS`: within_2; reached: at all."""
    within = {f"within_{factor}": (ratios <= factor).mean() for factor in FACTORS}
    table = within | {"reached": np.isfinite(ratios).mean()}
    return pd.DataFrame(table).rename_axis("method").reset_index()
