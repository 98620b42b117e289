"""`python -m bench`. Worker processes import this file too, so it must stay light."""

import sys

from bench.commands import main

if __name__ == "__main__":
    sys.exit(main())
