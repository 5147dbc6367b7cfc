"""What the binary vision transformers share: binary products over tokens, and attention whose both products are binary."""

import math

import torch
import torch.nn as nn

from binarizers import ClampSign
from layers import BinaryLinear


class TokenRSign(nn.Module):
    """sign(x + b), b per channel of [N, T, C]."""

    def __init__(self, channels):
        super().__init__()
        self.bias, self.sign = nn.Parameter(torch.zeros(channels)), ClampSign()

    def forward(self, x):
        return self.sign(x + self.bias)


class TokenRPReLU(nn.Module):
    """PReLU(x + b1) + b2 per channel of [N, T, C]; PReLU wants channels second."""

    def __init__(self, channels):
        super().__init__()
        self.before, self.after = nn.Parameter(torch.zeros(channels)), nn.Parameter(torch.zeros(channels))
        self.prelu = nn.PReLU(channels)

    def forward(self, x):
        return self.prelu((x + self.before).transpose(1, 2)).transpose(1, 2) + self.after


def binary_product(in_features, out_features):
    """RSign, then a product with binary weights."""
    return nn.Sequential(TokenRSign(in_features), BinaryLinear(in_features, out_features))


class BinaryAttention(nn.Module):
    """Attention over [N, T, C] with binary query, key and value.

    The map is 1 where softmax reaches a share of its row's maximum, else 0; `relative` adds a learned number for each pair
    of tokens before softmax.
    """

    SHARE = 0.25

    def __init__(self, width, heads, tokens=None):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (binary_product(width, width) for _ in range(4))
        self.signs = nn.ModuleList(ClampSign() for _ in range(3))
        self.relative = None if tokens is None else nn.Parameter(torch.zeros(1, heads, tokens, tokens))

    def forward(self, x):
        samples, tokens, width = x.shape
        split = (samples, tokens, self.heads, width // self.heads)
        query, key, value = (
            sign(project(x)).reshape(split).transpose(1, 2)
            for sign, project in zip(self.signs, (self.query, self.key, self.value))
        )
        scores = query @ key.transpose(-2, -1) / math.sqrt(split[3])
        weights = torch.softmax(scores if self.relative is None else scores + self.relative, -1)
        chosen = (weights >= self.SHARE * weights.amax(-1, keepdim=True)).to(weights.dtype)
        mixed = (chosen @ value).transpose(1, 2).reshape(samples, tokens, width)
        return self.out(mixed / tokens)
