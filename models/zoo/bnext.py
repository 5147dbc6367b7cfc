"""BNext-T: image [1,3,224,224] → logits [1,1000].

The layout of ReActNet-A with RSign divided by a temperature, clamp signs, a squeeze-and-excitation gate on the 3×3 branch
and two 1×1 feed-forward branches, concatenated where the width doubles. Source: BNext (arXiv 2211.12933), section 3.
"""

import torch
import torch.nn as nn

from binarizers import ClampSign, RSign
from layers import BinaryConv2d, Head, RPReLU, conv_norm
from reactnet import PLAN


def binarize(channels):
    return RSign(channels, ClampSign, temperature=1.3)


class Block(nn.Module):
    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        self.binarize, self.conv = binarize(in_channels), BinaryConv2d(in_channels, in_channels, 3, stride)
        self.norm, self.activation = nn.BatchNorm2d(in_channels), nn.PReLU(in_channels)
        self.pool = nn.AvgPool2d(2, 2) if stride == 2 else nn.Identity()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(in_channels, in_channels // 8, 1), nn.ReLU(),
            nn.Conv2d(in_channels // 8, in_channels, 1), nn.Sigmoid(),
        )  # fmt: skip
        self.branches = nn.ModuleList(
            nn.Sequential(
                binarize(in_channels), BinaryConv2d(in_channels, in_channels, 1), nn.BatchNorm2d(in_channels)
            )
            for _ in range(out_channels // in_channels)
        )
        self.output = RPReLU(out_channels)

    def forward(self, x):
        shortcut = self.pool(x)
        x = self.activation(self.norm(self.conv(self.binarize(x))) * self.gate(shortcut) + shortcut)
        branches = [branch(x) + x for branch in self.branches]
        return self.output(torch.cat(branches, 1) if len(branches) > 1 else branches[0])


class BNextT(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, blocks, channels = nn.Sequential(*conv_norm(3, 32, 3, 2), nn.PReLU(32)), [], 32
        for width, stride in PLAN:
            blocks.append(Block(channels, width, stride))
            channels = width
        self.body, self.head = nn.Sequential(*blocks), Head(channels)

    def forward(self, x):
        return self.head(self.body(self.stem(x)))
