"""For all tests: one BLAS thread, and hypothesis that tries the same examples on every machine."""

import numpy as np  # noqa: F401  (its BLAS must be loaded before its threads can be limited)
from hypothesis import Phase, settings
from threadpoolctl import threadpool_limits

# The bits of a matrix product may depend on the number of BLAS threads. Held for the whole session.
_ONE_BLAS_THREAD = threadpool_limits(1, user_api="blas")

# No deadline: a slow or busy machine is not a defect. By default what is red here is red for everyone, and as first
# found; `--hypothesis-profile explore` tries other examples every time and reduces what fails, which takes minutes.
settings.register_profile(
    "repeatable", deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate)
)
settings.register_profile("explore", deadline=None)
settings.load_profile("repeatable")
