"""Binary weights made from latent real ones, inside the graph: what distinguishes the methods that train weights.

`BINARIZE` maps a kind to a function of (weight, its output channel dimension). Each gives two values per output channel.
"""

import math

import torch
import torch.nn as nn

from binarizers import ScalarClassifier


def _others(weight, channel):
    return tuple(dimension for dimension in range(weight.dim()) if dimension != channel)


def _scale(weight, channel):
    return weight.abs().mean(_others(weight, channel), keepdim=True)


def _standardized(weight, channel):
    dimensions = _others(weight, channel)
    centred = weight - weight.mean(dimensions, keepdim=True)
    return centred / centred.std(dimensions, keepdim=True)


def plain(weight, channel):
    """sign(w), as in Larq."""
    return torch.sign(weight)


def scaled(weight, channel):
    """alpha·sign(w), alpha = mean|w|. Source: XNOR-Net (arXiv 1603.05279), section 3.1."""
    return _scale(weight, channel) * torch.sign(weight)


def clipped(weight, channel):
    """alpha·sign(w) - clamp(w) + clamp(w), as in the code of Bi-Real Net and ReActNet; an ulp off ±alpha."""
    clamped = torch.clamp(weight, -1.0, 1.0)
    return scaled(weight, channel).detach() - clamped.detach() + clamped


def information_retention(weight, channel):
    """2^round(log2 mean|v|)·sign(v) of the standardized weight v. Source: IR-Net (arXiv 1909.10788), section 3.2."""
    v = _standardized(weight, channel)
    return torch.sign(v) * torch.pow(2.0, torch.round(torch.log2(_scale(v, channel))))


def rectified_clamp(weight, channel):
    """alpha·sign(v), v standardized and clamped at its tails. Source: ReCU (arXiv 2103.12369), section 3.2."""
    v = torch.clamp(_standardized(weight, channel), -2.0, 2.0)
    return _scale(v, channel) * torch.sign(v)


def periodic(weight, channel):
    """alpha·sign(sin(20 w)). Source: BiPer (arXiv 2404.01278), section 3.1."""
    return _scale(weight, channel) * torch.sign(torch.sin(20.0 * weight))


def two_valued(weight, channel):
    """sigma·sign((w - mu) / sigma) + mu: not symmetric. Source: AdaBin (arXiv 2208.08084), section 3.2."""
    dimensions = _others(weight, channel)
    mean, deviation = weight.mean(dimensions, keepdim=True), weight.std(dimensions, keepdim=True)
    return deviation * torch.sign((weight - mean) / deviation) + mean


BINARIZE = {
    "plain": plain, "scaled": scaled, "clipped": clipped, "ir-net": information_retention, "recu": rectified_clamp,
    "biper": periodic, "adabin": two_valued,
}  # fmt: skip


class BinaryWeight(nn.Module):
    """Two-valued weights of one layer.

    Kinds are those of `BINARIZE`; "flat" (clipped, stored [N, 1] and reshaped, as ReActNet does); "rotated" (RBNN, arXiv
    2009.13055: the sign of R1ᵀ·W·R2, each channel seen as a matrix); "classified" and "classified-100" (Binarizing by
    Classification: a classifier, linear or with 100 hidden units, decides over the centred weight).
    """

    def __init__(self, shape, kind="clipped", channel=0):
        super().__init__()
        self.shape, self.kind, self.channel = tuple(shape), kind, channel
        fan_in = math.prod(shape) // shape[channel]
        weight = torch.randn(shape) / math.sqrt(fan_in)
        self.latent = nn.Parameter(weight.reshape(-1, 1) if kind == "flat" else weight)
        if kind.startswith("classified"):
            hidden = 100 if kind == "classified-100" else None
            self.classifier = ScalarClassifier(hidden, span=4 / math.sqrt(fan_in))
        if kind == "rotated":
            rows = max(d for d in range(1, math.isqrt(fan_in) + 1) if fan_in % d == 0)
            self.rows, self.columns = rows, fan_in // rows
            self.left = nn.Parameter(torch.linalg.qr(torch.randn(self.rows, self.rows)).Q)
            self.right = nn.Parameter(torch.linalg.qr(torch.randn(self.columns, self.columns)).Q)

    def forward(self):
        latent = self.latent
        if self.kind == "flat":
            return clipped(latent.reshape(self.shape), self.channel)
        if self.kind == "rotated":
            matrices = latent.reshape(self.shape[0], self.rows, self.columns)
            rotated = (self.left.t() @ matrices @ self.right).reshape(self.shape)
            return _scale(latent, self.channel) * torch.sign(rotated)
        if self.kind.startswith("classified"):
            centred = latent - latent.mean(_others(latent, self.channel), keepdim=True)
            return _scale(centred, self.channel) * self.classifier(centred)
        return BINARIZE[self.kind](latent, self.channel)
