"""Writes a model directory: ONNX files beside a `model.json` that names and hashes them."""

import hashlib
import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

IMAGENET = {"mean": [0.485, 0.456, 0.406], "deviation": [0.229, 0.224, 0.225]}
"""Mean and deviation of the three channels, in 0 to 1, as most ImageNet models want them."""


def sha256(path):
    """Returns the SHA-256 of a file in lower-case hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def new_model(models, name, description):
    """Gives a temporary directory to write the ONNX files into, and puts it in place as `<models>/<name>` afterwards.

    Nothing is to be seen under that name until all files and their hashes are written; then `<models>/current` is pointed
    to it. A directory of that name is never replaced, because a reader may have its files mapped.
    """
    if not name or name.startswith(".") or "/" in name or name == "current":
        raise ValueError(f"{name!r} cannot be the name of a model")
    models = Path(models)
    models.mkdir(parents=True, exist_ok=True)
    if (models / name).exists():
        raise ValueError(f"{models / name} exists: give the new model another name")
    directory = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=models))
    try:
        yield directory
        files = {path.name: sha256(path) for path in sorted(directory.iterdir())}
        text = json.dumps({"kind": description["kind"], "files": files, **description}, indent=2)
        (directory / "model.json").write_text(text + "\n", encoding="utf-8")
        for path in directory.iterdir():
            path.chmod(0o644)
            sync(path)
        directory.chmod(0o755)
        sync(directory)
        directory.rename(models / name)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    point_to(models, name)


def point_to(models, name):
    """Makes `<models>/current` a relative link to `name`, in one step."""
    link = Path(models) / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    link.replace(Path(models) / "current")
    sync(models)


def sync(path):
    """Waits until a file or directory has reached the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
