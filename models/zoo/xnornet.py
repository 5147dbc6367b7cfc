"""XNOR-Net on AlexNet: image [1,3,227,227] → logits [1,1000].

BN → sign → binary layer with bias → ReLU (→ max-pool) for all layers but the first and the last, fully connected ones
included. Source: XNOR-Net (arXiv 1603.05279), section 3.2.
"""

import torch.nn as nn

from binarizers import FunctionSign
from layers import BinaryConv2d, BinaryLinear


def convolution(in_channels, out_channels, kernel):
    return [
        nn.BatchNorm2d(in_channels), FunctionSign(),
        BinaryConv2d(in_channels, out_channels, kernel, weights="scaled", bias=True), nn.ReLU(),
    ]  # fmt: skip


def product(in_features, out_features):
    return [nn.BatchNorm1d(in_features), FunctionSign(), BinaryLinear(in_features, out_features, "scaled"), nn.ReLU()]


class XNORNet(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(3, 96, 11, 4), nn.BatchNorm2d(96), nn.ReLU(), nn.MaxPool2d(3, 2),
            *convolution(96, 256, 5), nn.MaxPool2d(3, 2),
            *convolution(256, 384, 3), *convolution(384, 384, 3), *convolution(384, 256, 3), nn.MaxPool2d(3, 2),
            nn.Flatten(), *product(256 * 6 * 6, 4096), *product(4096, 4096),
            nn.BatchNorm1d(4096), nn.Linear(4096, 1000),
        )  # fmt: skip
