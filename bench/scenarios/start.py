"""The start of the function, from exec to its first poll, and its memory and size, beside the Python of the blog post."""

import statistics
import zipfile

from rig.cloud import BLOG, environment, python_function
from rig.peers import Missing
from rig.runtime_api import RuntimeApi
from rig.stage import Stage
from rig.table import Report, kilobytes, ratios, spread

STARTS = {"ours": 20, "Python": 5}


def measure(options):
    """Returns the time to the first poll, the memory after the first event, and the size of the zip file."""
    report = Report(
        "start: the function, from exec to its first poll",
        "function", "first poll, ms", "Python / ours", "anonymous memory", "Python / ours", "program", "zip",
    )
    writer = options.programs.ours("lambda-writer")
    commands = {"ours": [writer]}
    try:
        # `-m` finds the function in PYTHONPATH.
        commands["Python"] = [options.programs.python(), *python_function()]
    except Missing as missing:
        report.missing.append(str(missing))
    times, memories = {name: [] for name in commands}, {name: [] for name in commands}
    for turn in range(options.rounds):
        for name in sorted(commands, reverse=turn % 2 == 0):
            took, anonymous = one_round(commands[name], STARTS[name])
            times[name].append(1000 * took)
            memories[name].append(anonymous)
    faster = ratios(times.get("Python", []), times["ours"])
    smaller = ratios(memories.get("Python", []), memories["ours"])
    with Stage() as stage:
        sizes = {"ours": (kilobytes(writer.stat().st_size), kilobytes(zipped(writer, stage.folder / "function.zip")))}
    for name in commands:
        times_as_fast, times_as_small = (spread(beside) if name == "ours" else "-" for beside in (faster, smaller))
        cells = spread(times[name]), times_as_fast, spread(memories[name], kilobytes), times_as_small
        report.row(name, *cells, *sizes.get(name, ("-", "-")))
    starts = " and ".join(f"{STARTS[name]} of {name}" for name in commands)
    report.notes.append(f"each round is the median of {starts}; memory is RssAnon after the first event, a post")
    return report


def one_round(command, starts):
    """Returns the medians of so many starts, each on a new wall."""
    times, memories = [], []
    with Stage() as stage:
        for start in range(starts):
            folder = stage.folder / f"wall-{start}"
            folder.mkdir()
            with RuntimeApi() as api:
                variables = {**environment(api.address, folder), "PYTHONPATH": str(BLOG)}
                took, anonymous = api.start(command, variables, stage.folder / "log")
            times.append(took)
            memories.append(anonymous)
    return statistics.median(times), statistics.median(memories)


def zipped(program, path):
    """Returns the size of a zip file that contains the program as Lambda wants it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.write(program, "bootstrap")
    return path.stat().st_size
