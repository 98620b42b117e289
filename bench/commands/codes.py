"""The exit codes of the command line."""

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
