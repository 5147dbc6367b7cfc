"""Binarizers of activations and weights, in the idioms of published PyTorch code, and the layers built from them.

Forward, `PolynomialSign`, `ClampSign` and `FunctionSign` are sign(x), and every weight is ±alpha per output channel.
They differ in the gradient that they pass back, and therefore in the nodes that they leave in the exported graph.
`RSign` and `DySign` put a learned threshold, static or dynamic, before any of the three.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F


class PolynomialSign(nn.Module):
    """sign(x) with the gradient of a piecewise quadratic p, written as tensor arithmetic: sign(x) - p(x) + p(x).

    Source: Bi-Real Net (arXiv 1808.00278), section 3.3, ApproxSign.
    """

    def forward(self, x):
        below_minus_one, below_zero, below_one = ((x < bound).to(x.dtype) for bound in (-1.0, 0.0, 1.0))
        p = below_minus_one * -1.0 + (1 - below_minus_one) * (x * x + 2 * x)
        p = below_zero * p + (1 - below_zero) * (2 * x - x * x)
        p = below_one * p + (1 - below_one)
        return torch.sign(x).detach() - p.detach() + p


class ClampSign(nn.Module):
    """sign(x) with the gradient of clamp: sign(x) - clamp(x, -1, 1) + clamp(x, -1, 1)."""

    def forward(self, x):
        clamped = torch.clamp(x, -1.0, 1.0)
        return torch.sign(x).detach() - clamped.detach() + clamped


class _SignFunction(torch.autograd.Function):
    """sign(x) forward; backward the identity where |x| <= 1, else 0."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.sign(x)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * (x.abs() <= 1).to(gradient.dtype)


class FunctionSign(nn.Module):
    """sign(x) as a torch.autograd.Function; exported, it is a bare Sign node."""

    def forward(self, x):
        return _SignFunction.apply(x)


class LearnableBias(nn.Module):
    """x + b, b learned per channel; written with expand_as, as in ReActNet's code."""

    def __init__(self, channels):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(1, channels, 1, 1))

    def forward(self, x):
        return x + self.bias.expand_as(x)


class RSign(nn.Module):
    """sign(x + b): a static threshold, learned per channel.

    Source: ReActNet (arXiv 2003.03488), section 4.2.
    """

    def __init__(self, channels, sign):
        super().__init__()
        self.shift = LearnableBias(channels)
        self.sign = sign

    def forward(self, x):
        return self.sign(self.shift(x))


class DySign(nn.Module):
    """sign(x - t(s)), s the average of x over space and t = FC2(ReLU(FC1(s))): a threshold per sample and channel.

    Source: DyBNN (arXiv 2211.02292).
    """

    REDUCTION = 4

    def __init__(self, channels, sign):
        super().__init__()
        self.reduce = nn.Linear(channels, channels // self.REDUCTION)
        self.expand = nn.Linear(channels // self.REDUCTION, channels)
        self.sign = sign

    def threshold(self, x):
        """Return t(s), shaped [N, C, 1, 1]."""
        return self.expand(F.relu(self.reduce(x.mean((2, 3)))))[:, :, None, None]

    def forward(self, x):
        return self.sign(x - self.threshold(x))


def binarize_weight(weight):
    """Return ±alpha with alpha = mean|weight| per output channel (dimension 0), up to the rounding of the clamp terms.

    alpha * sign(w) - clamp(w, -1, 1) + clamp(w, -1, 1): the gradient reaches the latent weight through clamp.
    """
    alpha = weight_scale(weight)
    clamped = torch.clamp(weight, -1.0, 1.0)
    return (alpha * torch.sign(weight)).detach() - clamped.detach() + clamped


def weight_scale(weight):
    """Return alpha = mean|weight| per output channel, shaped to broadcast over `weight`."""
    return weight.abs().mean(tuple(range(1, weight.dim())), keepdim=True)


class BinaryConv2d(nn.Conv2d):
    """Convolution without bias, zero padded, whose weights are binarized from the latent `weight`."""

    def __init__(self, in_channels, out_channels, kernel_size, padding, stride=1):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, bias=False)

    def forward(self, x):
        return F.conv2d(x, binarize_weight(self.weight), None, self.stride, self.padding)


class BinaryLinear(nn.Linear):
    """Linear layer without bias, whose weights are binarized from the latent `weight`."""

    def __init__(self, in_features, out_features):
        super().__init__(in_features, out_features, bias=False)

    def forward(self, x):
        return F.linear(x, binarize_weight(self.weight))
