"""What becomes of stacks whose worker ended."""

from bench.records import Run, Stack
from bench.training.attempts import Waiting
from tests.bench.place import Place


def _waiting(place: Place, *sizes: int) -> tuple[Waiting, list[tuple[Run, ...]]]:
    [configuration, *_] = place.load().configurations()
    seeds = iter(range(sum(sizes)))
    stacks = [tuple(Run(configuration, next(seeds)) for _ in range(size)) for size in sizes]
    return Waiting(map(Stack, stacks)), stacks


def test_new_stacks_come_in_order(place: Place) -> None:
    waiting, [first, second] = _waiting(place, 3, 2)
    given = [waiting.next(), waiting.next()]
    assert [one and one.stack.runs for one in given] == [first, second]
    assert waiting.next() is None


def test_a_lost_stack_comes_again_before_new_ones_first_whole_then_in_halves(place: Place) -> None:
    waiting, [runs, other] = _waiting(place, 5, 1)
    lost = waiting.next()
    assert lost
    assert waiting.lost(lost, "killed") == []
    whole = waiting.next()
    assert whole
    assert whole.stack.runs == runs
    assert waiting.lost(whole, "killed") == []
    halves = [waiting.next(), waiting.next()]
    assert [half and half.stack.runs for half in halves] == [runs[:2], runs[2:]]
    last = waiting.next()
    assert last
    assert last.stack.runs == other


def test_a_run_fails_when_it_was_lost_alone_and_before(place: Place) -> None:
    waiting, [[run]] = _waiting(place, 1)
    for expected in ([], [(run, "failed", "killed")]):
        attempt = waiting.next()
        assert attempt
        assert [(r.run, r.status, r.error) for r in waiting.lost(attempt, "killed")] == expected
    assert waiting.next() is None


def test_a_run_whose_workers_never_started_has_not_been_tried(place: Place) -> None:
    waiting, [[run]] = _waiting(place, 1)
    for begun in (False, True, False):
        attempt = waiting.next()
        assert attempt
        assert attempt.stack.runs == (run,)
        assert waiting.lost(attempt, "killed", begun=begun) == []
    attempt = waiting.next()
    assert attempt
    assert [result.status for result in waiting.lost(attempt, "killed")] == ["failed"]


def test_who_said_nothing_for_too_long_is_given_more_time(place: Place) -> None:
    waiting, _ = _waiting(place, 2)
    seen = []
    for silent in (True, False, True):
        attempt = waiting.next()
        assert attempt
        seen.append(attempt.patience)
        waiting.lost(attempt, "given up", silent=silent)
    halves = [waiting.next(), waiting.next()]
    assert seen == [1, 4, 4]
    assert [half and half.patience for half in halves] == [4, None]
