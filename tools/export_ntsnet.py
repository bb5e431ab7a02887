#!/usr/bin/env python3
"""Makes the model directory of NTS-Net, the classifier of birds of the blog, from its PyTorch weights or from random ones.

Weights: `torch.hub.load('nicolalandro/ntsnet-cub200', 'ntsnet', pretrained=True, topN=6, device='cpu', num_classes=200)`
downloads them once, to `~/.cache/torch/hub/checkpoints/nts_net_cub200.pt`; the file is also on the page of release 0.2 of
that repository, and the checkpoints that the original training writes (with a `net_state_dict`) are read as well. They were
trained on CUB-200-2011, whose pictures are for research that is not commercial, and are not part of this repository.

Labels: the same download leaves the names of the 200 classes in
`~/.cache/torch/hub/nicolalandro_ntsnet-cub200_master/bird_classes.py`. `--labels` reads that file, the `classes.txt` of
CUB-200-2011, or a text file with one name a line.

PyTorch is needed only for `--compare`, which runs the same network in PyTorch and in ONNX Runtime and compares the values.
"""

import argparse
import ast
import re
import sys
from pathlib import Path

import numpy as np

from model_directory import IMAGENET, new_model
from ntsnet_random import BLOCKS, random_state
from onnx_graph import Graph, State
from torch_file import read_state

EPSILON = 1e-5
PICTURE, PART = 448, 224
TOLERANCE = 1e-3


def trunk(graph, state, value):
    """Adds ResNet-50 up to its last map."""
    name = "pretrained_model"
    weight = state.folded(f"{name}.conv1", f"{name}.bn1", EPSILON)
    value = graph.node("Relu", graph.convolution(value, *weight, stride=2, pads=(3, 3, 3, 3)))
    value = graph.node("MaxPool", value, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    for layer, (_, blocks) in BLOCKS.items():
        for index in range(blocks):
            stride = 2 if index == 0 and layer != "layer1" else 1
            value = bottleneck(graph, state, value, f"{name}.{layer}.{index}", stride)
    return value


def bottleneck(graph, state, value, block, stride):
    """Adds one block: narrow, filter, widen, and add its input."""
    out = value
    for part, step in (("1", 1), ("2", stride), ("3", 1)):
        weight, bias = state.folded(f"{block}.conv{part}", f"{block}.bn{part}", EPSILON)
        side = weight.shape[2] // 2
        out = graph.convolution(out, weight, bias, stride=step, pads=(side,) * 4)
        out = graph.node("Relu", out) if part != "3" else out
    if f"{block}.downsample.0.weight" in state.tensors:
        weight = state.folded(f"{block}.downsample.0", f"{block}.downsample.1", EPSILON)
        value = graph.convolution(value, *weight, stride=stride)
    return graph.node("Relu", graph.node("Add", out, value))


def proposals(graph, state, value):
    """Adds the scores of all anchors, from the finest map to the coarsest."""
    scores = []
    for index, stride in ((1, 1), (2, 2), (3, 2)):
        weight = [state.take(f"proposal_net.down{index}.{part}") for part in ("weight", "bias")]
        value = graph.node("Relu", graph.convolution(value, *weight, stride=stride, pads=(1, 1, 1, 1)))
        weight = [state.take(f"proposal_net.tidy{index}.{part}") for part in ("weight", "bias")]
        scores.append(graph.node("Flatten", graph.convolution(value, *weight), axis=1))
    return graph.node("Concat", *scores, axis=1)


def write_graphs(tensors, directory):
    """Writes the three graphs."""
    state, classes = State(tensors), classes_of(tensors)
    backbone, part, head = Graph("backbone"), Graph("part"), Graph("head")
    last = trunk(backbone, state, backbone.input("image", [1, 3, PICTURE, PICTURE]))
    backbone.output(proposals(backbone, state, last), "scores", [1, 1614])
    backbone.output(backbone.mean_of_channels(last), "feature", [1, 2048])
    last = trunk(part, state, part.input("image", [1, 3, PART, PART]))
    part.output(part.mean_of_channels(last), "feature", [1, 2048])
    features = head.input("features", [1, 5 * 2048])
    weight = state.take("concat_net.weight", (classes, 5 * 2048)), state.take("concat_net.bias", (classes,))
    head.output(head.linear(features, *weight), "logits", [1, classes])
    for name in ("pretrained_model.fc", "partcls_net"):  # used in training only
        state.take(f"{name}.weight", (classes, 2048)), state.take(f"{name}.bias", (classes,))
    state.finish()
    for graph in (backbone, part, head):
        graph.save(directory / f"{graph.name}.onnx")


def classes_of(tensors):
    """Returns the number of classes that the weights are for."""
    if "concat_net.weight" not in tensors:
        raise ValueError("the weights have no concat_net.weight: they are not those of NTS-Net")
    return tensors["concat_net.weight"].shape[0]


def read_labels(path):
    """Returns the names of the classes: a list in a Python file, or one a line, with or without a number before it."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        lists = [node.value for node in ast.parse(text).body if isinstance(node, ast.Assign)]
        return list(ast.literal_eval(lists[0])) if lists else []
    return [re.sub(r"^\d+\s+", "", line.strip()) for line in text.splitlines() if line.strip()]


def compare(tensors, directory):
    """Runs a random picture through PyTorch and ONNX Runtime and fails if a value of a graph differs much."""
    import onnxruntime
    import torch

    import ntsnet_torch

    net, random = ntsnet_torch.load(tensors), np.random.default_rng(0)
    image, part = (random.standard_normal((1, 3, side, side), np.float32) for side in (PICTURE, PART))
    with torch.inference_mode():
        scores, feature = net.scores(torch.from_numpy(image))
        _, small = net.trunk(torch.from_numpy(part))
        features = torch.cat([small] * 4 + [feature], 1)
        wanted = {"backbone": (scores, feature), "part": (small,), "head": (net.concat_net(features),)}
    for name, values in wanted.items():
        session = onnxruntime.InferenceSession(directory / f"{name}.onnx", providers=["CPUExecutionProvider"])
        value = {"backbone": image, "part": part, "head": features.numpy()}[name]
        for had, want in zip(session.run(None, {session.get_inputs()[0].name: value}), values):
            want = want.numpy()
            error = float(np.abs(had - want).max() / np.abs(want).max())
            print(f"{name}: {list(want.shape)}, largest difference {error:.1e} of the largest value")
            if had.shape != want.shape or not error < TOLERANCE:
                raise ValueError(f"{name}.onnx does not compute what PyTorch computes")


def export(models, name, tensors, labels, source, comparing=False):
    """Writes the model directory of these weights and makes it current."""
    if len(labels) != classes_of(tensors) or not all(isinstance(label, str) for label in labels):
        raise ValueError(f"{len(labels)} labels for {classes_of(tensors)} classes")
    description = {
        "kind": "nts-net",
        "preprocess": {"resize": [600, 600], "crop": [PICTURE, PICTURE], **IMAGENET},
        "output": "logits",
        "labels": labels,
        "answer_field": "bird_class",
        "source": source,
    }
    with new_model(models, name, description) as directory:
        write_graphs(tensors, directory)
        if comparing:
            compare(tensors, directory)


def main():
    """Reads the command line and makes the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path, help="the directory of models; the new one becomes current")
    parser.add_argument("--name", default="ntsnet", help="the name of the new model (default: ntsnet)")
    weights = parser.add_mutually_exclusive_group(required=True)
    weights.add_argument("--weights", type=Path, metavar="FILE", help="the checkpoint")
    weights.add_argument("--random", type=int, metavar="SEED", help="random weights of the same shapes, for tests")
    parser.add_argument("--labels", type=Path, metavar="FILE", help="the names of the classes; needed with --weights")
    parser.add_argument(
        "--compare", action="store_true", help="compare ONNX Runtime with PyTorch before the model is used"
    )
    arguments = parser.parse_args()
    if arguments.weights and not arguments.labels:
        parser.error("--weights needs --labels: the checkpoint does not name its classes")
    try:
        labels = read_labels(arguments.labels) if arguments.labels else [f"class {index}" for index in range(200)]
        if arguments.weights:
            tensors, source = read_state(arguments.weights), f"NTS-Net, weights of {arguments.weights.name}"
        else:
            tensors, source = random_state(arguments.random, len(labels)), f"random weights, seed {arguments.random}"
        export(arguments.models, arguments.name, tensors, labels, source, arguments.compare)
    except (ValueError, OSError, ImportError) as error:
        sys.exit(f"export_ntsnet: {error}")


if __name__ == "__main__":
    main()
