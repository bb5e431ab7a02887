"""One message to thousands of open streams: the time until the last one has it, and the memory of the server per stream."""

import json
import os
import socket
import urllib.request

from rig import nginx, wall
from rig.peers import Missing, peer
from rig.processes import free_port, memory
from rig.stage import Stage
from rig.streams import SPARE_FILES, Streams, raise_open_files
from rig.table import Report, kilobytes, ratios, spread

MESSAGES = 10
WALL = 100
PAUSE_S = 0.25


class Result:
    """The figures of one server, round by round."""

    def __init__(self):
        self.last, self.opened, self.later, self.frame = [], [], [], 400


def measure(options):
    """Returns the time to the last stream and the memory per stream, of us and of nchan."""
    report = Report(
        f"streams: one message to {options.streams} streams",
        *("server", "last stream has it, ms", "ours / nchan", "memory per stream when open", f"after {MESSAGES} messages"),
    )
    raise_open_files(options.streams)
    reader = options.programs.ours("fargate-reader")
    sides = {"ours": lambda stage: Ours(stage, reader), "nchan": lambda stage: Nchan(stage, options.streams)}
    for name in ("nginx", "nchan"):
        try:
            peer(name)
        except Missing as missing:
            report.missing.append(str(missing))
            sides.pop("nchan", None)
    results = {name: Result() for name in sides}
    for turn in range(options.rounds):
        for name in sorted(sides, reverse=turn % 2 == 0):
            with Stage() as stage:
                one_round(sides[name](stage), options.streams, results, name)
    for name, one in results.items():
        beside = ratios(one.last, results["nchan"].last) if name == "ours" and "nchan" in results else []
        millis = spread([1000 * seconds for seconds in one.last])
        report.row(name, millis, spread(beside), spread(one.opened, kilobytes), spread(one.later, kilobytes))
    report.notes.append(
        f"each round is the median of {MESSAGES} messages to a new server; the clock starts before our line is appended to "
        "the log, which inotify reports, and before nchan's is sent to its publisher"
    )
    report.notes.append(
        "one client in Python holds the streams; memory is VmRSS of our process, or of the worker of nginx; nchan gets as "
        f"many bytes a message as we send ({results['ours'].frame})"
    )
    return report


def one_round(side, count, results, name):
    """Opens the streams on a new server and sends the messages."""
    begun = memory(side.pid)
    one, times = results[name], []
    with Streams(side.port, side.path, count) as streams:
        streams.drain(1.5)
        one.opened.append((memory(side.pid) - begun) / count)
        for message in range(MESSAGES):
            marker = f"marker-{message:03}-{os.urandom(4).hex()}"
            took, size = streams.until_all(marker.encode(), lambda: side.send(marker, one.frame))
            side.sent()
            times.append(took)
            if name == "ours":
                for result in results.values():
                    result.frame = size
            streams.drain(PAUSE_S)
        one.later.append((memory(side.pid) - begun) / count)
    one.last.append(sorted(times)[len(times) // 2])


class Ours:
    """Our reader on a wall. A message is a plain line that another program appends."""

    def __init__(self, stage, reader):
        self.port = free_port()
        folder = wall.make(stage.folder / "wall", WALL)
        address = f"127.0.0.1:{self.port}"
        process = stage.serve(reader, "--wall-dir", folder, "--listen", address, "--log", "warn", port=self.port)
        self.pid, self.log = process.pid, (folder / "content").open("ab", buffering=0)
        with urllib.request.urlopen(f"http://{address}/api/messages", timeout=10) as answer:
            # As a page that was just loaded: only what follows is sent.
            self.path = f"/events?after={json.load(answer)['cursor']}"

    def send(self, marker, _):
        self.log.write(f"One message for all of you, {marker}\n".encode())

    def sent(self):
        pass


class Nchan:
    """nginx with nchan, which keeps the messages in memory."""

    def __init__(self, stage, streams):
        self.port, self.path = free_port(), "/events"
        self.pid = nginx.worker(nginx.channel(stage, self.port, streams + SPARE_FILES))
        self.publisher = socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def send(self, marker, size):
        head = f"POST /publish HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {size}\r\n\r\n"
        self.publisher.sendall((head + marker.ljust(size, "x")).encode())

    def sent(self):
        self.publisher.recv(1 << 16)
