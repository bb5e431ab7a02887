"""Builds the ONNX graph of a convolutional network node by node."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 13
"""All operators used here are the same in every later set; IR version 8 is read by every current engine."""


class Graph:
    """Grows by one method call for each operator. Methods take and return names of values."""

    def __init__(self, name):
        self.name, self.nodes, self.weights, self.inputs, self.outputs = name, [], [], [], []

    def input(self, name, shape):
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return name

    def output(self, value, name, shape):
        self.nodes.append(helper.make_node("Identity", [value], [name], name=f"output_{name}"))
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def weight(self, array, dtype=np.float32):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array, dtype), name))
        return name

    def node(self, kind, *inputs, **attributes):
        name = f"n{len(self.nodes)}_{kind.lower()}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def convolution(self, value, weight, bias, stride=1, pads=(0, 0, 0, 0), groups=1):
        """`pads` is top, left, bottom, right."""
        names = self.weight(weight), self.weight(bias)
        size = list(weight.shape[2:])
        return self.node("Conv", value, *names, kernel_shape=size, strides=[stride] * 2, pads=list(pads), group=groups)

    def linear(self, value, weight, bias):
        return self.node("Gemm", value, self.weight(weight), self.weight(bias), transB=1)

    def mean_of_channels(self, value):
        return self.node("Flatten", self.node("GlobalAveragePool", value), axis=1)

    def save(self, path):
        """Writes the graph after ONNX's own check."""
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, path)


class State:
    """The tensors of a state dictionary, each to be taken by its name; `finish` complains about those left."""

    def __init__(self, tensors):
        self.tensors, self.used = tensors, set()

    def take(self, name, shape=None):
        if name not in self.tensors:
            raise ValueError(f"the weights have no {name}")
        if shape is not None and self.tensors[name].shape != tuple(shape):
            raise ValueError(f"{name} has the shape {self.tensors[name].shape} instead of {tuple(shape)}")
        self.used.add(name)
        return self.tensors[name]

    def folded(self, convolution, norm, epsilon):
        """Returns weight and bias of a convolution without bias and the batch normalisation after it, as one convolution."""
        weight = self.take(f"{convolution}.weight").astype(np.float64)
        scale, shift, mean, variance = (
            self.take(f"{norm}.{part}", weight.shape[:1]).astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        factor = scale / np.sqrt(variance + epsilon)
        return weight * factor[:, None, None, None], shift - mean * factor

    def finish(self, *unused):
        """Fails if a tensor was left that is neither a counter of batches nor begins with one of `unused`."""
        for name in self.tensors.keys() - self.used:
            if not name.endswith(".num_batches_tracked") and not name.startswith(unused or ("\0",)):
                raise ValueError(f"the weights hold {name}, which is no part of this network")
