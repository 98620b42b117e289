"""The report of a table that another program wrote: what needs runs and scores alone, no networks and no grids."""

from bench.report.judging.view import JudgedView

__all__ = ["JudgedView"]
