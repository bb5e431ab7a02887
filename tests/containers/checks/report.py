"""Named checks, counted."""

import time
import traceback
from contextlib import contextmanager


class Skip(Exception):
    """The reason why a check cannot be made on this machine."""


class Report:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    @contextmanager
    def check(self, name):
        """Runs the body as the check `name`. Any exception makes it fail."""
        began = time.monotonic()
        try:
            yield
        except Skip as reason:
            self.skipped += 1
            print(f"skip {name}: {reason}", flush=True)
        except Exception as error:  # the other checks still run
            self.failed += 1
            place = traceback.extract_tb(error.__traceback__)[-1]
            print(f"FAIL {name}: {type(error).__name__}: {error} ({place.filename.rsplit('/', 1)[-1]}:{place.lineno})", flush=True)
        else:
            self.passed += 1
            print(f"ok   {name} ({time.monotonic() - began:.1f} s)", flush=True)

    def last_line(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def require(condition, message):
    """Raises an error with `message` unless `condition` is true, also under `python -O`."""
    if not condition:
        raise AssertionError(message)


def equal(found, expected):
    require(found == expected, f"expected {expected!r}, found {found!r}")


def eventually(probe, patience_s=30):
    """Calls `probe` until it returns a true value, and returns that. An exception counts as a false value."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            answer = probe()
        except Exception as error:
            answer, seen = None, f"{type(error).__name__}: {error}"
        else:
            seen = repr(answer)
        if answer:
            return answer
        require(time.monotonic() < deadline, f"not within {patience_s} s; last seen: {seen}")
        time.sleep(0.05)
