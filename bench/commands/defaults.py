"""Where things lie, and how much is enough, unless someone says otherwise: on the command line and from Python."""

GRID = "grids/quick.toml"
STORE = "results/runs.sqlite"
REPORTS = "reports"
MOST_SEEDS = 1000  # confirm seeds of each family that --until-decided adds up to
