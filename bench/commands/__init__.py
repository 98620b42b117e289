# PYTHON_ARGCOMPLETE_OK
"""The command line, `python -m bench COMMAND`: parsing, exit codes, and errors as one readable message.

Each command is a module with its arguments beside its action. Heavy imports are made where they are used, so that
--help answers at once.
"""

import argparse
import errno
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import NoReturn, Protocol

from bench.commands import (
    calibrate,
    check,
    compare,
    export,
    grids,
    judge,
    replay,
    report,
    run,
    schema,
    speed,
    status,
    store,
    verify,
)
from bench.commands.codes import DONE, ENDED, FAILED, USAGE
from bench.errors import ENDING, Ended, UsageError


class Command(Protocol):
    """A module that is a command: its name is the command's, and its docstring begins `name: what --help says.`"""

    __name__: str

    def add_arguments(self, parser: argparse.ArgumentParser, /) -> None:
        """Say which arguments the command has."""

    def run(self, options: argparse.Namespace, /) -> int:
        """Do it; return the exit code."""


# As wide as every terminal; argparse would ask the terminal, and load twice as much for it.
_FORMATTER = partial(argparse.HelpFormatter, width=80)
# as --help lists them
COMMANDS: list[Command] = [
    run,
    report,
    status,
    export,
    compare,
    judge,
    replay,
    verify,
    speed,
    check,
    store,
    grids,
    schema,
]
UNLISTED: list[Command] = [calibrate]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    _make_streams_patient()
    parser = _parser()
    if "_ARGCOMPLETE" in os.environ:  # a shell asks how a line may go on
        _complete(parser)
    options = parser.parse_args(arguments)
    command: Command = options.command
    try:
        with _ended_by_signals(), _plugged_in(options):
            code = command.run(options)
        sys.stdout.flush()  # here, where a closed pipe can be answered
        return code
    except UsageError as error:
        return _refuse(options, error, USAGE)
    except (KeyboardInterrupt, Ended) as ended:
        goes_on = "every finished run is stored, and the same command goes on from there"
        print(f"interrupted; {goes_on if command is run else 'the same command starts anew'}", file=sys.stderr)
        return ENDED + (ended.number if isinstance(ended, Ended) else signal.SIGINT)
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what Python flushes when it ends
        return DONE
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:  # where the output goes, or temporary files
            from bench.store.faults import ROOM

            return _refuse(options, UsageError(f"{error.strerror}; {ROOM}"), USAGE)
        return _refuse(options, error, FAILED)


def _make_streams_patient() -> None:
    """A terminal that lacks characters, or is closed, costs no result: they are replaced, and nobody is told."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115  # for as long as the process lives
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """`kill`, a batch system and a closed terminal end a command as Ctrl-C does, unless they are ignored (`nohup`)."""
    others = [number for number in ENDING if signal.getsignal(number) == signal.SIG_DFL]
    with suppress(ValueError):  # signals come to the main thread alone, where commands usually run
        for number in others:
            signal.signal(number, _end)
    try:
        yield
    finally:
        with suppress(ValueError):
            for number in others:
                signal.signal(number, signal.SIG_DFL)


def _end(number: int, _: object) -> None:
    raise Ended(number)


def _plugged_in(options: argparse.Namespace) -> AbstractContextManager[None]:
    """The plug-ins that the command line names, plugged in for as long as the command runs."""
    files = getattr(options, "plugin", [])
    if not files:
        return nullcontext()
    from bench import plugins
    from bench.grid.plugging import plugged_in

    return plugged_in([plugins.load(file) for file in files])


def _refuse(options: argparse.Namespace, error: Exception, code: int) -> int:
    if options.debug:
        raise error
    expected = isinstance(error, UsageError)
    hint = "" if expected else f"{type(error).__name__}: "
    print(f"bench: {hint}{error}" + ("" if expected else " (--debug shows where)"), file=sys.stderr)
    return code


def _complete(parser: argparse.ArgumentParser) -> None:
    with suppress(ImportError):
        import argcomplete

        argcomplete.autocomplete(parser)


class _Version(argparse.Action):
    """Say which versions give the numbers."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        import platform
        from importlib.metadata import version

        import numpy

        from nn import NUMERICS

        python = f"Python {platform.python_version()}, NumPy {numpy.__version__}"
        print(f"bench {version('optimizer-bench')}, numerics {NUMERICS} ({python})")
        parser.exit()


class _Parser(argparse.ArgumentParser):
    """Options may stand between the words of a command: `bench replay GRID --worst FAMILY`."""

    _intermixed = False

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        if self._subparsers is not None or self._intermixed:  # argparse does not do it before the name of a command
            return super().parse_known_args(args, namespace)
        self._intermixed = True  # what is called next calls this again
        return self.parse_known_intermixed_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line, and how to name a file that looks like an option."""
        files = [word for word in message.split() if word.startswith("-") and Path(word).is_file()]
        super().error(message + (f"; the file is named as ./{files[0]}" if files else ""))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="bench",
        description="Trains grids of small neural networks and judges what beats the baseline.",
        formatter_class=_FORMATTER,
    )
    parser.add_argument("--debug", action="store_true", help="show tracebacks")
    parser.add_argument("--version", action=_Version, nargs=0, help="show versions, and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        _fill(commands.add_parser(_name(command), help=_help(command), formatter_class=_FORMATTER), command)
    for command in UNLISTED:
        _fill(commands.add_parser(_name(command), formatter_class=_FORMATTER), command)
    return parser


def _fill(parser: argparse.ArgumentParser, command: Command) -> None:
    text = _help(command)
    parser.description = f"{text[:1].upper()}{text[1:]}."
    parser.set_defaults(command=command)
    parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="show tracebacks")
    command.add_arguments(parser)


def _name(command: Command) -> str:
    return command.__name__.rpartition(".")[2]


def _help(command: Command) -> str:
    """What stands behind the name in the first line of its docstring."""
    first, _, _ = (command.__doc__ or "").partition("\n")
    return first.removeprefix(f"{_name(command)}: ").removesuffix(".")
