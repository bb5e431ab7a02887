"""Messages posted by 16 clients to 8 environments, beside the bare system calls and beside the Python of the blog post."""

import subprocess

from rig.cloud import ENVIRONMENTS, WALLS, Blog, Ours
from rig.peers import Missing
from rig.posting import post
from rig.stage import Stage
from rig.table import Report, percentile, ratios, spread

CLIENTS = 16
WARM_S = 0.5


class Result:
    """The figures of one server on one wall, round by round."""

    def __init__(self):
        self.rate, self.p50, self.p99, self.accepted = [], [], [], 0
        self.lost, self.twice, self.refused = 0, 0, 0

    def add(self, rate, times):
        """Adds one round."""
        self.rate.append(rate)
        self.p50.append(1000 * percentile(times, 0.5))
        self.p99.append(1000 * percentile(times, 0.99))


def measure(options):
    """Returns posts per second, p50, p99 and what was lost, of each server on each wall."""
    report = Report(
        f"posts: {CLIENTS} clients, {ENVIRONMENTS} environments",
        *("server", "messages at the start", "posts/s", "/ bare loop", "p50 ms", "p99 ms"),
        *("accepted", "lost", "twice", "refused"),
    )
    sides, bare = [Ours(options.programs)], Result()
    bare_loop = optional(report, lambda: options.programs.ours("bare_append"))
    writers, writer_loop = Result(), optional(report, lambda: options.programs.ours("wall_append"))
    blog = optional(report, lambda: Blog(options.programs))
    sides += [blog] if blog else []
    results = {(side.name, messages): Result() for side in sides for messages in side.walls}
    for turn in range(options.rounds):
        for messages in WALLS:
            for side in [side for side in sides[:: -1 if turn % 2 else 1] if messages in side.walls]:
                one_round(side, messages, options.seconds, results[side.name, messages])
        if bare_loop:
            bare.add(*run_loop(bare_loop, "log", options.seconds))
        if writer_loop:
            writers.add(*run_loop(writer_loop, ".", options.seconds))
    for (name, messages), one in results.items():
        counts = [str(value) for value in (one.accepted, one.lost, one.twice, one.refused)]
        beside = spread(ratios(one.rate, bare.rate))
        report.row(name, f"{messages:,}", spread(one.rate), beside, spread(one.p50), spread(one.p99), *counts)
    if writer_loop:
        beside = spread(ratios(writers.rate, bare.rate))
        times = spread(writers.rate), beside, spread(writers.p50), spread(writers.p99)
        report.row(f"ours without HTTP, {ENVIRONMENTS} processes", "-", *times, *"----")
    if bare_loop:
        times = spread(bare.rate), "1", spread(bare.p50), spread(bare.p99)
        report.row(f"bare loop, {ENVIRONMENTS} processes", "-", *times, *"----")
    ours = {messages: results["ours", messages].rate for messages in WALLS}
    flat = spread(ratios(ours[WALLS[0]], ours[WALLS[-1]]))
    report.notes.append(f"ours: posts/s on the shortest wall / on the longest: {flat}")
    report.notes.append("bare loop: lock, write, fsync, unlock, no HTTP; the blog's Python syncs nothing")
    report.notes.append("every accepted message is looked for at the end, in the log and in `trash/`")
    return report


def optional(report, make):
    """Returns what a function makes, or nothing and a note if a program is missing."""
    try:
        return make()
    except Missing as missing:
        report.missing.append(str(missing))
        return None


def one_round(side, messages, seconds, result):
    """Posts to a new local cloud, ends it and counts the messages."""
    with Stage() as stage:
        posted = post(side.start(stage, messages), CLIENTS, WARM_S, seconds)
        found = side.texts()
        result.add(posted.rate(), posted.times)
        result.accepted += len(posted.accepted)
        result.refused += posted.refused
        result.lost += sum(1 for text in posted.accepted if not found[text])
        result.twice += sum(1 for text in posted.accepted if found[text] > 1)


def run_loop(program, path, seconds):
    """Runs a loop of appends in as many processes as there are environments. Returns appends per second and their times."""
    with Stage() as stage:
        command, options = (program, stage.folder / path, str(seconds)), {"stdout": subprocess.PIPE, "text": True}
        loops = [stage.start(*command, **options) for _ in range(ENVIRONMENTS)]
        times = [int(line) / 1e6 for loop in loops for line in loop.communicate()[0].split()]
        return len(times) / seconds, times
