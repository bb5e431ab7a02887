"""The programs that are measured: where they are, how they are installed, and what is said if one is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = (ROOT / (os.environ.get("CARGO_TARGET_DIR") or "target")).resolve()
NCHAN = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
PACKAGES = {"nginx": "nginx", "wrk": "wrk", "nchan": "libnginx-mod-nchan"}
# One command, because Cargo compiles large dependencies again for packages that are built alone.
BUILD = (
    "cargo build --release -p fargate-reader -p local-cloud -p lambda-writer -p shared-volume "
    "--bins --example constant --example bare_append"
)
# Debian's programs for administrators are not on everybody's path.
PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])


class Missing(Exception):
    """A program is missing. The text says which, and how to get it."""


class Programs:
    """The programs of this repository in one directory of Cargo."""

    def __init__(self, folder):
        self.folder = Path(folder).resolve()

    def ours(self, name):
        """Returns the path of a program or example, or raises `Missing` with the command that builds it."""
        for found in (self.folder / name, self.folder / "examples" / name):
            if found.is_file():
                return found
        raise Missing(f"{name} is missing in {self.folder}: build it with `{BUILD}`")

    def python(self):
        """Returns a Python that has `awslambdaric`."""
        for python in (self.folder.parent / "tools/venv/bin/python", sys.executable):
            probe = [python, "-c", "import awslambdaric"]
            if Path(python).exists() and subprocess.run(probe, capture_output=True).returncode == 0:
                return python
        raise Missing("awslambdaric is missing: bench/run --pip")


def peer(name):
    """Returns the path of a program of Debian, or raises `Missing`."""
    found = str(NCHAN) if name == "nchan" and NCHAN.exists() else shutil.which(name, path=PATH)
    if not found:
        raise Missing(f"{name} is missing: apt-get install {PACKAGES[name]}")
    return found


def install_debian():
    """Installs the programs of Debian that are missing. A failure is told, and the rest is measured."""
    missing = [package for name, package in PACKAGES.items() if not available(name)]
    if not missing:
        return
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    run([*apt, "update"]), run([*apt, "install", "-y", "--no-install-recommends", *missing])


def available(name):
    """Returns true if a program of Debian is there."""
    try:
        return bool(peer(name))
    except Missing:
        return False


def install_python(programs):
    """Installs `awslambdaric` in a virtual environment beside the programs, as `tests/all` does."""
    venv = programs.folder.parent / "tools/venv"
    if not (venv / "bin/pip").exists():
        run([sys.executable, "-m", "venv", str(venv)])
    run([str(venv / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", "awslambdaric"])


def run(command):
    """Runs an installer and tells a failure."""
    try:
        failed = subprocess.run(command, stdout=sys.stderr).returncode
    except OSError as error:
        failed = error
    if failed:
        print(f"bench/run: {' '.join(command)}: failed ({failed})", file=sys.stderr)
