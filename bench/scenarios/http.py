"""100 messages as JSON and the page, on 64 connections, beside nginx with the same bytes and beside a bare axum handler."""

import gzip
import urllib.request
from types import SimpleNamespace

from rig import nginx, wall, wrk
from rig.peers import Missing, available, peer
from rig.processes import free_port
from rig.stage import Stage
from rig.table import Report, kilobytes, median, ratios, spread

MESSAGES = 100
BODIES = {"100 messages as JSON": ("/api/messages", "messages"), "the page": ("/", "page.html")}
ENCODINGS = {"plain": (), "gzip": ("Accept-Encoding: gzip",)}


def measure(options):
    """Returns requests per second and p99 of each server, for each body and encoding."""
    report = Report(
        "http: 64 keep-alive connections",
        *("body", "asked for", "we send", "ours/s", "nginx/s", "bare axum/s", "ours / nginx", "ours / bare"),
        *("p99 ms: ours", "nginx", "ours / nginx"),
    )
    reader = options.programs.ours("fargate-reader")
    peer("wrk")
    with Stage() as stage:
        port = free_port()
        folder = wall.make(stage.folder / "wall", MESSAGES)
        stage.serve(reader, "--wall-dir", folder, "--listen", f"127.0.0.1:{port}", "--log", "warn", port=port)
        cases = [Case(stage, port, *body, *encoding) for body in BODIES.items() for encoding in ENCODINGS.items()]
        beside_nginx(stage, cases, report)
        beside_bare(stage, cases, options, report)
        for turn in range(options.rounds):
            for case in cases:
                case.measure(options.seconds, turn)
        for case in cases:
            report.row(*case.cells())
    report.notes.append("nginx: one worker; the same bytes, compressed before. If we do not compress, its file is gzip -6")
    return report


class Case:
    """One body in one encoding, with the URL of each server that serves it."""

    def __init__(self, stage, port, name, body, encoding, headers):
        path, self.file = body
        self.name, self.encoding, self.headers = name, encoding, headers
        self.urls = {"ours": f"http://127.0.0.1:{port}{path}"}
        self.measured = {server: SimpleNamespace(rate=[], p99=[]) for server in ("ours", "nginx", "bare")}
        request = urllib.request.Request(self.urls["ours"], headers=dict(line.split(": ") for line in headers))
        with urllib.request.urlopen(request, timeout=10) as answer:
            self.body, self.sent = answer.read(), answer.headers.get("Content-Encoding")
        self.stored = stage.folder / f"{self.file}-{encoding}"
        self.stored.write_bytes(self.body)

    def compressed(self):
        """Returns the body as nginx sends it to a client that takes gzip."""
        return self.body if self.sent == "gzip" else gzip.compress(self.body, 6)

    def measure(self, seconds, turn):
        """Measures the servers one after the other. Each round begins with another one."""
        servers = list(self.urls)
        first = turn % len(servers)
        for server in servers[first:] + servers[:first]:
            rate, p99 = wrk.load(self.urls[server], seconds, self.headers)
            self.measured[server].rate.append(rate)
            self.measured[server].p99.append(p99)

    def cells(self):
        """Returns the row of the table."""
        ours, other, bare = (self.measured[server] for server in ("ours", "nginx", "bare"))
        size = kilobytes(len(self.body)) + ("" if self.encoding == "plain" or self.sent else ", not compressed")
        rates = [spread(server.rate) for server in (ours, other, bare)]
        beside = [spread(ratios(ours.rate, server.rate)) for server in (other, bare)]
        tails = [median(ours.p99), median(other.p99), median(ratios(ours.p99, other.p99))]
        return self.name, self.encoding, size, *rates, *beside, *tails


def beside_nginx(stage, cases, report):
    """Starts nginx on the bodies that we serve."""
    if not available("nginx"):
        report.missing.append("nginx is missing: apt-get install nginx")
        return
    root, port = stage.folder / "static", free_port()
    root.mkdir()
    for case in cases:
        if case.encoding == "plain":
            (root / case.file).write_bytes(case.body)
        else:
            (root / f"{case.file}.gz").write_bytes(case.compressed())
        case.urls["nginx"] = f"http://127.0.0.1:{port}/{case.file}"
    nginx.static(stage, root, port)


def beside_bare(stage, cases, options, report):
    """Starts a bare handler for each body."""
    try:
        program = options.programs.ours("constant")
    except Missing as missing:
        report.missing.append(str(missing))
        return
    for case in cases:
        port = free_port()
        stage.serve(program, case.stored, f"127.0.0.1:{port}", port=port)
        case.urls["bare"] = f"http://127.0.0.1:{port}/"
