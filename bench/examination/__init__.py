"""The entrance examination of components: what every rule must keep, built in or not, found out by using it.

`examine` gives a finding for each check. A fault is a sentence that says what to change.
"""

from bench.examination.examination import Finding, examine

__all__ = ["Finding", "examine"]
