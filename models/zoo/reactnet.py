"""ReActNet-A, a binary MobileNetV1: image [1,3,224,224] → logits [1,1000].

With other binarizers and activations it is DyBCNN (DySign) and DyBNN (DySign and dynamic PReLU shifts).
Source: ReActNet (arXiv 2003.03488), section 4.1; DyBNN (arXiv 2110.05185).
"""

import torch
import torch.nn as nn

from binarizers import ChannelThreshold, RSign
from layers import BinaryConv2d, Head, RPReLU, conv_norm

# Output channels and stride of each block, behind a stem of 32 channels.
PLAN = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + [(512, 1)] * 5 + [(1024, 2), (1024, 1)]


class DynamicPReLU(nn.Module):
    """PReLU(x - g(s)) + z(s), both shifts from channel averages s. Source: DyBNN (arXiv 2110.05185)."""

    def __init__(self, channels):
        super().__init__()
        self.before, self.after = ChannelThreshold(channels), ChannelThreshold(channels)
        self.prelu = nn.PReLU(channels)

    def forward(self, x):
        return self.prelu(x - self.before(x)) + self.after(x)


class Block(nn.Module):
    """binarize → 3×3 → BN → + shortcut → activation, then the same with 1×1.

    Doubling the channels runs two 1×1 branches, each with the shortcut, and concatenates them.
    """

    def __init__(self, in_channels, out_channels, stride, binarize, activation, weights):
        super().__init__()
        self.binarize1, self.activation1 = binarize(in_channels), activation(in_channels)
        self.conv1 = BinaryConv2d(in_channels, in_channels, 3, stride, weights=weights)
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.pool = nn.AvgPool2d(2, 2) if stride == 2 else nn.Identity()
        self.binarize2, self.activation2 = binarize(in_channels), activation(out_channels)
        branches = range(out_channels // in_channels)
        self.conv2 = nn.ModuleList(BinaryConv2d(in_channels, in_channels, 1, weights=weights) for _ in branches)
        self.norm2 = nn.ModuleList(nn.BatchNorm2d(in_channels) for _ in branches)

    def forward(self, x):
        x = self.activation1(self.norm1(self.conv1(self.binarize1(x))) + self.pool(x))
        signs = self.binarize2(x)
        branches = [norm(conv(signs)) + x for conv, norm in zip(self.conv2, self.norm2)]
        return self.activation2(branches[0] if len(branches) == 1 else torch.cat(branches, 1))


class ReActNetA(nn.Module):
    """`binarize` and `activation` are called with a number of channels."""

    def __init__(self, binarize=RSign, activation=RPReLU, weights="flat"):
        super().__init__()
        self.stem, blocks, channels = nn.Sequential(*conv_norm(3, 32, 3, 2)), [], 32
        for width, stride in PLAN:
            blocks.append(Block(channels, width, stride, binarize, activation, weights))
            channels = width
        self.body, self.head = nn.Sequential(*blocks), Head(channels)

    def forward(self, x):
        return self.head(self.body(self.stem(x)))
