"""Where things lie, and how much is too much, unless someone says otherwise; each said here alone."""

GRID = "grids/quick.toml"
STORE = "results/runs.sqlite"
REPORTS = "reports"

MOST_RUNS = 1_000_000  # tune and confirm runs of a grid
MOST_SEEDS_UNTIL_DECIDED = 1000  # confirm seeds of each family
