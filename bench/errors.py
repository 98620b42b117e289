"""What goes wrong through no fault of the program: shown as one message, exit code 2."""


class UsageError(Exception):
    """A bad command line, grid file or store. `str()` names the place, the value and the remedy."""
