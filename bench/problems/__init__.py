"""Where a run's data comes from: one file for each problem."""
