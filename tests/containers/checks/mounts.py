"""Containers without their volume. They have the directory, which is not the wall."""

import json
import os
import urllib.error
from contextlib import contextmanager

from .report import equal, eventually, require
from .stack import free_ports, get, post, run

FUNCTION = {
    "AWS_LAMBDA_RUNTIME_API": "cloud:9001", "AWS_LAMBDA_FUNCTION_NAME": "MessageWall", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
}


def check(report, stack):
    with report.check("a function without its volume answers volume_missing and keeps nothing in its container"):
        stack.compose("up", "-d", "--scale", "writer=0")
        stack.until_attached(0)
        network = f"{stack.project}_lambda"
        with container("writer", "--network", network, *variables(FUNCTION)) as writer:
            stack.until_attached(1)
            equal(stack.send({"command": "post", "text": "into the container"}).get("errorType"), "volume_missing")
            said = stack.send({"command": "read"}).get("errorMessage", "")
            require("is not a mount point" in said, said)
            status, _ = refusal(lambda: post(stack.function, "into the container"))
            equal(status, 503)
            equal([line for line in run("docker", "diff", writer).splitlines() if "/mnt" in line], [])
    with report.check("a service without its volume is not ready, and names the missing volume"):
        [port] = free_ports(1)
        with container("reader", "--env", "DETAILS=anybody", "--publish", f"127.0.0.1:{port}:8080"):
            answers = []
            eventually(lambda: answers.append(refusal(lambda: get(f"http://127.0.0.1:{port}/ready"))) or "is not a mount point" in answers[-1][1])
            equal({status for status, _ in answers}, {503})
    with report.check("with its volume the function serves the same wall as before"):
        stack.up(writers=1)
        post(stack.function, "into the volume")
        eventually(lambda: any(message["text"] == "into the volume" for message in stack.messages()))
        require(all(message["text"] != "into the container" for message in stack.messages()), "the container kept the message")
    with report.check("no container needs a thread for each core of the machine"):
        for service in ("cloud", "reader"):
            for each in stack.containers(service):
                require("TOKIO_WORKER_THREADS=2" in json.loads(run("docker", "inspect", "--format", "{{json .Config.Env}}", each)), service)


@contextmanager
def container(image, *options):
    """Starts a container without a volume, whose root file system is writable."""
    tag = os.environ["MESSAGEWALL_TAG"]
    identity = run("docker", "run", "--detach", *options, f"messagewall/{image}:{tag}").strip()
    try:
        yield identity
    finally:
        run("docker", "rm", "--force", identity)


def variables(environment):
    return [option for name, value in environment.items() for option in ("--env", f"{name}={value}")]


def refusal(request):
    """Returns the status and the text of an answer that is not a success."""
    try:
        return 200, request()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
