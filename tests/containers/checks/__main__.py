"""Runs every check against one stack, removes the stack, and then runs the example of `follow`."""

import sys

from . import follow, images, isolation, mounts, pictures, recovery, scaling, stopping, wall
from .report import Report
from .stack import Stack


def main(repository):
    report, stack = Report(), Stack(repository)
    images.check(report, stack)
    failed_before = report.failed
    try:
        with report.check("compose up brings up two functions, a service and a cloud, all healthy"):
            stack.compose("up", "-d", "--build")
            stack.up(writers=1)
        if report.failed > failed_before:
            print(stack.compose("ps"), stack.compose("logs", "--no-color", "--tail", "20"), flush=True)
        else:
            for part in (wall, pictures, mounts, scaling, isolation, recovery, stopping):
                part.check(report, stack)
    finally:
        with report.check("compose down leaves no container, volume or network"):
            stack.down()
    follow.check(report, repository)
    print(report.last_line())
    return 1 if report.failed else 0


sys.exit(main(sys.argv[1]))
