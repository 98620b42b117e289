"""Runs frames made by hand: what the store would give for accuracies that a test dictates."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

Runs = Callable[..., pd.DataFrame]

FIRST_CONFIRM_SEED = 1_000_000


def make_runs(
    accuracies: dict[str, Sequence[float]],
    *,
    stage: str = "confirm",
    points: int = 3000,
    epochs: dict[str, Sequence[float]] | None = None,
    validation: dict[str, Sequence[float]] | None = None,
    problem: str = "spiral",
    **settings: object,
) -> pd.DataFrame:
    """One run per accuracy; keys are "family" or "family|configuration", values may be "diverged" or "failed".

    Validation accuracies are the test accuracies unless given.
    """
    rows = []
    for key, values in accuracies.items():
        family, _, configuration = key.partition("|")
        for i, value in enumerate(values):
            status = value if isinstance(value, str) else "ok"
            number = float(value) if status == "ok" else np.nan
            seen = number if validation is None or status != "ok" else validation[key][i]
            rows.append(
                {
                    "stage": stage,
                    "family": family,
                    "configuration": configuration,
                    "seed": i + (FIRST_CONFIRM_SEED if stage == "confirm" else 0),
                    "status": status,
                    "train_accuracy": number,
                    "test_accuracy": number,
                    "test_data_loss": 1 - number,
                    "validation_accuracy": seen,
                    "validation_data_loss": 1 - seen,
                    "test_points": points,
                    "epochs_to_target": np.nan if epochs is None else epochs[key][i],
                    "problem.name": problem,
                    "problem.classes": 3,
                    "training.epochs": 1000,
                    "training.checkpoints": 50,
                    "optimizer.name": family,
                    "optimizer.label": family,
                }
                | settings
            )
    return pd.DataFrame(rows)
