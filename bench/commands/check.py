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

    findings = []
    for component in plugins.load(options.file).components:
        print(f"{component.__name__}, a {plugins.kind_of(component).word} named {component.name!r}")
        for finding in examine(component):
            findings.append(finding)
            outcome = ("failed" if finding.faults else "passed") if finding.made else "left out"
            print(f"  {outcome:<8}  {finding.check}", flush=True)
            for fault in finding.faults:
                print(f"            {fault}")
    failed = sum(bool(finding.faults) for finding in findings)
    left_out = sum(not finding.made for finding in findings)
    checks = counted(len(findings), "check")
    print(f"{checks}, {failed} failed, {left_out} left out until they pass" if failed else f"{checks}, all passed")
    return FAILED if failed else DONE
