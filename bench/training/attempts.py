"""What is still to be trained: new stacks, and before them those whose worker ended in the midst of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bench.records import Result, Stack

MORE = 4


@dataclass(frozen=True)
class Attempt:
    """A stack that is given to a worker. `again`: a worker has ended with it, or with one that it is a half of.

    `patience`: by how much more time it is given than others, since it may be slow and no reason to hang.
    """

    stack: Stack
    again: bool = False
    patience: int = 1


class Waiting:
    """Attempts, in the order in which they are to be made.

    Who knows whether a stack was the reason why its worker ended? So it is tried again as it was; then in halves, which
    take less memory, until the run that is the reason is alone and fails.
    """

    def __init__(self, stacks: Iterable[Stack]) -> None:
        self._new, self._again = iter(stacks), deque[Attempt]()

    def next(self) -> Attempt | None:
        """What to try next; None: nothing is left."""
        if self._again:
            return self._again.popleft()
        stack = next(self._new, None)
        return None if stack is None else Attempt(stack)

    def back(self, attempt: Attempt) -> None:
        """Take back what nobody has tried."""
        self._again.append(attempt)

    def lost(self, attempt: Attempt, why: str, *, begun: bool = True, silent: bool = False) -> list[Result]:
        """Write down that a worker ended with this: it is tried again, or its one run has failed, and that is why.

        `begun`: whether it can be the reason; it is none where its worker had not started. `silent`: it was given up
        because it said nothing for too long; it is given `MORE` times as long.
        """
        runs, patience = attempt.stack.runs, attempt.patience * (MORE if silent else 1)
        once_more = replace(attempt, again=attempt.again or begun, patience=patience)
        if not (attempt.again and begun):
            self._again.append(once_more)
        elif len(runs) > 1:
            half = len(runs) // 2
            self._again.extend(replace(once_more, stack=Stack(part)) for part in (runs[:half], runs[half:]))
        else:
            return [Result(runs[0], "failed", 0, error=why)]
        return []
