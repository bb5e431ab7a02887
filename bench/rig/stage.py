"""A stage: a temporary directory and the processes that were started on it. Nothing of it outlives the `with` block."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from .processes import PATIENCE_S, accepts, children, kill, of_session, until


class Stage:
    """A context manager that ends its processes and removes its directory, however the block ends."""

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="messagewall-bench-"))
        self.processes = []
        return self

    def __exit__(self, *_):
        # A second Ctrl-C must not leave processes behind. The handlers are those of the main program.
        held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
        for process in self.processes:
            end(process)
        # A signal may have come between the start of a process and its entry in the list.
        for pid in children(os.getpid()):
            kill(pid)
            os.waitpid(pid, 0)
        shutil.rmtree(self.folder, ignore_errors=True)
        signal.pthread_sigmask(signal.SIG_SETMASK, held)

    def start(self, *command, **options):
        """Starts a process in a session of its own. Its output goes to a file in the directory."""
        log = self.folder / f"output-{len(self.processes)}"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                **{"stdout": output, "stderr": output, "cwd": self.folder, **options},
                start_new_session=True,
            )
        process.log = log
        self.processes.append(process)
        return process

    def serve(self, *command, port, **options):
        """Starts a process and waits until it accepts connections."""
        process = self.start(*command, **options)
        until(lambda: ended(process) or accepts(port), f"{command[0]} listens on port {port}")
        return process


def ended(process):
    """Raises an error with the last output if the process has ended."""
    if process.poll() is not None:
        output = process.log.read_text(errors="replace")[-2000:]
        raise RuntimeError(f"{process.args[0]} ended with code {process.returncode}: {output}")
    return False


def end(process):
    """Ends the session of a process: SIGTERM to its leader, and SIGKILL to what is left of the session."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            pass
    for pid in of_session(process.pid):
        kill(pid)
    process.wait()
