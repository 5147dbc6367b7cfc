"""DyBinaryCCT as CCT-7/3x1: image [1,3,32,32] → logits [1,10].

Convolutional tokenizer, seven transformer encoders whose six linear layers are binary behind DySign, softmax attention on
real values, sequence pooling. Source: DySign (arXiv 2211.02292), on Compact Transformers (arXiv 2104.05704).
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from binarizers import ClampSign, DySign
from layers import BinaryLinear


def dynamic_linear(in_features, out_features):
    """DySign over tokens, then a binary product."""
    return nn.Sequential(DySign(in_features, sign=ClampSign, tokens=True), BinaryLinear(in_features, out_features))


class Encoder(nn.Module):
    """x + attention(norm(x)), then x + MLP(norm(x))."""

    def __init__(self, width, heads, ratio):
        super().__init__()
        self.norm1, self.norm2, self.heads = nn.LayerNorm(width), nn.LayerNorm(width), heads
        self.query, self.key, self.value, self.out = (dynamic_linear(width, width) for _ in range(4))
        self.up, self.down = dynamic_linear(width, ratio * width), dynamic_linear(ratio * width, width)

    def attend(self, x):
        samples, tokens, width = x.shape
        split = (samples, tokens, self.heads, width // self.heads)
        query, key, value = (f(x).reshape(split).transpose(1, 2) for f in (self.query, self.key, self.value))
        weights = torch.softmax(query @ key.transpose(-2, -1) / math.sqrt(split[3]), -1)
        return self.out((weights @ value).transpose(1, 2).reshape(samples, tokens, width))

    def forward(self, x):
        x = x + self.attend(self.norm1(x))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class DyBinaryCCT(nn.Module):
    """Width 256, 4 heads, 7 layers, MLP ratio 2, one 3×3 tokenizer convolution."""

    def __init__(self, width=256, heads=4, layers=7, ratio=2, classes=10):
        super().__init__()
        self.tokenizer = nn.Sequential(nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.ReLU(), nn.MaxPool2d(3, 2, 1))
        self.position = nn.Parameter(torch.zeros(1, 16 * 16, width))
        self.encoders = nn.Sequential(*[Encoder(width, heads, ratio) for _ in range(layers)])
        self.norm, self.score, self.classifier = nn.LayerNorm(width), nn.Linear(width, 1), nn.Linear(width, classes)

    def forward(self, x):
        x = self.tokenizer(x).flatten(2).transpose(1, 2) + self.position
        x = self.norm(self.encoders(x))
        weights = torch.softmax(self.score(x), 1)
        return self.classifier((weights.transpose(1, 2) @ x).squeeze(1))
