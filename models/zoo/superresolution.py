"""Binary super-resolution ×2, EDSR-like: image [1,3,128,128] → [1,3,256,256].

A real convolution at either end, 16 residual blocks of two binary 3×3 convolutions with 64 channels between them, pixel
shuffle; the input is added upsampled bilinearly.
"""

import torch.nn as nn
import torch.nn.functional as F

from binarizers import ClampSign, RSign
from layers import BinaryConv2d, RPReLU

CHANNELS, BLOCKS = 64, 16


class E2FIFUnit(nn.Module):
    """LeakyReLU(BN(binary conv(sign(x))) + x): a real shortcut around every layer. Source: arXiv 2207.06893."""

    def __init__(self):
        super().__init__()
        self.sign, self.conv = ClampSign(), BinaryConv2d(CHANNELS, CHANNELS, 3, bias=True)
        self.norm, self.activation = nn.BatchNorm2d(CHANNELS), nn.LeakyReLU(0.1)

    def forward(self, x):
        return self.activation(self.norm(self.conv(self.sign(x))) + x)


class BBCUUnit(nn.Module):
    """RPReLU(binary conv(sign(x + b))) + x, without normalization. Source: BBCU (arXiv 2210.00405)."""

    def __init__(self):
        super().__init__()
        self.sign = RSign(CHANNELS, ClampSign)
        self.conv = BinaryConv2d(CHANNELS, CHANNELS, 3, bias=True, weights="flat")
        self.activation = RPReLU(CHANNELS)

    def forward(self, x):
        return self.activation(self.conv(self.sign(x))) + x


class SuperResolution(nn.Module):
    def __init__(self, unit):
        super().__init__()
        self.head = nn.Conv2d(3, CHANNELS, 3, 1, 1)
        self.body = nn.Sequential(*[unit() for _ in range(2 * BLOCKS)])
        self.tail = nn.Sequential(
            nn.Conv2d(CHANNELS, 4 * CHANNELS, 3, 1, 1), nn.PixelShuffle(2), nn.Conv2d(CHANNELS, 3, 3, 1, 1)
        )

    def forward(self, x):
        features = self.head(x)
        details = self.tail(self.body(features) + features)
        return details + F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
