"""wrk: keep-alive requests on 64 connections by one thread."""

import re
import subprocess

from . import peers

UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 60e3}


def load(url, seconds, headers=()):
    """Asks for a URL for so long and returns the requests per second and the 99th percentile in milliseconds."""
    command = [peers.peer("wrk"), "-t1", "-c64", f"-d{seconds}s", "--latency"]
    for header in headers:
        command += ["-H", header]
    done = subprocess.run([*command, url], capture_output=True, text=True, timeout=seconds + 60)
    if done.returncode or "Requests/sec" not in done.stdout or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise RuntimeError(f"wrk {url}: {done.stdout}{done.stderr}")
    rate = float(re.search(r"^Requests/sec:\s+([0-9.]+)", done.stdout, re.MULTILINE).group(1))
    p99, unit = re.search(r"^\s+99%\s+([0-9.]+)([a-z]+)", done.stdout, re.MULTILINE).groups()
    return rate, float(p99) * UNITS[unit]
