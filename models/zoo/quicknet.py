"""QuickNet: image [1,3,224,224] → logits [1,1000].

sign(0) = +1, padding by +1, ReLU before BatchNorm; between stages max-pool, a fixed depthwise blur and a real 1×1
convolution. Source: Larq Compute Engine (arXiv 2011.09398), section 4.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

from binarizers import WhereSign
from layers import BinaryConv2d, Head, conv_norm

WIDTHS, UNITS = (64, 128, 256, 512), (4, 4, 4, 4)


class Unit(nn.Module):
    """BN(ReLU(binary conv(sign(x)))) + x, padded by +1."""

    def __init__(self, channels):
        super().__init__()
        self.sign, self.norm = WhereSign(), nn.BatchNorm2d(channels)
        self.conv = BinaryConv2d(channels, channels, 3, weights="plain", pad_value=1)

    def forward(self, x):
        return self.norm(F.relu(self.conv(self.sign(x)))) + x


class Transition(nn.Module):
    """ReLU → max-pool 3/1 → blur 3×3/2 → real 1×1 → BN."""

    def __init__(self, in_channels, out_channels):
        super().__init__()
        row = torch.tensor([1.0, 2.0, 1.0])
        self.register_buffer("blur", (row[:, None] * row / 16).expand(in_channels, 1, 3, 3).clone())
        self.pool, self.project = nn.MaxPool2d(3, 1, 1), nn.Sequential(*conv_norm(in_channels, out_channels, 1))

    def forward(self, x):
        x = self.pool(F.relu(x))
        return self.project(F.conv2d(x, self.blur, None, 2, 1, groups=x.shape[1]))


class QuickNet(nn.Module):
    def __init__(self):
        super().__init__()
        width = WIDTHS[0]
        self.stem = nn.Sequential(
            *conv_norm(3, width // 4, 3, 2), nn.ReLU(), *conv_norm(width // 4, width // 4, 3, 2, groups=width // 4),
            *conv_norm(width // 4, width, 1),
        )  # fmt: skip
        layers = []
        for stage, count in enumerate(UNITS):
            layers += [Transition(WIDTHS[stage - 1], WIDTHS[stage])] if stage > 0 else []
            layers += [Unit(WIDTHS[stage]) for _ in range(count)]
        self.body, self.head = nn.Sequential(*layers, nn.ReLU()), Head(WIDTHS[-1])

    def forward(self, x):
        return self.head(self.body(self.stem(x)))
