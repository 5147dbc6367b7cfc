"""BiViT on DeiT-Tiny: image [1,3,224,224] → logits [1,1000].

Real 16×16 patches of width 192, class token, 12 encoders with 3 heads; all products of an encoder are binary, those of
activations included. Source: BiViT (arXiv 2211.07091), with the residual RPReLU of BinaryViT (arXiv 2306.16678).
"""

import torch
import torch.nn as nn

from transformer import BinaryAttention, TokenRPReLU, binary_product


class Encoder(nn.Module):
    def __init__(self, width, heads, ratio):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention, self.activation1 = BinaryAttention(width, heads), TokenRPReLU(width)
        self.up, self.activation2 = binary_product(width, ratio * width), TokenRPReLU(ratio * width)
        self.down = binary_product(ratio * width, width)

    def forward(self, x):
        x = x + self.activation1(self.attention(self.norm1(x)))
        return x + self.down(self.activation2(self.up(self.norm2(x))))


class BiViT(nn.Module):
    def __init__(self, width=192, heads=3, layers=12, ratio=4, patch=16, classes=1000):
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.position = nn.Parameter(torch.zeros(1, (224 // patch) ** 2 + 1, width))
        self.encoders = nn.Sequential(*[Encoder(width, heads, ratio) for _ in range(layers)])
        self.norm, self.classifier = nn.LayerNorm(width), nn.Linear(width, classes)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token, x], 1) + self.position
        return self.classifier(self.norm(self.encoders(x))[:, 0])
