"""Layers and blocks that several networks share: binary convolutions and products, stems, shortcuts, heads."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from binarizers import FunctionSign, LearnableBias
from weights import BinaryWeight


class BinaryConv2d(nn.Module):
    """Convolution with binary weights of some kind, padded to keep the map's size; `pad_value` pads by an explicit Pad."""

    def __init__(self, in_channels, out_channels, kernel=3, stride=1, dilation=1, groups=1, weights="clipped", bias=False,
                 pad_value=None):  # fmt: skip
        super().__init__()
        self.weight = BinaryWeight((out_channels, in_channels // groups, kernel, kernel), weights)
        self.bias = nn.Parameter(torch.zeros(out_channels)) if bias else None
        self.padding = dilation * (kernel // 2)
        self.stride, self.dilation, self.groups, self.pad_value = stride, dilation, groups, pad_value

    def forward(self, x):
        padding = self.padding
        if self.pad_value is not None and padding:
            x, padding = F.pad(x, (padding,) * 4, value=float(self.pad_value)), 0
        return F.conv2d(x, self.weight(), self.bias, self.stride, padding, self.dilation, self.groups)


class BinaryConvTranspose2d(nn.Module):
    """Transposed convolution 4×4/2 with binary weights, a scale per output channel."""

    def __init__(self, in_channels, out_channels, weights="clipped"):
        super().__init__()
        self.weight = BinaryWeight((in_channels, out_channels, 4, 4), weights, channel=1)

    def forward(self, x):
        return F.conv_transpose2d(x, self.weight(), None, stride=2, padding=1)


class BinaryLinear(nn.Module):
    """x times binary weights, plus a bias."""

    def __init__(self, in_features, out_features, weights="clipped", bias=True):
        super().__init__()
        self.weight = BinaryWeight((out_features, in_features), weights)
        self.bias = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        return F.linear(x, self.weight(), self.bias)


class RPReLU(nn.Sequential):
    """PReLU(x + b1) + b2, per channel. Source: ReActNet (arXiv 2003.03488), section 4.2."""

    def __init__(self, channels):
        super().__init__(LearnableBias(channels), nn.PReLU(channels), LearnableBias(channels))


class Maxout(nn.Module):
    """p·ReLU(x) - n·ReLU(-x), per channel. Source: AdaBin (arXiv 2208.08084), section 3.3."""

    def __init__(self, channels):
        super().__init__()
        self.positive = nn.Parameter(torch.ones(1, channels, 1, 1))
        self.negative = nn.Parameter(torch.full((1, channels, 1, 1), 0.25))

    def forward(self, x):
        return self.positive * F.relu(x) - self.negative * F.relu(-x)


def conv_norm(in_channels, out_channels, kernel=3, stride=1, groups=1):
    """A real convolution without bias, and BatchNorm, as a list."""
    return [
        nn.Conv2d(in_channels, out_channels, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(out_channels),
    ]


def resnet_stem(channels, activation=None):
    """A real 7×7/2 convolution, BatchNorm, perhaps an activation, and 3×3/2 max-pool."""
    between = [activation] if activation else []
    return nn.Sequential(*conv_norm(3, channels, 7, 2), *between, nn.MaxPool2d(3, 2, 1))


def average_shortcut(in_channels, out_channels, stride):
    """AvgPool, real 1×1 convolution, BatchNorm; the identity where nothing changes."""
    if stride == 1 and in_channels == out_channels:
        return nn.Identity()
    pool = [nn.AvgPool2d(2, 2)] if stride == 2 else []
    return nn.Sequential(*pool, *conv_norm(in_channels, out_channels, 1))


class Head(nn.Module):
    """Global average pooling and a real classifier."""

    def __init__(self, channels, classes=1000):
        super().__init__()
        self.pool, self.classifier = nn.AdaptiveAvgPool2d(1), nn.Linear(channels, classes)

    def forward(self, x):
        return self.classifier(self.pool(x).flatten(1))


class Unit(nn.Module):
    """activation(BN(binary conv(binarize(x))) + shortcut(x)).

    `binarize` and `activation` are called with a number of channels. Source: Bi-Real Net (arXiv 1808.00278), section 3.2.
    """

    def __init__(self, in_channels, out_channels, stride=1, binarize=None, activation=None, weights="clipped", kernel=3):
        super().__init__()
        self.binarize = binarize(in_channels) if binarize else FunctionSign()
        self.conv = BinaryConv2d(in_channels, out_channels, kernel, stride, weights=weights)
        self.norm = nn.BatchNorm2d(out_channels)
        self.shortcut = average_shortcut(in_channels, out_channels, stride)
        self.activation = activation(out_channels) if activation else nn.Identity()

    def forward(self, x):
        return self.activation(self.norm(self.conv(self.binarize(x))) + self.shortcut(x))
