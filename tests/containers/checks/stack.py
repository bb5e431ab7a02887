"""One run of a compose file, as a project with its own name."""

import json
import os
import socket
import subprocess
import urllib.request

from .report import equal, eventually


def run(*command, **options):
    """Runs a command and returns its output. A failure raises an exception with the output."""
    done = subprocess.run(command, text=True, capture_output=True, check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:6])} ... exited {done.returncode}: {(done.stderr or done.stdout)[-800:]}")
    return done.stdout


def free_ports(count):
    """Returns free ports. All are held at once, so that no two are the same."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


class Project:
    """A compose file that runs under a name of its own."""

    def __init__(self, project, file, **variables):
        self.project, self.file = project, str(file)
        self.environment = {**os.environ, "COMPOSE_PROJECT_NAME": project, **variables}
        plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0
        self.command = ["docker", "compose"] if plugin else ["docker-compose"]

    def compose(self, *arguments):
        return run(*self.command, "-f", self.file, *arguments, env=self.environment)

    def down(self):
        """Removes all containers, networks and volumes, and checks that they are gone."""
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "10")
        for leftovers in (("ps", "-aq"), ("volume", "ls", "-q"), ("network", "ls", "-q")):
            equal(self.labelled(*leftovers), [])

    def labelled(self, *command):
        return run("docker", *command, "--filter", f"label=com.docker.compose.project={self.project}").split()


class Stack(Project):
    """The stack of docker/compose.yaml."""

    def __init__(self, repository):
        wall, api = free_ports(2)
        self.wall, self.api = f"http://127.0.0.1:{wall}", f"http://127.0.0.1:{api}"
        self.function = f"{self.api}/default/MessageWall"
        super().__init__(f"messagewall-test-{os.getpid()}", f"{repository}/docker/compose.yaml", WALL_PORT=str(wall), API_PORT=str(api))

    def up(self, writers):
        """Starts the containers that are not running, and waits until the stack works."""
        self.compose("up", "-d", "--scale", f"writer={writers}")
        self.until_attached(writers)
        eventually(lambda: get(f"{self.wall}/ready"))

    def until_attached(self, writers):
        eventually(lambda: len(self.environments()) == writers, 60)

    def environments(self):
        """Returns the execution environments of the writer that the Lambda service knows."""
        return json.loads(get(f"{self.api}/status"))["environments"]

    def containers(self, service):
        """Returns the ids of the containers of a service, running or not."""
        return self.labelled("ps", "-aq", "--filter", f"label=com.docker.compose.service={service}")

    def volume(self, name="wall"):
        """Returns the full name of a volume, by default that of the wall."""
        [volume] = self.labelled("volume", "ls", "-q", "--filter", f"label=com.docker.compose.volume={name}")
        return volume

    def send(self, event):
        """Invokes the function directly, as the AWS CLI does, and returns its answer."""
        url = f"{self.api}/2015-03-31/functions/MessageWall/invocations"
        return json.loads(post(url, json.dumps(event), "application/json"))

    def messages(self):
        """Returns the messages that the reader shows, oldest first."""
        return json.loads(get(f"{self.wall}/api/messages?limit=10000"))["messages"]


def get(url):
    with urllib.request.urlopen(url, timeout=15) as answer:
        return answer.read().decode()


def post(url, body, kind="text/plain"):
    request = urllib.request.Request(url, body.encode(), {"Content-Type": kind}, method="POST")
    with urllib.request.urlopen(request, timeout=15) as answer:
        return answer.read().decode()
