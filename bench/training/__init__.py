"""Stacks of runs in, results out."""
