"""The content of the images."""

import json
import os
import subprocess

from .report import Skip, equal, require
from .stack import run

IMAGES = {"writer": "1001:1001", "inference": "1003:1001", "reader": "1002:1001", "local-cloud": "1003:1003", "follow": "1002:1001"}
FUNCTION = "var/runtime/bootstrap"
PROGRAMS = {"writer": FUNCTION, "inference": FUNCTION, "reader": "fargate-reader", "local-cloud": "messagewall", "follow": "follow"}
LIMIT_MB = {"writer": 26, "reader": 25, "inference": 40, "follow": 10}


def check(report, stack):
    images = {name: inspect(f"messagewall/{name}:{os.environ['MESSAGEWALL_TAG']}") for name in IMAGES}
    for name, image in images.items():
        print(f"     {name}: {image['Size'] / 1e6:.1f} MB", flush=True)
    for name, limit in LIMIT_MB.items():
        with report.check(f"the image {name} is smaller than {limit} MB"):
            require(images[name]["Size"] < limit * 1e6, f"{images[name]['Size']} bytes")
    with report.check("every image runs as a user of its own that is not root"):
        equal({name: image["Config"]["User"] for name, image in images.items()}, IMAGES)
    with report.check("every image holds one program and certificates, and nothing else"):
        for name, image in images.items():
            files = [file for file in contents(image["Id"]) if not file.startswith(("dev/", "etc/", "proc/", "sys/", ".dockerenv"))]
            equal([file for file in files if not file.endswith("/")], [PROGRAMS[name]])
            # `follow` sends requests to its own task only.
            if name != "follow":
                require("etc/ssl/certs/ca-certificates.crt" in contents(image["Id"]), f"{name} has no certificates")
    with report.check("the health checks of reader, cloud and follow run their own program"):
        for name, command in (("reader", "healthcheck"), ("local-cloud", "healthcheck"), ("follow", "health-check")):
            test = images[name]["Config"]["Healthcheck"]["Test"]
            equal([test[0], test[1], test[2]], ["CMD", images[name]["Config"]["Entrypoint"][0], command])
    with report.check("every image has labels that describe it"):
        for name, image in images.items():
            for label in ("title", "description", "licenses", "version", "revision"):
                require(image["Config"]["Labels"].get(f"org.opencontainers.image.{label}"), f"{name}: no {label}")
    with report.check("compose accepts the file, with each profile too, and it has no version"):
        stack.compose("config", "-q")
        for profile in ("nfs", "model"):
            stack.compose("--profile", profile, "config", "-q")
        with open(stack.file) as file:
            require(not any(line.startswith("version:") for line in file), "the key `version` is deprecated")
    with report.check("a Lambda base image can be put under the function"):
        raise_unless_base_can_change()


def raise_unless_base_can_change():
    if subprocess.run(["docker", "image", "inspect", os.environ["BUSYBOX_IMAGE"]], capture_output=True, check=False).returncode:
        raise Skip("no second base image is here")
    # This tests only the build argument. The compiled programs come from the cache.
    run("docker", "build", "--file", "docker/Dockerfile", "--target", "writer", "--tag", "messagewall/based:test",
        "--build-arg", f"RUST_IMAGE={os.environ['RUST_IMAGE']}", "--build-arg", f"WRITER_BASE={os.environ['BUSYBOX_IMAGE']}", ".",
        cwd="../..")
    require("bin/busybox" in contents("messagewall/based:test"), "the base image was not used")
    run("docker", "rmi", "messagewall/based:test")


def inspect(image):
    [answer] = json.loads(run("docker", "image", "inspect", image))
    return answer


def contents(image):
    """Returns the paths in an image. The paths of directories end in a slash."""
    container = run("docker", "create", image).strip()
    try:
        tar = subprocess.Popen(["docker", "export", container], stdout=subprocess.PIPE)
        return run("tar", "-t", stdin=tar.stdout).splitlines()
    finally:
        run("docker", "rm", container)
