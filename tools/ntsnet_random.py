"""Makes random weights for NTS-Net: of the real shapes, from a seed, and by NumPy alone.

Nothing is learnt, but the weights are scaled so that pictures are told apart: the last normalisations of the trunk cut most
of their input away, so features are sparse and differ between pictures, and the last layer is steep.
"""

import numpy as np

BLOCKS = {"layer1": (64, 3), "layer2": (128, 4), "layer3": (256, 6), "layer4": (512, 3)}
"""Width and number of the blocks in each layer of ResNet-50; a block gives four times its width."""


def convolution(random, state, name, out, into, size, bias=False):
    """Adds a convolution after the initialisation of He: it keeps the variance of its input."""
    weight = random.standard_normal((out, into, size, size), np.float32)
    state[f"{name}.weight"] = weight * np.float32((2 / (into * size * size)) ** 0.5)
    if bias:
        state[f"{name}.bias"] = random.standard_normal(out, np.float32) * np.float32(0.01)


def normalisation(random, state, name, size, scale=1.0, shift=0.0):
    """Adds a batch normalisation with every parameter away from its default."""
    state[f"{name}.weight"] = np.float32(scale) * random.uniform(0.6, 1.4, size).astype(np.float32)
    state[f"{name}.bias"] = np.float32(shift) + np.float32(0.1) * random.standard_normal(size, np.float32)
    state[f"{name}.running_mean"] = np.float32(0.1) * random.standard_normal(size, np.float32)
    state[f"{name}.running_var"] = random.uniform(0.7, 1.3, size).astype(np.float32)
    state[f"{name}.num_batches_tracked"] = np.array(1, np.int64)


def linear(random, state, name, out, into, scale):
    """Adds a fully connected layer."""
    state[f"{name}.weight"] = np.float32(scale) * random.standard_normal((out, into), np.float32)
    state[f"{name}.bias"] = np.float32(0.1) * random.standard_normal(out, np.float32)


def trunk(random, state, classes):
    """Adds ResNet-50."""
    name = "pretrained_model"
    convolution(random, state, f"{name}.conv1", 64, 3, 7)
    normalisation(random, state, f"{name}.bn1", 64)
    into = 64
    for layer, (width, blocks) in BLOCKS.items():
        for index in range(blocks):
            block = f"{name}.{layer}.{index}"
            for part, out, size, from_ in (("1", width, 1, into), ("2", width, 3, width), ("3", 4 * width, 1, width)):
                convolution(random, state, f"{block}.conv{part}", out, from_, size)
                normalisation(random, state, f"{block}.bn{part}", out, *((RESIDUAL, SHIFT) if part == "3" else ()))
            if index == 0:
                convolution(random, state, f"{block}.downsample.0", 4 * width, into, 1)
                normalisation(random, state, f"{block}.downsample.1", 4 * width, SHORTCUT, SHIFT)
            into = 4 * width
    linear(random, state, f"{name}.fc", classes, 2048, 0.02)


RESIDUAL, SHORTCUT, SHIFT = 0.35, 0.7, -0.05
STEEP = 0.06


def random_state(seed, classes):
    """Returns a state dictionary of NTS-Net, the same for the same seed on every machine."""
    random, state = np.random.Generator(np.random.PCG64(seed)), {}
    trunk(random, state, classes)
    for index, (into, anchors) in enumerate(((2048, 6), (128, 6), (128, 9)), 1):
        convolution(random, state, f"proposal_net.down{index}", 128, into, 3, bias=True)
        convolution(random, state, f"proposal_net.tidy{index}", anchors, 128, 1, bias=True)
        state[f"proposal_net.tidy{index}.weight"] *= np.float32((1.7, 1.1, 1.3)[index - 1])
    linear(random, state, "concat_net", classes, 5 * 2048, STEEP)
    linear(random, state, "partcls_net", classes, 2048, 0.02)
    return state
