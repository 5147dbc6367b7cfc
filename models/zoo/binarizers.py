"""Binarizers of activations, static, learned and dynamic, in the idioms of published PyTorch code.

`PolynomialSign`, `ClampSign`, `FunctionSign`, `WhereSign` and `BitorchSign` are sign(x) and differ in the nodes they leave in
the exported graph and in sign(0). The others put a learned threshold before one of them, or decide by a classifier.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F


class PolynomialSign(nn.Module):
    """sign(x) - p(x) + p(x), p piecewise quadratic. Source: Bi-Real Net (arXiv 1808.00278), section 3.3."""

    def forward(self, x):
        below_minus_one, below_zero, below_one = ((x < bound).to(x.dtype) for bound in (-1.0, 0.0, 1.0))
        p = below_minus_one * -1.0 + (1 - below_minus_one) * (x * x + 2 * x)
        p = below_zero * p + (1 - below_zero) * (2 * x - x * x)
        p = below_one * p + (1 - below_one)
        return torch.sign(x).detach() - p.detach() + p


class ClampSign(nn.Module):
    """sign(x) - clamp(x, -r, r) + clamp(x, -r, r)."""

    def __init__(self, bound=1.0):
        super().__init__()
        self.bound = bound

    def forward(self, x):
        clamped = torch.clamp(x, -self.bound, self.bound)
        return torch.sign(x).detach() - clamped.detach() + clamped


class FunctionSign(nn.Module):
    """A bare Sign node, as an autograd function exports it."""

    def forward(self, x):
        return torch.sign(x)


class _TwoLevels(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("plus", torch.tensor(1.0))
        self.register_buffer("minus", torch.tensor(-1.0))


class WhereSign(_TwoLevels):
    """Where(x >= 0, 1, -1): sign(0) is +1, as in Larq."""

    def forward(self, x):
        return torch.where(x >= 0, self.plus, self.minus)


class BitorchSign(_TwoLevels):
    """Where(Sign(x) == 0, 1, Sign(x)): sign(0) is +1, as in bitorch."""

    def forward(self, x):
        sign = torch.sign(x)
        return torch.where(sign == 0, self.plus, sign)


class LearnableBias(nn.Module):
    """x + b, b learned per channel; written with expand_as, as in ReActNet's code."""

    def __init__(self, channels):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(1, channels, 1, 1))

    def forward(self, x):
        return x + self.bias.expand_as(x)


class RSign(nn.Module):
    """sign(x + b), or with BNext's temperature sign((x + b) / T). Source: ReActNet (arXiv 2003.03488), section 4.2."""

    def __init__(self, channels, sign=PolynomialSign, temperature=None):
        super().__init__()
        self.shift, self.sign = LearnableBias(channels), sign()
        self.temperature = None if temperature is None else nn.Parameter(torch.tensor(float(temperature)))

    def forward(self, x):
        x = self.shift(x)
        return self.sign(x if self.temperature is None else x / self.temperature)


class ChannelThreshold(nn.Module):
    """t = FC2(ReLU(FC1(s))), s the average of x over space, or over tokens where x is [N, T, C]: per sample and channel."""

    def __init__(self, channels, reduction=8, tokens=False):
        super().__init__()
        self.reduce = nn.Linear(channels, channels // reduction)
        self.expand = nn.Linear(channels // reduction, channels)
        self.tokens = tokens

    def forward(self, x):
        average = x.mean(1) if self.tokens else F.adaptive_avg_pool2d(x, 1).flatten(1)
        threshold = self.expand(F.relu(self.reduce(average)))
        return threshold[:, None, :] if self.tokens else threshold[:, :, None, None]


class DySign(nn.Module):
    """sign(x - t(s)). Source: DySign (arXiv 2211.02292), and DyBNN (arXiv 2110.05185)."""

    def __init__(self, channels, reduction=8, sign=PolynomialSign, tokens=False):
        super().__init__()
        self.threshold, self.sign = ChannelThreshold(channels, reduction, tokens), sign()

    def forward(self, x):
        return self.sign(x - self.threshold(x))


class ScalarClassifier(nn.Module):
    """2·argmax(f(v)) - 1 for each scalar v: f is Linear(1, 2), or 1 → hidden → tanh → 2 fitted to sign(v) over ±span.

    Its numbers are part of the exported graph, since a random classifier need not tell values apart at all.
    Source: Binarizing by Classification (arXiv 2205.07433).
    """

    def __init__(self, hidden=None, span=1.0):
        super().__init__()
        if hidden is None:
            self.classify = nn.Linear(1, 2, bias=False)
            self.classify.weight.data = torch.tensor([[-0.7], [0.9]])
            return
        generator = torch.Generator().manual_seed(0)
        first, second = nn.Linear(1, hidden), nn.Linear(hidden, 2)
        slope = (torch.rand(hidden, 1, generator=generator) + 0.5) * 4.0 / span
        first.weight.data = slope
        first.bias.data = -slope[:, 0] * torch.linspace(-0.7, 0.7, hidden) * span
        second.weight.data = torch.cat([-slope.T, slope.T]) * span / hidden
        second.bias.data = -(second.weight @ torch.tanh(first.bias[:, None]))[:, 0].detach()
        self.classify = nn.Sequential(first, nn.Tanh(), second)

    def forward(self, v):
        scores = self.classify(v.reshape(-1, 1))
        return (2 * torch.argmax(scores, 1) - 1).to(v.dtype).reshape(v.shape)


class AdaBinActivation(nn.Module):
    """a·(sign((x - b) / a) + b): two values, not symmetric. Source: AdaBin (arXiv 2208.08084)."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(0.8))
        self.shift = nn.Parameter(torch.tensor(0.15))

    def forward(self, x):
        return self.scale * (torch.sign((x - self.shift) / self.scale) + self.shift)
