"""check: the entrance examination of a plug-in."""

from argparse import ArgumentParser, Namespace

from bench.commands.codes import DONE, FAILED


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE.py", help="a Python file with rules, schedules, penalties or problems")


def run(options: Namespace) -> int:
    """Examine each component of the file; print what was found as soon as it is."""
    from bench import plugins
    from bench.examination import examine
    from bench.text import counted

    failed = count = 0
    for component in plugins.load(options.file).components:
        print(f"{component.__name__}, a {plugins.kind_of(component).word} named {component.name!r}")
        for finding in examine(component):
            count, failed = count + 1, failed + bool(finding.faults)
            print(f"  {'failed' if finding.faults else 'passed'}  {finding.check}", flush=True)
            for fault in finding.faults:
                print(f"          {fault}")
    print(f"{counted(count, 'check')}, {failed} failed" if failed else f"{counted(count, 'check')}, all passed")
    return FAILED if failed else DONE
