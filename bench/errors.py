"""What can go wrong, apart from defects of the program."""

import signal

ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""The signals that ask a program to end: Ctrl-C, `kill` or a batch system, a terminal that is closed."""


class UsageError(Exception):
    """A bad command line, grid file or store. `str()` names the place, the value and the remedy; exit code 2."""


class RunFailed(Exception):
    """A run raised, and the campaign was to stop at the first that does."""


class WorkersFailed(Exception):
    """Worker processes cannot start, which is no result of any run."""


class Ended(BaseException):
    """A signal has asked the program to end. `number`: which. Like KeyboardInterrupt, it is no Exception."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number
