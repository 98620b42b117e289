"""store: care for the store: check it, merge another into it, forget a grid's runs."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench.commands.arguments import add_grid, add_store, load
from bench.commands.codes import DONE, FAILED

if TYPE_CHECKING:
    from bench.store.care import Checkup

_SHOWN = 20  # damaged runs


def add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    check = _action(actions, "check", _check, "read all of it, and compare every run with the digest stored with it")
    remedies = check.add_mutually_exclusive_group()
    remedies.add_argument(
        "--repair", action="store_true", help="forget what is damaged, so that `bench run` trains it anew"
    )
    remedies.add_argument(
        "--rescue",
        type=Path,
        metavar="NEW",
        help="save what can be read of a file that SQLite cannot mend, in a new store",
    )
    add_store(check)
    merge = _action(actions, "merge", _merge, "add the runs of another store, and what was asked of them")
    merge.add_argument("other", type=Path, metavar="OTHER", help="the other store, which stays as it is")
    add_store(merge)
    forget = _action(actions, "forget", _forget, "forget the runs of a grid, but for those that others have judged")
    forget.add_argument("--dry-run", action="store_true", help="say what would be forgotten")
    add_grid(forget)


def _action(
    actions: _SubParsersAction[ArgumentParser], name: str, action: Callable[[Namespace], int], text: str
) -> ArgumentParser:
    parser = actions.add_parser(name, help=text, description=f"{text[:1].upper()}{text[1:]}.")
    parser.set_defaults(action=action)
    return parser


def run(options: Namespace) -> int:
    """Do what the action says."""
    code: int = options.action(options)
    return code


def _check(options: Namespace) -> int:
    from bench.store.faults import rescue
    from bench.store.sqlite import Store
    from bench.text import counted, plural

    if options.rescue:
        return _rescue(options)
    with Store(options.store, damaged=True) as store:
        found = store.check()
        print("\n".join(_findings(options, found)))
        if found.whole or not options.repair:
            return DONE if found.whole else FAILED
        store.forget_damaged()
        left = store.check()
    damaged = len(found.damaged)
    print(f"forgotten: {counted(damaged, 'run')}; the next `bench run` trains {plural(damaged, 'it', 'them')} anew")
    if found.questions:
        questions = counted(len(found.questions), "question")
        print(f"forgotten: {questions}; what was confirmed for them counts as judged, for a claim that is not known")
    if left.whole:
        return DONE
    print("\n".join([f"the file is still damaged; {rescue(options.store)}", *_faults(left)]))
    return FAILED


def _rescue(options: Namespace) -> int:
    from bench.store.rescue import rescue
    from bench.text import counted, path_text

    saved = rescue(options.store, options.rescue)
    new, old = path_text(options.rescue), path_text(options.store)
    print(
        f"{new}: {counted(saved.runs, 'run')}, {saved.runs - saved.unsealed:,} of them with a digest, saved from {old}"
    )
    if saved.unsealed:
        print("`bench verify GRID` tells whether runs without a digest are as they were trained")
    print(f"{old} stays as it is; `bench run GRID --store {new}` trains what was lost anew")
    return DONE


def _findings(options: Namespace, found: Checkup) -> Iterator[str]:
    """What a check has found, line by line."""
    from bench.text import counted, path_text, printable

    sealed = found.runs - found.unsealed
    yield f"{path_text(options.store)}: {counted(found.runs, 'run')}, {sealed:,} of them with a digest"
    names = list(found.damaged.values())
    yield from (f"  damaged: run {name}" for name in names[:_SHOWN])
    if len(names) > _SHOWN:
        yield f"  and {len(names) - _SHOWN:,} more"
    yield from (f"  damaged: settings of configuration {printable(str(name))}" for name in found.settings[:_SHOWN])
    yield from (f"  damaged: what is known of environment {printable(str(name))}" for name in found.environments)
    yield from (f"  damaged: a question of {asker}" for asker in found.questions.values())
    yield from (f"  damaged: that run {run} was there once" for run in found.looks[:_SHOWN])
    if found.orphans:
        yield f"  damaged: {counted(found.orphans, 'digest is', 'digests are')} of nothing that is there"
    yield from _faults(found)
    if found.whole:
        yield "nothing is damaged"
    elif not options.repair:
        yield "--repair forgets what is damaged, so that `bench run` trains it anew"


def _faults(found: Checkup) -> list[str]:
    return [f"  SQLite: {fault}" for fault in found.faults]


def _merge(options: Namespace) -> int:
    from bench.store.sqlite import Store
    from bench.text import counted, listed, plural

    with Store(options.other) as other, Store(options.store, create=True) as store:
        merged = store.merge(other)
    print(f"{counted(merged.added, 'run')} added; {merged.there:,} were there already")
    if merged.others:
        count, why = len(merged.others), "trained on another fingerprint or by other sources"
        have, stay = plural(count, "has", "have"), plural(count, "stays", "stay")
        runs = counted(count, "run")
        print(f"{runs} {have} other bits there, {why}, and {stay} as they are here: {listed(merged.others)}")
    return DONE


def _forget(options: Namespace) -> int:
    from bench.records import stage_of
    from bench.store import questions
    from bench.store.sqlite import Store
    from bench.text import counted, listed, plural, printable

    grid = load(options, options.grid)
    with Store(options.store) as store:
        found = questions.forgettable(store, grid)
        if not options.dry_run:
            store.forget(found.own)
    confirm = sum(stage_of(seed) == "confirm" for _, seed in found.own)
    done = "would be forgotten" if options.dry_run else "forgotten"
    print(f"{counted(len(found.own), 'run')} {done}: {len(found.own) - confirm:,} tune, {confirm:,} confirm")
    if found.shared:
        count, names = len(found.shared), listed(printable(name) for name in found.grids)
        print(f"{counted(count, 'confirm run')} {plural(count, 'stays', 'stay')}, which others have judged: {names}")
    if confirm:
        print("what was asked of these confirm seeds stays: whoever trains them again does not look for the first time")
    return DONE
