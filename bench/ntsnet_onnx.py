"""NTS-Net on ONNX Runtime and NumPy: the three graphs of a model directory and what goes on between them."""

import numpy as np
import onnxruntime
from PIL import Image


def load(model, threads, parts):
    """Loads the three graphs and returns a function from a picture to probabilities."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1

    def session(name):
        return onnxruntime.InferenceSession(model / name, options, providers=["CPUExecutionProvider"])

    backbone, part, head = (session(f"{name}.onnx") for name in ("backbone", "part", "head"))
    boxes = anchors()

    def answer(picture):
        image = prepared(picture)
        scores, feature = backbone.run(None, {"image": image})
        padded = np.pad(image[0], ((0, 0), (224, 224), (224, 224)))
        cuts = [cut(padded, boxes[index]) for index in choose(boxes, scores[0], parts)]
        features = [part.run(None, {"image": one[None]})[0] for one in cuts]
        logits = head.run(None, {"features": np.concatenate([*features[:4], feature], 1)})[0][0]
        likely = np.exp(logits - logits.max())
        return likely / likely.sum()

    return answer


def prepared(picture):
    """Returns the input of the backbone."""
    image = Image.open(picture).convert("RGB").resize((600, 600), Image.Resampling.BILINEAR).crop((76, 76, 524, 524))
    pixels = np.asarray(image, np.float32) / np.float32(255)
    pixels = (pixels - np.float32([0.485, 0.456, 0.406])) / np.float32([0.229, 0.224, 0.225])
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])


def anchors():
    """Returns the anchors as rows of top, left, bottom, right in the padded picture."""
    rows = []
    for stride, size, scales in ((32, 48, (1, 2)), (64, 96, (1, 2)), (128, 192, (0, 1, 2))):
        middle = np.arange(stride / 2, stride / 2 + stride * -(-448 // stride), stride, dtype=np.float32)
        y, x = np.meshgrid(middle, middle, indexing="ij")
        for scale in scales:
            for ratio in (0.667, 1.0, 1.5):
                side = size * 2 ** (scale / 3)
                high, wide = np.float32([side / ratio**0.5 / 2, side * ratio**0.5 / 2])
                rows.append(np.stack([y - high, x - wide, y + high, x + wide], -1).reshape(-1, 4))
    return (np.concatenate(rows) + 224).astype(np.int64)


def choose(boxes, scores, count):
    """Returns the indices of the best anchors that overlap by at most a quarter, best first."""
    left, chosen = np.argsort(-scores, kind="stable"), []
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    while len(left) and len(chosen) < count:
        best, left = left[0], left[1:]
        chosen.append(best)
        sides = np.minimum(boxes[left, 2:], boxes[best, 2:]) - np.maximum(boxes[left, :2], boxes[best, :2])
        shared = sides.clip(0).prod(1)
        left = left[4 * shared <= areas[left] + areas[best] - shared]
    return chosen


def cut(padded, box):
    """Returns a part of a picture at 224 by 224: bilinear, corners on corners."""
    top, left, bottom, right = box
    part = padded[:, top:bottom, left:right]
    for axis in (1, 2):
        place = np.linspace(0, part.shape[axis] - 1, 224, dtype=np.float32)
        low = place.astype(np.int64).clip(0, part.shape[axis] - 2)
        share = (place - low).reshape((-1, 1) if axis == 1 else (1, -1))
        part = part.take(low, axis) * (1 - share) + part.take(low + 1, axis) * share
    return part.astype(np.float32)
