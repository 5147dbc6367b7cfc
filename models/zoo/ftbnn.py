"""FTBNN: image [1,3,224,224] → logits [1,1000].

The layout of MobileNetV1 with grouped binary 3×3 convolutions over widened channels, PReLU behind every residual sum,
doubling by concatenation, and channel shuffle. Source: FTBNN (arXiv 2010.09294), section 3; the groups are our reading.
"""

import torch
import torch.nn as nn

from binarizers import FunctionSign
from layers import BinaryConv2d, Head, conv_norm

# Output channels, stride and groups of each block, behind a stem of 64 channels.
PLAN = (
    [(128, 1, 2), (256, 2, 4), (256, 1, 4), (512, 2, 8), (512, 1, 8), (1024, 2, 16)]
    + [(1024, 1, 16)] * 5
    + [(2048, 2, 32), (2048, 1, 32)]
)


class Block(nn.Module):
    """PReLU(BN(grouped binary 3×3(sign(x))) + shortcut(x)), channels shuffled."""

    def __init__(self, in_channels, out_channels, stride, groups):
        super().__init__()
        self.sign = FunctionSign()
        self.conv = BinaryConv2d(in_channels, out_channels, 3, stride, groups=groups)
        self.norm, self.activation = nn.BatchNorm2d(out_channels), nn.PReLU(out_channels)
        self.pool = nn.AvgPool2d(2, 2) if stride == 2 else nn.Identity()
        self.copies, self.groups = out_channels // in_channels, groups

    def forward(self, x):
        shortcut = self.pool(x)
        if self.copies > 1:
            shortcut = torch.cat([shortcut] * self.copies, 1)
        y = self.activation(self.norm(self.conv(self.sign(x))) + shortcut)
        samples, channels, height, width = y.shape
        y = y.reshape(samples, self.groups, channels // self.groups, height, width)
        return y.transpose(1, 2).reshape(samples, channels, height, width)


class FTBNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, blocks, channels = nn.Sequential(*conv_norm(3, 64, 3, 2), nn.PReLU(64)), [], 64
        for width, stride, groups in PLAN:
            blocks.append(Block(channels, width, stride, groups))
            channels = width
        self.body, self.head = nn.Sequential(*blocks), Head(channels)

    def forward(self, x):
        return self.head(self.body(self.stem(x)))
