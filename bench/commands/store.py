"""store: care for the store: check it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench.commands.arguments import add_store
from bench.commands.codes import DONE, FAILED

if TYPE_CHECKING:
    from bench.store.care import Checkup

_SHOWN = 20  # damaged runs


def add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    text = "read all of it, and compare every run with the digest that was stored with it"
    check = actions.add_parser("check", help=text, description=f"{text[:1].upper()}{text[1:]}.")
    check.set_defaults(action=_check)
    check.add_argument(
        "--repair", action="store_true", help="forget what is damaged, so that `bench run` trains it anew"
    )
    add_store(check)


def run(options: Namespace) -> int:
    """Do what the action says."""
    code: int = options.action(options)
    return code


def _check(options: Namespace) -> int:
    from bench.store.faults import RESTORE
    from bench.store.sqlite import Store
    from bench.text import counted

    with Store(options.store) as store:
        found = store.check()
        print("\n".join(_findings(options, found)))
        if found.whole or not options.repair:
            return DONE if found.whole else FAILED
        store.forget_damaged()
        left = store.check()
    print(f"forgotten: {counted(len(found.damaged), 'run')}; the next `bench run` trains them anew")
    if left.whole:
        return DONE
    print("\n".join([f"the file is still damaged; {RESTORE}", *_faults(left)]))
    return FAILED


def _findings(options: Namespace, found: Checkup) -> Iterator[str]:
    """What a check has found, line by line."""
    from bench.text import counted, printable

    sealed = found.runs - found.unsealed
    yield f"{printable(str(options.store), 200)}: {counted(found.runs, 'run')}, {sealed:,} of them with a digest"
    names = list(found.damaged.values())
    yield from (f"  damaged: run {name}" for name in names[:_SHOWN])
    if len(names) > _SHOWN:
        yield f"  and {len(names) - _SHOWN:,} more"
    yield from (f"  damaged: what is known of environment {printable(name)}" for name in found.environments)
    yield from _faults(found)
    if found.whole:
        yield "nothing is damaged"
    elif not options.repair:
        yield "--repair forgets what is damaged, so that `bench run` trains it anew"


def _faults(found: Checkup) -> list[str]:
    return [f"  SQLite: {fault}" for fault in found.faults]
