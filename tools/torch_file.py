"""Reads the tensors of a PyTorch checkpoint without PyTorch.

`torch.save` has two formats: since PyTorch 1.6 a ZIP archive with one pickle and one file for each storage, and before
that a row of pickles followed by the storages. Both are read here. The pickles may name only the few classes that a state
dictionary is made of; anything else is refused, so a checkpoint cannot run code.
"""

import collections
import io
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C

DAMAGED = (pickle.UnpicklingError, zipfile.BadZipFile, EOFError, KeyError, IndexError, struct.error)

TYPES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ByteStorage": "|u1",
    "BoolStorage": "|b1",
}


IGNORED = {
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "scalar"),
    ("_codecs", "encode"),
}
"""Parts of a NumPy number, for example of the accuracy that a training saves beside the weights."""


class _Ignored:
    """Stands for a value that nobody reads."""

    def __init__(self, *_):
        pass

    def __setstate__(self, _):
        pass


class _Storage:
    """The numbers of one or more tensors, filled in once their bytes are read."""

    def __init__(self, dtype, count):
        self.dtype, self.count, self.values = np.dtype(dtype), count, None

    def fill(self, data):
        if len(data) < self.count * self.dtype.itemsize:
            raise ValueError("the checkpoint is cut short")
        self.values = np.frombuffer(data, self.dtype, self.count)


class _Tensor:
    """A view of a storage, resolved after all storages are filled."""

    def __init__(self, storage, offset, shape, strides):
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides

    def array(self):
        values, size = self.storage.values[self.offset :], self.storage.dtype.itemsize
        last = sum((extent - 1) * stride for extent, stride in zip(self.shape, self.strides))
        if self.offset < 0 or min(self.strides, default=0) < 0 or (0 not in self.shape and last >= len(values)):
            raise ValueError("a tensor of the checkpoint reaches beyond its storage")
        steps = [stride * size for stride in self.strides]
        return np.array(np.lib.stride_tricks.as_strided(values, self.shape, steps))


def _rebuild_tensor(storage, offset, shape, strides, *_):
    return _Tensor(storage, offset, tuple(shape), tuple(strides))


def _rebuild_parameter(tensor, *_):
    return tensor


class _Unpickler(pickle.Unpickler):
    """Knows the classes of a state dictionary and no others."""

    def __init__(self, file, storages):
        super().__init__(file)
        self.storages = storages

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) in (("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_tensor")):
            return _rebuild_tensor
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return _rebuild_parameter
        if module == "torch" and name in TYPES:
            return TYPES[name]
        if (module, name) in IGNORED:
            return _Ignored
        raise ValueError(f"the checkpoint names {module}.{name}, which is no part of a state dictionary")

    def persistent_load(self, reference):
        kind, dtype, key, _, count = reference[:5]
        if kind != "storage" or (len(reference) > 5 and reference[5] is not None):
            raise ValueError("the checkpoint holds something that is not a plain storage")
        return self.storages.setdefault(key, _Storage(dtype, count))


def _read_archive(path):
    with zipfile.ZipFile(path) as archive:
        name = next((name for name in archive.namelist() if name.endswith("/data.pkl")), None)
        if name is None:
            raise ValueError(f"{path}: a ZIP archive, but not one of a PyTorch state dictionary")
        folder, storages = name[: -len("data.pkl")], {}
        if f"{folder}byteorder" in archive.namelist() and archive.read(f"{folder}byteorder") != b"little":
            raise ValueError(f"{path}: big-endian checkpoints are not read")
        tree = _Unpickler(io.BytesIO(archive.read(name)), storages).load()
        for key, storage in storages.items():
            storage.fill(archive.read(f"{folder}data/{key}"))
    return tree


def _read_legacy(path):
    storages = {}
    with open(path, "rb") as file:
        if _Unpickler(file, storages).load() != LEGACY_MAGIC:
            raise ValueError(f"{path}: not a PyTorch checkpoint")
        _Unpickler(file, storages).load()  # the version of the protocol
        if not _Unpickler(file, storages).load().get("little_endian"):
            raise ValueError(f"{path}: big-endian checkpoints are not read")
        tree = _Unpickler(file, storages).load()
        for key in _Unpickler(file, storages).load():
            storage = storages[key]
            (count,) = struct.unpack("<q", file.read(8))
            storage.count = count
            storage.fill(file.read(count * storage.dtype.itemsize))
    return tree


def read_state(path):
    """Returns the state dictionary of a checkpoint as arrays by name.

    A checkpoint that holds it beside other things, under `net_state_dict` or `state_dict`, is read as well, and names that
    begin with `module.`, as `DataParallel` writes them, lose that beginning.
    """
    path = Path(path)
    try:
        tree = _read_archive(path) if zipfile.is_zipfile(path) else _read_legacy(path)
    except (*DAMAGED, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: not a PyTorch checkpoint, or a damaged one: {error}") from error
    if not isinstance(tree, dict):
        raise ValueError(f"{path}: holds a {type(tree).__name__} instead of a state dictionary")
    for key in ("net_state_dict", "state_dict"):
        tree = tree.get(key, tree)
    state = {name.removeprefix("module."): value for name, value in tree.items()}
    strange = [name for name, value in state.items() if not isinstance(value, _Tensor)]
    if strange:
        raise ValueError(f"{path}: {strange[0]} is not a tensor")
    return {name: value.array() for name, value in state.items()}
