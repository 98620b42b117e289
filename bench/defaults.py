"""Where things lie, and how much is enough, unless someone says otherwise."""

GRID = "grids/quick.toml"
STORE = "results/runs.sqlite"
REPORTS = "reports"
MOST_ADDED_SEEDS = 1000  # --until-decided adds confirm seeds until each family has so many
MOST_LOOKS = 20
SIDE_BY_SIDE = 4  # runs on a page or in an animation, at most
