"""The function that classifies pictures: without a model, with one, and what it can write."""

import json
import os
import struct
import subprocess
import urllib.error
import urllib.request
import zlib

from .isolation import busybox, refused
from .report import equal, eventually, require
from .stack import run

MODELS, UPLOADS = "/mnt/inference/models", "/mnt/inference/uploads"
FUNCTION = "MessageWallInference"
WITHIN_S = 120


def check(report, stack):
    picture = disc(320)
    with report.check("the inference runs without a model, and says so"):
        eventually(lambda: len(environments(stack)) == 1)
        status, answer = classify(stack, picture)
        equal((status, answer["error"]), (503, "model_missing"))
    with report.check("a command makes a small model in the volume, and the running function uses it"):
        print(f"     {stack.compose('run', '--rm', 'model').strip().splitlines()[-1]}", flush=True)
        answers = []
        eventually(lambda: answers.append(classify(stack, picture)) or answers[-1][0] == 200, WITHIN_S)
        equal(answers[-1][1]["shape"], "circle")
    with report.check("a direct invocation names the picture in a file of the volume"):
        store(stack, "shape.png", picture)
        answer = invoke(stack, {"file": "shape.png", "top": 3})
        equal((answer.get("shape"), answer.get("model"), len(answer.get("classes", []))), ("circle", "shapes", 3))
        print(f"     {answer['classes'][0]}, {answer['timing']}", flush=True)
        equal(invoke(stack, {"file": "other.png"}).get("error"), "file_missing")
    with report.check("it fetches nothing, and its network does not reach the outside"):
        equal(invoke(stack, {"url": "https://example.com/bird.jpg"}).get("error"), "url_forbidden")
    [inference], [reader] = stack.containers("inference"), stack.containers("reader")
    with report.check("the mounts of the inference refuse every user, and its own file system is read-only"):
        for place in (f"{MODELS}/new", f"{UPLOADS}/new"):
            for user in ("1001:1001", "1002:1001", "1003:1001"):
                refused(busybox("--volumes-from", inference, "--user", user, shell=f"touch {place}"), "Read-only file system")
        inside = busybox("--pid", f"container:{inference}", "--user", "1003:1001", shell="touch /proc/1/root/new")
        refused(inside, "Read-only file system")
    with report.check("with the mounts made writable, the modes still refuse the inference"):
        equal(in_volume(stack, "models", "1003:1001", "cat /x/current/model.json >/dev/null")[0], 0)
        equal(in_volume(stack, "uploads", "1003:1001", "cat /x/shape.png >/dev/null")[0], 0)
        for volume, file in (("models", "shapes/model.json"), ("uploads", "shape.png")):
            for attempt in ("touch /x/new", f"echo x >>/x/{file}", f"rm -f /x/{file}"):
                refused(in_volume(stack, volume, "1003:1001", attempt), "Permission denied")
    with report.check("the reader's user can write pictures through its mount, and has no mount of the models"):
        write = "touch /mnt/uploads/new && rm /mnt/uploads/new"
        equal(busybox("--volumes-from", reader, "--user", "1002:1001", shell=write), (0, ""))
        mounts = json.loads(run("docker", "inspect", "--format", "{{json .Mounts}}", reader))
        equal({mount["Destination"]: mount["RW"] for mount in mounts}, {"/mnt/msg": False, "/mnt/uploads": True})
    with report.check("volumes belong to the maker of models and to the reader, 0750"):
        for volume, owner in (("models", "1001:1001"), ("uploads", "1002:1001")):
            equal(in_volume(stack, volume, "1001:1001", "stat -c '%u:%g %a' /x"), (0, f"{owner} 750\n"))


def environments(stack):
    """Returns the execution environments of the function."""
    functions = json.loads(urllib.request.urlopen(f"{stack.api}/status", timeout=15).read())["functions"]
    return next(each["environments"] for each in functions if each["function"] == FUNCTION)


def classify(stack, picture):
    """Posts a picture to the HTTP API, and returns the status and the answer."""
    request = urllib.request.Request(f"{stack.api}/default/inference", picture, {"Content-Type": "image/png"}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def invoke(stack, event):
    url = f"{stack.api}/2015-03-31/functions/{FUNCTION}/invocations"
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(event).encode()), timeout=WITHIN_S) as answer:
        return json.loads(answer.read())


def store(stack, name, picture):
    """Writes a picture as the reader would."""
    command = ["docker", "run", "--rm", "-i", "--network", "none", "--user", "1002:1001", "--volume", f"{stack.volume('uploads')}:/x"]
    shell = ["/bin/busybox", "sh", "-c", f"umask 027 && cat >/x/{name}"]
    subprocess.run([*command, os.environ["BUSYBOX_IMAGE"], *shell], input=picture, check=True, capture_output=True)


def in_volume(stack, volume, user, shell):
    """Runs a command as `user` with the volume mounted for writing at `/x`."""
    return busybox("--volume", f"{stack.volume(volume)}:/x", "--user", user, shell=shell)


def disc(size):
    """Returns a PNG file: a dark disc on a light background."""
    centre, square = size / 2, (0.36 * size) ** 2
    rows = (
        b"\0" + b"".join(
            b"\x20\x30\x90" if (x - centre) ** 2 + (y - centre) ** 2 < square else b"\xf0\xe8\xd8" for x in range(size)
        )
        for y in range(size)
    )
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    body = (struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)
