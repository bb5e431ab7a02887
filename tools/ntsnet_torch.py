"""NTS-Net in PyTorch, after "Learning to Navigate for Fine-grained Classification" (Yang et al., 2018).

The names of its parameters are those of the published implementations, so their weights load with `strict=True`. This is
the network of the torch hub (`nicolalandro/ntsnet-cub200`) as it is when it only answers; there are no losses.
"""

import numpy as np
import torch
import torchvision
from torch import nn
from torch.nn import functional

PART = 224
"""Height and width of a part, and the zeros around the picture from which parts are cut."""

PARTS = 4
"""The parts that the answer uses."""

ANCHORS = (
    (32, 48, (2 ** (1 / 3), 2 ** (2 / 3))),
    (64, 96, (2 ** (1 / 3), 2 ** (2 / 3))),
    (128, 192, (1, 2 ** (1 / 3), 2 ** (2 / 3))),
)
"""Stride, size and scales of the anchors on the three maps."""


def anchors(picture=448):
    """Returns all anchors as rows of top, left, bottom, right, whole numbers in the padded picture.

    The order is that of the scores: map, scale, ratio, row, column.
    """
    rows = []
    for stride, size, scales in ANCHORS:
        middle = np.arange(stride / 2, stride / 2 + stride * -(-picture // stride), stride, dtype=np.float32)
        for scale in scales:
            for ratio in (0.667, 1.0, 1.5):
                half = np.float32([size * scale / ratio**0.5, size * scale * ratio**0.5]) / np.float32(2)
                y, x = np.meshgrid(middle, middle, indexing="ij")
                box = np.stack([y - half[0], x - half[1], y + half[0], x + half[1]], axis=-1)
                rows.append(box.reshape(-1, 4))
    return (np.concatenate(rows) + np.float32(PART)).astype(np.int64)


class ProposalNet(nn.Module):
    """Scores every anchor by how much its part of the picture is worth a look."""

    def __init__(self):
        super().__init__()
        self.down1 = nn.Conv2d(2048, 128, 3, 1, 1)
        self.down2 = nn.Conv2d(128, 128, 3, 2, 1)
        self.down3 = nn.Conv2d(128, 128, 3, 2, 1)
        self.tidy1 = nn.Conv2d(128, 6, 1)
        self.tidy2 = nn.Conv2d(128, 6, 1)
        self.tidy3 = nn.Conv2d(128, 9, 1)

    def forward(self, value):
        """Returns the scores of all anchors."""
        scores = []
        for down, tidy in ((self.down1, self.tidy1), (self.down2, self.tidy2), (self.down3, self.tidy3)):
            value = down(value).relu()
            scores.append(tidy(value).flatten(1))
        return torch.cat(scores, 1)


class NtsNet(nn.Module):
    """The whole network."""

    def __init__(self, classes):
        super().__init__()
        self.pretrained_model = torchvision.models.resnet50(weights=None, num_classes=classes)
        self.proposal_net = ProposalNet()
        self.concat_net = nn.Linear(2048 * (PARTS + 1), classes)
        self.partcls_net = nn.Linear(2048, classes)

    def trunk(self, image):
        """Returns the last map of ResNet-50 and its mean."""
        net = self.pretrained_model
        value = net.maxpool(net.relu(net.bn1(net.conv1(image))))
        value = net.layer4(net.layer3(net.layer2(net.layer1(value))))
        return value, net.avgpool(value).flatten(1)

    def scores(self, image):
        """Returns the scores of the anchors and the feature of the whole picture."""
        value, feature = self.trunk(image)
        return self.proposal_net(value), feature

    def choose(self, scores, count=6):
        """Returns the indices of the best anchors that overlap by at most a quarter, best first."""
        boxes = torch.tensor(anchors(), dtype=torch.float32)
        kept = torchvision.ops.nms(boxes, scores, iou_threshold=0.25)
        return kept[torch.topk(scores[kept], count).indices]

    def parts(self, image, chosen):
        """Returns the parts of the padded picture, each resized to a square."""
        padded = functional.pad(image, (PART,) * 4)
        cuts = [padded[:, :, y0:y1, x0:x1] for y0, x0, y1, x1 in anchors()[chosen.numpy()]]
        sized = [functional.interpolate(cut, (PART, PART), mode="bilinear", align_corners=True) for cut in cuts]
        return torch.cat(sized)

    def forward(self, image, count=6):
        """Returns the logits of one picture and the indices of the anchors chosen."""
        scores, feature = self.scores(image)
        chosen = self.choose(scores[0], count)
        _, features = self.trunk(self.parts(image, chosen))
        return self.concat_net(torch.cat([features[:PARTS].flatten()[None], feature], 1)), chosen


def load(state):
    """Returns the network with these weights, ready to answer; every name and shape must be right."""
    net = NtsNet(state["concat_net.weight"].shape[0])
    net.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in state.items()}, strict=True)
    return net.eval()
