"""The networks for 8x8 digits: float32 [N,1,8,8] in, float32 logits [N,10] out.

`NETWORKS` maps the name used on the command line and in file names to the class. A network is one class here; the
binarizers and binary layers that it is made of are in `binarizers.py`.
"""

import torch.nn as nn

from binarizers import BinaryConv2d, BinaryLinear, ClampSign, FunctionSign, PolynomialSign


class Chain(nn.Module):
    """A real first convolution, then binary layers only, with BatchNorm and sign between them and no residual.

    Behind the first sign no real value survives from one layer to the next, so every later BatchNorm + sign is a
    comparison of an integer accumulator with a constant. Max-pool stands once behind sign and once before BatchNorm.
    """

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

    def integer_decisions(self):
        """Return {name: (binary layer, BatchNorm)} for each sign that depends on an integer accumulator alone."""
        return {
            "conv1": (self.conv1[0], self.conv1[1]),
            "conv2": (self.conv2[0], self.conv2[2]),
            "hidden": (self.hidden[0], self.hidden[1]),
        }


NETWORKS = {"chain": Chain}
