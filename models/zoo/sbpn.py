"""SBPN, a binary SimpleBaseline for pose: image [1,3,256,192] → heatmaps of 17 joints [1,17,64,48].

The body of ResNet-18, three binary transposed convolutions 4×4/2 of 256 channels, a real 1×1 convolution; every weight is
binarized by a classifier. Source: Binarizing by Classification (arXiv 2205.07433), on arXiv 1804.06208.
"""

import torch.nn as nn

from binarizers import FunctionSign
from layers import BinaryConvTranspose2d
from resnet import ResNet

WIDTH, JOINTS = 256, 17


class Upsample(nn.Sequential):
    """sign → binary transposed convolution → BN → PReLU."""

    def __init__(self, in_channels):
        super().__init__(
            FunctionSign(), BinaryConvTranspose2d(in_channels, WIDTH, "classified"), nn.BatchNorm2d(WIDTH),
            nn.PReLU(WIDTH),
        )  # fmt: skip


class SBPN(nn.Module):
    def __init__(self):
        super().__init__()
        backbone = ResNet(18, activation=nn.PReLU, weights="classified")
        self.stem, self.body = backbone.stem, backbone.body
        self.up = nn.Sequential(Upsample(512), Upsample(WIDTH), Upsample(WIDTH))
        self.heatmaps = nn.Conv2d(WIDTH, JOINTS, 1)

    def forward(self, x):
        return self.heatmaps(self.up(self.body(self.stem(x))))
