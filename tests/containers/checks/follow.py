"""The example docker/follow-example: nginx follows its configuration, without and with a check before each change."""

import os
import shutil
import tempfile
import threading
from pathlib import Path

from .report import equal, eventually, require
from .stack import Project, free_ports, get

SITE = 'server {{ listen 8080; location / {{ return 200 "{}\\n"; }} }}\n'


class Example(Project):
    """A copy of the example, whose configuration may be changed."""

    def __init__(self, repository, directory):
        self.directory = Path(directory) / "example"
        shutil.copytree(Path(repository) / "docker" / "follow-example", self.directory)
        followed, checked = free_ports(2)
        self.followed, self.checked = f"http://127.0.0.1:{followed}", f"http://127.0.0.1:{checked}"
        super().__init__(f"follow-test-{os.getpid()}", self.directory / "compose.yaml", FOLLOW_PORT=str(followed), CHECKED_PORT=str(checked))

    def publish(self, text):
        """Replaces the configuration by rename, as a publisher does."""
        new = self.directory / "config" / ".new"
        new.write_text(text)
        new.rename(self.directory / "config" / "default.conf")

    def until(self, text):
        for url in (self.followed, self.checked):
            eventually(lambda url=url: get(url) == f"{text}\n")


class Load:
    """A client that asks all the time."""

    def __init__(self, url):
        self.url, self.requests, self.failures, self.ended = url, 0, [], threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.ended.is_set():
            self.requests += 1
            try:
                get(self.url)
            except OSError as error:
                self.failures.append(str(error))

    def finish(self):
        self.ended.set()
        self.thread.join()


def check(report, repository):
    with tempfile.TemporaryDirectory() as directory:
        example = Example(repository, directory)
        try:
            run_example(report, example)
        finally:
            with report.check("compose down leaves nothing of the example of follow"):
                example.down()


def run_example(report, example):
    with report.check("the example of follow comes up beside nginx, and as its parent"):
        example.compose("--profile", "checked", "build", "checked")
        example.compose("--profile", "checked", "up", "-d", "--no-build")
        example.until("followed")
    with report.check("nginx follows 10 changes of its configuration in both, and no request fails"):
        loads = [Load(url) for url in (example.followed, example.checked)]
        for number in range(10):
            example.publish(SITE.format(f"change {number}"))
            example.until(f"change {number}")
        for load in loads:
            load.finish()
        print(f"     {' and '.join(str(load.requests) for load in loads)} requests", flush=True)
        equal([load.failures for load in loads], [[], []])
    with report.check("a faulty configuration is refused with its reason where it is checked, and the last one goes on in both"):
        example.publish("server { listen nowhere at all; }\n")
        eventually(lambda: "check_refused" in example.compose("--profile", "checked", "logs", "checked"))
        log = example.compose("--profile", "checked", "logs", "checked")
        require("default.conf:1" in log, f"the log does not name the place: {log[-500:]}")
        example.until("change 9")
        example.publish(SITE.format("mended"))
        example.until("mended")
