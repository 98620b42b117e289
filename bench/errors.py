"""What can go wrong, apart from defects of the program."""


class UsageError(Exception):
    """A bad command line, grid file or store. `str()` names the place, the value and the remedy; exit code 2."""


class RunFailed(Exception):
    """A run raised, and the campaign was to stop at the first that does."""
