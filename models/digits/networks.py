"""The networks for 8x8 digits: float32 [N,1,8,8] in, float32 logits [N,10] out.

`NETWORKS` maps the name used on the command line and in file names to the class. The binarizers and binary layers that
networks are made of are in `binarizers.py`.
"""

import torch.nn as nn

from binarizers import (
    BinaryConv2d,
    BinaryLinear,
    ClampSign,
    DySign,
    FunctionSign,
    LearnableBias,
    PolynomialSign,
    RSign,
)


class Chain(nn.Module):
    """A real first convolution, then binary layers only, with BatchNorm and sign between them and no residual.

    Behind the first sign no real value survives from one layer to the next, so every later BatchNorm + sign is a
    comparison of an integer accumulator with a constant. Max-pool stands once behind sign and once before BatchNorm.
    """

    # Smallest margin that a decision on real values must have, as `rounding.py` measures it. At most 16 roundings of
    # half an epsilon each stand between the terms and the value (9 products and their sum, BatchNorm or its folding),
    # in any order of summation. So at 8 and above, no float32 evaluation decides otherwise.
    MARGIN_MINIMUM = 8.0

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), FunctionSign())
        self.conv1 = nn.Sequential(
            BinaryConv2d(64, 64, 3, padding=1), nn.BatchNorm2d(64), PolynomialSign(), nn.MaxPool2d(2)
        )
        self.conv2 = nn.Sequential(
            BinaryConv2d(64, 96, 3, padding=1), nn.MaxPool2d(2), nn.BatchNorm2d(96), FunctionSign()
        )
        self.flatten = nn.Flatten()
        self.hidden = nn.Sequential(BinaryLinear(96 * 2 * 2, 64), nn.BatchNorm1d(64), ClampSign())
        self.output = nn.Sequential(BinaryLinear(64, 10), nn.BatchNorm1d(10))

    def forward(self, x):
        return self.output(self.hidden(self.flatten(self.conv2(self.conv1(self.stem(x))))))

    def real_part(self):
        """Return the leading modules whose decisions depend on real values."""
        return nn.Sequential(self.stem)

    def integer_decisions(self):
        """Return {name: (binary layer, BatchNorm)} for each sign that depends on an integer accumulator alone."""
        return {
            "conv1": (self.conv1[0], self.conv1[1]),
            "conv2": (self.conv2[0], self.conv2[2]),
            "hidden": (self.hidden[0], self.hidden[1]),
        }


class RPReLU(nn.Sequential):
    """PReLU(x + b1) + b2, slope and shifts learned per channel.

    Source: ReActNet (arXiv 2003.03488), section 4.2.
    """

    def __init__(self, channels):
        super().__init__(LearnableBias(channels), nn.PReLU(channels), LearnableBias(channels))


class ResidualUnit(nn.Module):
    """activation(norm(binary conv(binarize(x))) + shortcut(x)).

    The shortcut is the identity; where the unit halves the map, it is AvgPool 2, a real 1x1 convolution and BatchNorm.
    """

    def __init__(self, in_channels, out_channels, binarize, stride=1):
        super().__init__()
        self.binarize = binarize
        self.conv = BinaryConv2d(in_channels, out_channels, 3, padding=1, stride=stride)
        self.norm = nn.BatchNorm2d(out_channels)
        self.shortcut = nn.Sequential()
        if stride > 1:
            self.shortcut = nn.Sequential(
                nn.AvgPool2d(stride), nn.Conv2d(in_channels, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)
            )
        self.activation = RPReLU(out_channels)

    def forward(self, x):
        return self.activation(self.norm(self.conv(self.binarize(x))) + self.shortcut(x))


class DySignResidual(nn.Module):
    """A real first convolution, then residual units whose binarizers have learned thresholds, mostly dynamic ones.

    Real values go past every binary convolution on the shortcut, so every decision compares a real value, which depends
    on all layers before it, with a threshold that in three of the four units depends on the sample.
    """

    # Of 2.6 million decisions on real values, about a hundred lie within the worst case of rounding, whatever the seed.
    # What `export.py` requires is that none is a tie, and that float64 and both exports in float32 make the same ones.
    MARGIN_MINIMUM = 0.0

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32))
        self.units = nn.Sequential(
            ResidualUnit(32, 32, RSign(32, ClampSign())),
            ResidualUnit(32, 32, DySign(32, PolynomialSign())),
            ResidualUnit(32, 64, DySign(32, FunctionSign()), stride=2),
            ResidualUnit(64, 64, DySign(64, ClampSign())),
        )
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))

    def forward(self, x):
        return self.head(self.units(self.stem(x)))

    def real_part(self):
        """Return the leading modules whose decisions depend on real values."""
        return nn.Sequential(self.stem, self.units)

    def integer_decisions(self):
        """Return {}: every decision depends on a real value."""
        return {}


NETWORKS = {"chain": Chain, "dysign": DySignResidual}
