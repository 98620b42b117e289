"""What `run --dry-run` prints: what a grid would train, what it would cost, and what it could decide."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import comb
from typing import Any

from bench import statistics
from bench.grid import Configuration, Grid
from bench.grid.provenance import plugins_of
from bench.grid.search import RandomAxis
from bench.results import collect_tune
from bench.results.cautions import Caution, caution_sentences, of_settings
from bench.results.races import members_of, races_of, saving
from bench.statistics.racing import Race
from bench.store import questions
from bench.store.sqlite import Store
from bench.text import counted, duration, listed, path_text, plural, printable, written
from bench.training import costs, machine
from bench.training.costs import stack_bytes
from bench.training.stacks import multiply_adds, stack_counts

_SHOWN = 20
_PROBES = 6
_PROCESS_BYTES = 250e6  # the main process with its libraries
_WORKER_BYTES = 80e6


@dataclass
class Shape:
    """The runs still to be trained that can share stacks."""

    example: Configuration
    runs: int = 0


@dataclass(frozen=True)
class Preview:
    """A grid before it is trained.

    `families`: name -> [configurations, tune runs stored, tune runs to train], the latter in a race at the most.
    `races`: that of each family, if there are any. `judged`: configurations of its problems
    that were judged on its confirm seeds already, `again`: those of them that are its own. `most_seeds`: how many
    confirm seeds each family's best may get. `cautions`: by family.
    """

    grid: Grid
    families: dict[str, list[int]]
    races: dict[str, Race]
    shapes: list[Shape]
    jobs: int
    judged: int
    again: int
    most_seeds: int
    cautions: dict[str, tuple[Caution, ...]]

    @property
    def cached(self) -> int:
        """Tune runs that are stored."""
        return sum(stored for _, stored, _ in self.families.values())

    @property
    def new(self) -> int:
        """Tune runs to train."""
        return sum(new for _, _, new in self.families.values())

    @property
    def confirm(self) -> int:
        """Confirm runs at the most; which are stored is known only once the best are chosen."""
        return len(self.families) * self.most_seeds

    @property
    def effects(self) -> int:
        """Confirm runs of the other sides of effects, at the most."""
        return self.grid.effect_count * self.grid.seeds.confirm

    @property
    def at_most(self) -> str:
        """What stands before numbers of runs, and their time, that a race may yet make fewer."""
        return "" if all(race.decided for race in self.races.values()) else "at most "


def preview_of(grid: Grid, store: Store | None, jobs: int, most_seeds: int = 0) -> Preview:
    """Count what is stored and what is not, without training and without holding the runs in memory.

    `most_seeds`: of a plan that may add confirm seeds.
    """
    stored, judged, again = _stored(grid, store), questions.judged_before(store, grid) if store else set(), 0
    claim, races = grid.baseline.accuracy, _races(grid, store)
    seeds = {family: iter(race.most.tolist()) for family, race in races.items()}
    families: dict[str, list[int]] = {}
    cautions: dict[str, dict[Caution, None]] = {}
    shapes: dict[tuple[Any, ...], Shape] = {}
    for configuration in grid.configurations():
        wanted = next(seeds[configuration.family]) if races else grid.seeds.tune
        have = min(stored[configuration.hash], wanted)
        again += configuration.hash in judged
        stored[configuration.hash] = wanted  # another entry may have the same configuration
        lacking = wanted - have
        family = families.setdefault(configuration.family, [0, 0, 0])
        family[0] += 1
        family[1] += have
        family[2] += lacking
        cautions.setdefault(configuration.family, {}).update(of_settings([configuration.settings], claim))
        key = configuration.settings.shape
        if key not in shapes:
            shapes[key] = Shape(configuration)
        shapes[key].runs += lacking
    most = max(most_seeds, grid.seeds.confirm)
    said = {family: tuple(own) for family, own in cautions.items()}
    return Preview(grid, families, races, list(shapes.values()), jobs, len(judged), again, most, said)


def _races(grid: Grid, store: Store | None) -> dict[str, Race]:
    """That of each family, if the grid races, as far as what is stored decides it."""
    if not grid.seeds.race:
        return {}
    return collect_tune(grid, store).races if store else races_of(grid, members_of([*grid.configurations()]))


def _stored(grid: Grid, store: Store | None) -> Counter[str]:
    """How many tune runs of each configuration need not be trained again."""
    if store is None:
        return Counter()
    statuses = store.statuses(configuration.hash for configuration in grid.configurations())
    return Counter(name for (name, seed), status in statuses.items() if status != "failed" and seed < grid.seeds.tune)


def eta(preview: Preview) -> float:
    """Seconds that training would take, with all confirm runs: measured on the costliest shapes, scaled for others."""
    work = {id(shape): multiply_adds(shape.example.settings) for shape in preview.shapes}
    costliest = sorted(preview.shapes, key=lambda shape: -shape.runs * work[id(shape)])[:_PROBES]
    measured = {id(shape): costs.seconds_per_run(shape.example) for shape in costliest}
    rate = sum(measured.values()) / sum(work[key] for key in measured)  # for the shapes that were not measured
    each = {id(shape): measured.get(id(shape), rate * work[id(shape)]) for shape in preview.shapes}
    tune = sum(shape.runs * each[id(shape)] for shape in preview.shapes)
    confirm = (preview.confirm + preview.effects) * sum(each.values()) / len(each)
    return (tune + confirm) / preview.jobs


def memory(preview: Preview) -> float:
    """Bytes, roughly: the main process and its workers with a stack each."""
    each = max((stack_bytes(shape.example.settings) for shape in preview.shapes), default=0)
    workers = preview.jobs * (each + _WORKER_BYTES) if preview.jobs > 1 else each
    return _PROCESS_BYTES + workers


def lines(preview: Preview) -> Iterator[str]:
    """The preview as text."""
    grid, seeds = preview.grid, preview.grid.seeds
    yield grid.title
    yield f"{counted(len(grid), 'configuration')} in {counted(len(preview.families), 'family', 'families')}"
    tune = f"{'up to ' if preview.races else ''}{seeds.tune:,} {plural(seeds.tune, 'tune seed')}"
    more = f", up to {preview.most_seeds:,} while undecided" if preview.most_seeds > seeds.confirm else ""
    yield f"{tune} each, {counted(seeds.confirm, 'confirm seed')} for each family's best{more}"
    for family, (size, cached, new) in list(preview.families.items())[:_SHOWN]:
        yield f"  {family}: {counted(size, 'configuration')}, {cached:,} tune runs cached, {preview.at_most}{new:,} new"
    if len(preview.families) > _SHOWN:
        yield f"  and {len(preview.families) - _SHOWN:,} more families"
    known = f"{preview.cached:,} cached, {preview.at_most}{preview.new:,} new"
    yield f"tune runs: {known}; confirm runs: at most {preview.confirm:,}"
    if preview.races:
        yield saving(preview.races.values())
    if grid.effects:
        yield f"effects of {listed(grid.effects)}: at most {preview.effects:,} more confirm runs"
    if preview.judged:
        before = counted(preview.judged, "configuration was", "configurations were")
        yield f"{before} judged on these confirm seeds before, and will share the level with what is new"
    stacks = sum(stack_counts(((shape.runs, shape.example.settings) for shape in preview.shapes), preview.jobs))
    yield f"stacks: {stacks:,}, of {counted(len(preview.shapes), 'shape')}"
    needed, there = memory(preview), machine.memory()
    more = (
        f", more than the {there / 1e6:,.0f} MB here: give it fewer --jobs, or fewer points" if needed > there else ""
    )
    yield f"memory: about {needed / 1e6:,.0f} MB{more}"
    yield f"time: {preview.at_most}about {duration(eta(preview))} with {counted(preview.jobs, 'job')}"
    yield "what this design can decide:"
    others = preview.judged - min(preview.again, len(preview.families))
    for sentence in plan(grid, others).sentences:
        yield f"  {sentence}"
    yield from (printable(text, 1000) for text in caution_sentences(preview.cautions, _SHOWN))
    for plugin, brought in plugins_of(grid).items():
        yield f"plug-in {path_text(plugin.path)} (source {plugin.digest}): {listed(brought)}"
    yield "settings, defaults included:"
    yield from (f"  {line}" for line in _settings(grid))


def plan(grid: Grid, judged: int = 0) -> statistics.Design:
    """What verdicts the grid's seeds allow, whatever the results; `judged`: how many more share their level.

    Families are compared within their problem, and with no others that were judged before: all pairs there together.
    """
    families = grid.family_count + judged
    problems = Counter(family.problem for family in {family.name: family for family in grid.families}.values())
    pairs = max(comb(count, 2) for count in problems.values())
    return statistics.design(grid.seeds.tune, grid.seeds.confirm, families, grid.baseline.alpha, comparisons=pairs)


def _settings(grid: Grid) -> Iterator[str]:
    several = len(grid.problems) > 1
    for axes in (grid.axes,) if several else (*grid.problems.values(), grid.axes):
        yield from (f"{key} = {_values(values)}" for key, values in axes.items())
    for kind, tables in (("problem", grid.problems if several else {}), ("optimizer", grid.optimizers)):
        for label, entry in tables.items():
            own = ", ".join(f"{key.split('.')[1]} = {_values(values)}" for key, values in entry.items())
            yield f"{kind} {printable(label)}: {own}"
    for name, value in {**vars(grid.seeds), **vars(grid.baseline), **vars(grid.search)}.items():
        yield f"{name} = {'the best on tune seeds' if value == '' else written(value)}"


def _values(values: tuple[Any, ...]) -> str:
    if isinstance(values, RandomAxis):
        return f"{values.distribution}, {counted(len(values), 'value')}"
    shown = [written(value) for value in values[:_SHOWN]] + ["..."] * (len(values) > _SHOWN)
    return ", ".join(shown) if len(values) == 1 else f"[{', '.join(shown)}]"
