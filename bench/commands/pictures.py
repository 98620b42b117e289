"""One run's picture and film, for the command `replay`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bench.figures import animate, run_picture, save
from bench.records import Run
from bench.replay.regions import film, maps_of
from bench.text import printable
from bench.training.training import train


def write_figure(run: Run, path: Path) -> None:
    """Decision regions and learning curves of a run, which is trained again, as .svg, .png or .pdf.

    Raises ValueError for another ending or a problem that has not two features.
    """
    trained = train([run])
    regions = next(maps_of(trained.network, [run]))
    history = trained.history
    curves = pd.DataFrame({"epoch": history.epochs} | {name: values[0] for name, values in history.curves.items()})
    label, rule = printable(run.settings.optimizer.label, 60), run.settings.optimizer.rule.name
    end = f"diverged at epoch {history.diverged_at[0]:,}" if history.diverged_at[0] else "did not diverge"
    save(run_picture(regions, curves, rule, f"{label}, seed {run.seed:,} {end}: {run.id}"), path)


def write_film(run: Run, path: Path) -> None:
    """A run's training as decision regions over epochs, as .gif; trains it again. ValueError for another ending."""
    if path.suffix.lower() != ".gif":
        raise ValueError(f"{printable(str(path))}: an animation is written as .gif")
    animate(film(run), path)
