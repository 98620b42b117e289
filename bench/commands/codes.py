"""The exit codes of the command line."""

DONE, FAILED, USAGE = 0, 1, 2
ENDED = 128  # and the number of the signal that ended it: 130 for Ctrl-C
