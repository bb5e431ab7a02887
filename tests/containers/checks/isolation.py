"""The limits of the containers."""

import os
import subprocess

from .report import equal, require
from .stack import run

WALL = "/mnt/msg"


def check(report, stack):
    [reader] = stack.containers("reader")
    with report.check("no process runs as root in any container"):
        for service in ("cloud", "writer", "inference", "reader"):
            for container in stack.containers(service):
                users = run("docker", "top", container, "-eo", "uid,pid").split()[2::2]
                require(users and "0" not in users, f"{service}: {users}")
    with report.check("from inside the reader: the wall can be read"):
        status, _ = inside(reader, f"/proc/1/root{WALL}/content", "cat")
        equal(status, 0)
    with report.check("from inside the reader: nothing on the wall can be changed"):
        for attempt in ("append", "create", "remove"):
            refused(inside(reader, f"/proc/1/root{WALL}/content", attempt), "Read-only file system", "Permission denied")
    with report.check("from inside the reader: its own file system is read-only"):
        refused(inside(reader, "/proc/1/root/content", "create"), "Read-only file system")
    with report.check("the reader's mount refuses even the function's user"):
        for attempt in ("append", "create", "remove"):
            refused(mounted_as(reader, "1001:1001", attempt), "Read-only file system")
    with report.check("with the mount made writable, the file modes still refuse the reader"):
        equal(mounted(stack, "1002:1001", "cat")[0], 0)
        for attempt in ("append", "create", "remove"):
            refused(mounted(stack, "1002:1001", attempt), "Permission denied")
    with report.check("the same attempts succeed as the function's user"):
        equal(mounted(stack, "1001:1001", "create")[0], 0)
    with report.check("the volume belongs to the function, 0750, and its files are 0640"):
        listed = busybox("--volume", f"{stack.volume()}:{WALL}:ro", "--user", "1001:1001", shell=f"stat -c '%u:%g %a' {WALL} {WALL}/content")
        equal(listed[1].splitlines(), ["1001:1001 750", "1001:1001 640"])
    with report.check("the Runtime API and the functions cannot be reached from the host"):
        for service, ports in (("cloud", ["9000/tcp"]), ("writer", []), ("inference", []), ("reader", ["8080/tcp"])):
            for container in stack.containers(service):
                published = run("docker", "port", container).splitlines()
                equal([line.split(" ")[0] for line in published], ports)
                require(all(line.split()[-1].startswith("127.0.0.1:") for line in published), f"{published}")


ATTEMPTS = {
    "cat": "cat {} >/dev/null",
    "append": "echo x >>{}",
    "create": "touch {}.new && rm {}.new",
    "remove": "rm -f {}",
}


def inside(container, path, attempt):
    """Tries as the reader, in the mounts of its first process, because its image has no shell."""
    return busybox("--pid", f"container:{container}", "--user", "1002:1001", shell=ATTEMPTS[attempt].replace("{}", path))


def mounted_as(container, user, attempt):
    """Tries as `user`, with the mounts of a container."""
    return busybox("--volumes-from", container, "--user", user, shell=ATTEMPTS[attempt].replace("{}", f"{WALL}/content"))


def mounted(stack, user, attempt):
    """Tries as `user`, with the volume mounted for writing."""
    return busybox("--volume", f"{stack.volume()}:{WALL}", "--user", user, shell=ATTEMPTS[attempt].replace("{}", f"{WALL}/content"))


def busybox(*options, shell):
    command = ["docker", "run", "--rm", "--network", "none", "--cap-drop", "ALL", *options, os.environ["BUSYBOX_IMAGE"]]
    done = subprocess.run([*command, "/bin/busybox", "sh", "-c", shell], text=True, capture_output=True, check=False)
    return done.returncode, done.stdout + done.stderr


def refused(result, *reasons):
    status, printed = result
    require(status != 0 and any(reason in printed for reason in reasons), f"exit {status}: {printed}")
