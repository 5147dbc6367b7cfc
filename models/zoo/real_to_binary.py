"""The unit of Real-to-Binary, for ResNet-18.

y = PReLU(binary conv(sign(u))·gate(u)) + shortcut(x), u = BN(x), gate = sigmoid(FC(ReLU(FC(average(u))))).
Source: Real-to-Binary (arXiv 2003.11535), section 4.2.
"""

import torch.nn as nn

from binarizers import PolynomialSign
from layers import BinaryConv2d, average_shortcut


class GatedUnit(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1, reduction=8):
        super().__init__()
        self.norm, self.sign = nn.BatchNorm2d(in_channels), PolynomialSign()
        self.conv = BinaryConv2d(in_channels, out_channels, 3, stride)
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(in_channels, in_channels // reduction), nn.ReLU(),
            nn.Linear(in_channels // reduction, out_channels), nn.Sigmoid(),
        )  # fmt: skip
        self.activation = nn.PReLU(out_channels)
        self.shortcut = average_shortcut(in_channels, out_channels, stride)

    def forward(self, x):
        u = self.norm(x)
        y = self.conv(self.sign(u)) * self.gate(u)[:, :, None, None]
        return self.activation(y) + self.shortcut(x)
