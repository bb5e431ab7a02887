"""The local cloud with eight environments of our function, or of the Python function of the 2020 blog post."""

import os
import urllib.error
import urllib.request
from collections import Counter

from . import wall
from .peers import ROOT
from .processes import free_port, until
from .stage import ended

ENVIRONMENTS = 8
# The numbers of messages of the walls.
WALLS = (10, 1_000, 10_000)
BLOG = ROOT / "tests/tests/runtimes"


class Ours:
    """`messagewall up` on a wall."""

    name, walls = "ours", WALLS

    def __init__(self, programs):
        self.program = programs.ours("messagewall")

    def start(self, stage, messages):
        """Starts everything on a wall of so many messages and returns the port of the API."""
        self.folder = wall.make(stage.folder / "volume", messages)
        listen, api, runtime = (free_port() for _ in range(3))
        process = stage.start(
            self.program, "up", "--volume", self.folder, "--listen", f"127.0.0.1:{listen}", "--api", f"127.0.0.1:{api}",
            "--runtime-api", f"127.0.0.1:{runtime}", "--environments", str(ENVIRONMENTS), "--inference-environments", "0",
        )
        ready(process, api)
        return api

    def texts(self):
        """Returns how often each text is on the wall."""
        return Counter(wall.texts(self.folder))


class Blog:
    """The function of the blog post in the same local cloud, on AWS's runtime for Python."""

    name, walls = "the blog's Python", (WALLS[0], WALLS[-1])

    def __init__(self, programs):
        self.program, self.python = programs.ours("messagewall"), programs.python()

    def start(self, stage, messages):
        """Starts eight environments on a log of so many lines and returns the port of the API."""
        self.folder = stage.folder / "volume"
        self.folder.mkdir()
        (self.folder / "content").write_text("".join(f"{text}\n" for text in lines(messages)))
        api, runtime = free_port(), free_port()
        cloud = stage.start(self.program, "lambda", "--api", f"127.0.0.1:{api}", "--runtime-api", f"127.0.0.1:{runtime}")
        until(lambda: ended(cloud) or status(api) is not None, "the local cloud answers")
        variables = environment(f"127.0.0.1:{runtime}", self.folder)
        for _ in range(ENVIRONMENTS):
            stage.start(self.python, *python_function(), env=variables, cwd=BLOG)
        ready(cloud, api)
        return api

    def texts(self):
        """Returns how often each line is in the log."""
        return Counter((self.folder / "content").read_text(errors="replace").splitlines())


def lines(messages):
    """Returns the texts of a wall."""
    return (wall.record(0, number)["text"] for number in range(messages))


def python_function():
    """Returns the arguments of Python that run the function of the blog post."""
    return "-m", "awslambdaric", "blog_function.lambda_handler"


def environment(runtime_api, folder):
    """Returns the variables that Lambda sets for a function, and the directory of the wall."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_LAMBDA_FUNCTION_NAME": "MessageWall",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/MessageWall",
        "AWS_LAMBDA_LOG_STREAM_NAME": "bench",
        "AWS_REGION": "us-east-1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "WALL_DIR": str(folder),
    }


def ready(process, api):
    """Waits until all environments wait for an invocation."""
    idle = f"{ENVIRONMENTS} environments are idle"
    until(lambda: ended(process) or (status(api) or "").count('"idle"') >= ENVIRONMENTS, idle)


def status(api):
    """Returns the status of the local cloud as text; `None` before it answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{api}/status", timeout=5) as answer:
            return answer.read().decode()
    except (urllib.error.URLError, ConnectionError):
        return None
