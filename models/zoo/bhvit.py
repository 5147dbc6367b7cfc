"""BHViT-Tiny, a binary hybrid of convolutions and windows: image [1,3,224,224] → logits [1,1000].

Two stages mix pixels by grouped binary 3×3 convolutions of three dilations, two stages by binary attention within 7×7
windows; all stages have binary MLPs between shifts of the map. Source: BHViT (arXiv 2503.02394), section 3; sizes of stages
and groups are our reading.
"""

import torch
import torch.nn as nn

from binarizers import RSign
from layers import BinaryConv2d, Head, RPReLU, conv_norm
from transformer import BinaryAttention

WIDTHS, LAYERS, HEADS, WINDOW = (64, 128, 256, 512), (2, 2, 6, 2), (None, None, 4, 8), 7


class DilatedMixer(nn.Module):
    """The mean of grouped binary 3×3 convolutions of dilations 1, 2 and 3."""

    def __init__(self, channels, groups=4):
        super().__init__()
        self.binarize = RSign(channels)
        self.convs = nn.ModuleList(
            BinaryConv2d(channels, channels, 3, dilation=dilation, groups=groups) for dilation in (1, 2, 3)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(channels) for _ in self.convs)

    def forward(self, x):
        signs = self.binarize(x)
        first, second, third = (norm(conv(signs)) for conv, norm in zip(self.convs, self.norms))
        return (first + second + third) / 3


class WindowMixer(nn.Module):
    """Binary attention within windows, with a learned number for each pair of pixels."""

    def __init__(self, channels, heads):
        super().__init__()
        self.norm, self.attention = nn.LayerNorm(channels), BinaryAttention(channels, heads, WINDOW * WINDOW)

    def forward(self, x):
        _, channels, height, width = x.shape
        rows, columns = height // WINDOW, width // WINDOW
        windows = x.reshape(channels, rows, WINDOW, columns, WINDOW).permute(1, 3, 2, 4, 0)
        windows = self.attention(self.norm(windows.reshape(rows * columns, WINDOW * WINDOW, channels)))
        windows = windows.reshape(rows, columns, WINDOW, WINDOW, channels).permute(4, 0, 2, 1, 3)
        return windows.reshape(1, channels, height, width)


def shifted(x, rows, columns):
    """The map moved by a pixel, around the edge."""
    return torch.roll(x, (rows, columns), (2, 3))


class MLP(nn.Module):
    """Binary 1×1, RPReLU, binary 1×1; added to it are shifts of the map."""

    def __init__(self, channels, ratio=4):
        super().__init__()
        hidden = ratio * channels
        self.up = nn.Sequential(RSign(channels), BinaryConv2d(channels, hidden, 1), nn.BatchNorm2d(hidden), RPReLU(hidden))
        self.down = nn.Sequential(RSign(hidden), BinaryConv2d(hidden, channels, 1), nn.BatchNorm2d(channels))
        self.scales = nn.Parameter(torch.full((2, 1, channels, 1, 1), 0.1))

    def forward(self, x):
        return self.down(self.up(x)) + self.scales[0] * shifted(x, 1, 0) + self.scales[1] * shifted(x, 0, 1)


class Layer(nn.Module):
    def __init__(self, channels, heads):
        super().__init__()
        self.mixer = WindowMixer(channels, heads) if heads else DilatedMixer(channels)
        self.activation1, self.activation2 = RPReLU(channels), RPReLU(channels)
        self.mlp = MLP(channels)

    def forward(self, x):
        x = x + self.activation1(self.mixer(x))
        return x + self.activation2(self.mlp(x))


class BHViT(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(*conv_norm(3, 32, 3, 2), nn.PReLU(32), *conv_norm(32, WIDTHS[0], 3, 2))
        stages = []
        for stage, (width, count, heads) in enumerate(zip(WIDTHS, LAYERS, HEADS)):
            if stage > 0:
                stages += conv_norm(WIDTHS[stage - 1], width, 3, 2)
            stages += [Layer(width, heads) for _ in range(count)]
        self.stages, self.head = nn.Sequential(*stages), Head(WIDTHS[-1])

    def forward(self, x):
        return self.head(self.stages(self.stem(x)))
