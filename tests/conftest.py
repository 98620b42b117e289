"""For all tests: one BLAS thread, and hypothesis that tries the same examples on every machine."""

import os

import numpy as np  # noqa: F401  (its BLAS must be loaded before its threads can be limited)
from hypothesis import settings
from threadpoolctl import threadpool_limits

# The bits of a matrix product may depend on the number of BLAS threads. Held for the whole session.
_ONE_BLAS_THREAD = threadpool_limits(1, user_api="blas")

# No deadline: a slow or busy machine is not a defect. Repeatable: what is red here is red for everyone;
# `--hypothesis-profile explore` looks for new examples instead.
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.register_profile("explore", deadline=None, max_examples=int(os.environ.get("EXAMPLES", "1000")))
settings.load_profile("repeatable")
