"""Writes checkpoints in both formats of `torch.save`, without PyTorch."""

import collections
import io
import pickle
import struct
import sys
import types
import zipfile
from unittest import mock

import numpy as np

KINDS = {"float32": "FloatStorage", "int64": "LongStorage", "float64": "DoubleStorage", "float16": "HalfStorage"}


class Storage:
    """Stands for the storage of an array."""

    def __init__(self, array, key):
        self.array, self.key = array, key


class View:
    """Is pickled as PyTorch pickles a tensor."""

    def __init__(self, storage, shape, strides):
        self.arguments = storage, 0, shape, strides, False, collections.OrderedDict()

    def __reduce__(self):
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self.arguments


class Pickler(pickle.Pickler):
    """Names storages as PyTorch does."""

    legacy = False

    def persistent_id(self, thing):
        if not isinstance(thing, Storage):
            return None
        kind = getattr(sys.modules["torch"], KINDS[thing.array.dtype.name])
        return ("storage", kind, thing.key, "cpu", thing.array.size) + ((None,) if self.legacy else ())


def modules():
    """Returns stand-ins for the modules of PyTorch that a checkpoint names."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    for name in KINDS.values():
        setattr(torch, name, type(name, (), {"__module__": "torch"}))

    def _rebuild_tensor_v2(*arguments):
        raise AssertionError(arguments)

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    return {"torch": torch, "torch._utils": utils}


def pickled(thing, legacy=False):
    """Returns the pickle of something that may hold tensors."""
    file = io.BytesIO()
    pickler = Pickler(file, protocol=2)
    pickler.legacy = legacy
    with mock.patch.dict(sys.modules, modules()):
        pickler.dump(thing)
    return file.getvalue()


def views(state):
    """Returns tensors, and their storages, for arrays by name; arrays of two dimensions are stored by columns."""
    tree, storages = collections.OrderedDict(), []
    for name, array in state.items():
        order = "F" if array.ndim == 2 else "C"
        storages.append(Storage(np.ravel(array, order), str(len(storages))))
        steps = tuple(step // array.itemsize for step in np.asarray(array, order=order).strides)
        tree[name] = View(storages[-1], array.shape, steps)
    return tree, storages


def archive(path, state, around=dict):
    """Writes the format of PyTorch 1.6 and later; `around` puts the state dictionary into something else."""
    tree, storages = views(state)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("net/data.pkl", pickled(around(tree)))
        for storage in storages:
            file.writestr(f"net/data/{storage.key}", storage.array.tobytes())


def legacy(path, state):
    """Writes the format before that."""
    tree, storages = views(state)
    head = [0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}]
    parts = [pickle.dumps(part, 2) for part in head]
    parts += [pickled(tree, True), pickle.dumps([storage.key for storage in storages], 2)]
    parts += [struct.pack("<q", storage.array.size) + storage.array.tobytes() for storage in storages]
    path.write_bytes(b"".join(parts))
