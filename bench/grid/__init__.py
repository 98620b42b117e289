"""A grid file in, its configurations out: one question, the axes to sweep, the seeds, the baseline."""
