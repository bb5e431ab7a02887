#!/usr/bin/env python3
"""Writes a random NTS-Net, test pictures, and what the network says about each of them in PyTorch.

    <directory>/models/current   the model directory, through `tools/export_ntsnet.py`
    <directory>/pictures/        PNG and JPEG
    <directory>/expected.json    for each picture the best class, the five best probabilities, and the anchors chosen

PyTorch and torchvision are needed to make new values. With `--again FILE` the model and the pictures of an earlier
`expected.json` are made again without them, so a test needs only NumPy, ONNX and Pillow.

Random features have much in common, and one class would win for every picture. The bias of the last layer takes away their
mean over these pictures; it is kept in `expected.json`.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import pictures
from export_ntsnet import export
from ntsnet_random import random_state

SEED, CLASSES = 5, 200
"""With this seed every picture has its own class and the anchors chosen are of all three maps."""

CLEAR = 1e-2
"""The best class must be ahead of the second by at least this probability."""

PICTURES = {
    "circles.png": pictures.circles,
    "gradient.png": pictures.gradient,
    "stripes.png": pictures.stripes,
    "noise.png": pictures.noise,
    "night.jpg": pictures.night,
    "bird.jpg": pictures.bird,
    "checks.png": pictures.checks,
}


def draw(directory):
    """Writes the pictures and returns the hash of the pixels of each."""
    directory.mkdir(parents=True, exist_ok=True)
    hashes = {}
    for name, make in PICTURES.items():
        make().save(directory / name, **({"quality": 95, "subsampling": 0} if name.endswith(".jpg") else {}))
        hashes[name] = hashlib.sha256(np.asarray(Image.open(directory / name))).hexdigest()
    return hashes


def read(path):
    """Returns a picture as the example of the torch hub prepares it."""
    from torchvision import transforms

    prepare = transforms.Compose(
        [
            transforms.Resize((600, 600), Image.Resampling.BILINEAR),
            transforms.CenterCrop((448, 448)),
            transforms.ToTensor(),
            transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ]
    )
    return prepare(Image.open(path).convert("RGB"))[None]


def features(net, image):
    """Returns what the last layer sees of a picture, and the anchors chosen, best first."""
    import torch

    scores, feature = net.scores(image)
    chosen = net.choose(scores[0])
    _, parts = net.trunk(net.parts(image, chosen))
    return torch.cat([parts[:4].flatten(), feature[0]]), chosen.tolist()


def centred_bias(net, images):
    """Returns the bias that takes the mean over these pictures away, with three decimals."""
    import torch

    mean = torch.stack([features(net, image)[0] for image in images.values()]).mean(0)
    return [round(value, 3) for value in (-net.concat_net.weight @ mean).tolist()]


def answer(net, image, labels):
    """Returns what is expected of one picture."""
    import ntsnet_torch

    logits, chosen = net(image)
    likely, classes = logits.softmax(1)[0].topk(5)
    if float(likely[0] - likely[1]) < CLEAR:
        raise ValueError(f"the best class is not clear of the second: {likely.tolist()}")
    return {
        "class": classes[0].item(),
        "label": labels[classes[0]],
        "top": [[index, round(value, 7)] for index, value in zip(classes.tolist(), likely.tolist())],
        "anchors": chosen.tolist(),
        "boxes": ntsnet_torch.anchors()[chosen].tolist(),
    }


def expect(state, directory, labels):
    """Runs the network over the pictures and returns the bias and the answers; sets the bias."""
    import ntsnet_torch
    import torch

    with torch.inference_mode():
        images = {name: read(directory / "pictures" / name) for name in PICTURES}
        state["concat_net.bias"] = np.zeros(CLASSES, np.float32)
        bias = centred_bias(ntsnet_torch.load(state), images)
        state["concat_net.bias"] = np.float32(bias)
        net = ntsnet_torch.load(state)
        answers = {name: answer(net, image, labels) for name, image in images.items()}
    if len({one["class"] for one in answers.values()}) < len(answers) - 1:
        raise ValueError("too many pictures have the same class")
    return bias, answers


def make(directory, again):
    """Writes everything."""
    labels = [f"{index:03}.random" for index in range(1, CLASSES + 1)]
    expected = json.loads(again.read_text(encoding="utf-8")) if again else {"seed": SEED}
    state, hashes = random_state(expected["seed"], CLASSES), draw(directory / "pictures")
    if again:
        state["concat_net.bias"] = np.float32(expected["bias"])
        changed = [name for name, one in expected["pictures"].items() if one["pixels"] != hashes.get(name)]
        if changed:
            raise ValueError(f"this version of Pillow draws {changed[0]} in another way")
    else:
        expected["bias"], expected["pictures"] = expect(state, directory, labels)
        for name, digest in hashes.items():
            expected["pictures"][name]["pixels"] = digest
    export(directory / "models", "ntsnet-random", state, labels, f"random weights, seed {expected['seed']}", not again)
    lines = [json.dumps(key) + ": " + json.dumps(value) for key, value in expected.items() if key != "pictures"]
    answers = ",\n".join(f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in expected["pictures"].items())
    text = "{\n" + ",\n".join([*lines, '"pictures": {\n' + answers + "\n}"]) + "\n}\n"
    (directory / "expected.json").write_text(text, encoding="utf-8")


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path, help="a new directory")
    parser.add_argument("--again", type=Path, metavar="FILE", help="make what an earlier expected.json is about")
    arguments = parser.parse_args()
    try:
        make(arguments.directory, arguments.again)
    except (ValueError, OSError, ImportError) as error:
        sys.exit(f"reference_ntsnet: {error}")


if __name__ == "__main__":
    main()
