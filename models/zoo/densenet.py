"""BinaryDenseNet-28 and MeliusNet-22: image [1,3,224,224] → logits [1,1000].

Layers append 64 channels; MeliusNet's improvement blocks then add to just these. Between stages max-pool, ReLU and a real
1×1 convolution. Sources: BinaryDenseNet (arXiv 1906.08637), section 3.3; MeliusNet (arXiv 2001.05936), section 3.
"""

import torch
import torch.nn as nn

from binarizers import BitorchSign, WhereSign
from layers import BinaryConv2d, Head, conv_norm, resnet_stem

GROWTH = 64


def binary_layer(in_channels, sign):
    return nn.Sequential(
        nn.BatchNorm2d(in_channels), sign(), BinaryConv2d(in_channels, GROWTH, 3, weights="scaled")
    )


class DenseLayer(nn.Module):
    """x, and behind it what a binary layer makes of x; improved by another layer where asked for."""

    def __init__(self, channels, sign, improves):
        super().__init__()
        self.grow = binary_layer(channels, sign)
        self.improve = binary_layer(channels + GROWTH, sign) if improves else None

    def forward(self, x):
        x = torch.cat([x, self.grow(x)], 1)
        if self.improve is None:
            return x
        return torch.cat([x[:, :-GROWTH], x[:, -GROWTH:] + self.improve(x)], 1)


class DenseNet(nn.Module):
    """`units` are the layers of each stage, `widths` the channels that the transitions between them leave."""

    def __init__(self, stem, units, widths, sign, improves):
        super().__init__()
        self.stem, layers, channels = stem, [], 64
        for stage, count in enumerate(units):
            if stage > 0:
                width = widths[stage - 1]
                layers += [nn.BatchNorm2d(channels), nn.MaxPool2d(2, 2), nn.ReLU()]
                layers += [nn.Conv2d(channels, width, 1, bias=False)]
                channels = width
            for _ in range(count):
                layers.append(DenseLayer(channels, sign, improves))
                channels += GROWTH
        self.body = nn.Sequential(*layers, nn.BatchNorm2d(channels), nn.ReLU())
        self.head = Head(channels)

    def forward(self, x):
        return self.head(self.body(self.stem(x)))


def binary_dense_net_28():
    return DenseNet(resnet_stem(64, nn.ReLU()), (6, 6, 6, 5), (160, 192, 256), BitorchSign, improves=False)


def melius_net_22():
    """With the stem of three grouped 3×3 convolutions."""
    stem = nn.Sequential(
        *conv_norm(3, 32, 3, 2), nn.ReLU(), *conv_norm(32, 32, 3, 1, groups=4), nn.ReLU(),
        *conv_norm(32, 64, 3, 1, groups=8), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
    )  # fmt: skip
    return DenseNet(stem, (4, 5, 4, 4), (160, 224, 256), WhereSign, improves=True)
