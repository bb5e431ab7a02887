"""SIGTERM, which ends every container in time, idle or under load."""

import concurrent.futures
import time
import urllib.request

from .report import equal, require
from .stack import run

WITHIN_S = 5


def check(report, stack):
    streams = [urllib.request.urlopen(f"{stack.wall}/events", timeout=20) for _ in range(20)]
    for service, doing in (("reader", "with 20 open event streams"), ("writer", "waiting for work"), ("inference", "waiting for work"), ("cloud", "serving")):
        with report.check(f"SIGTERM ends every {service} container within {WITHIN_S} s, {doing}, and it exits with 0"):
            containers = stack.containers(service)
            with concurrent.futures.ThreadPoolExecutor() as pool:
                took = list(pool.map(stop, containers))
            print(f"     {', '.join(f'{seconds:.2f} s' for seconds in took)}", flush=True)
            require(max(took) < WITHIN_S, f"took {max(took):.1f} s")
            codes = run("docker", "inspect", "--format", "{{.State.ExitCode}}", *containers).split()
            equal(set(codes), {"0"})
    for stream in streams:
        stream.close()


def stop(container):
    began = time.monotonic()
    run("docker", "stop", "-t", "10", container)
    return time.monotonic() - began
