"""Decisions that depend on real values, evaluated in float64 beside the rounding that a float32 evaluation may add.

Comes in: a network in evaluation mode, and images. Goes out: for each binarizer, input minus threshold, and the sum of
the magnitudes of the terms that were added up to it, followed through every layer before. Behind a binarizer counting
starts anew: a binary convolution gives alpha times an integer, which is one term.
"""

import copy
import functools
from typing import NamedTuple

import torch
import torch.nn as nn
import torch.nn.functional as F

from binarizers import BinaryConv2d, ClampSign, DySign, FunctionSign, LearnableBias, PolynomialSign, RSign
from margins import FLOAT32_EPSILON
from networks import ResidualUnit


class Bounded(NamedTuple):
    """A real value, and the sum of the magnitudes of all terms that were added up to it; float64, the same shape.

    The rounding of a float32 evaluation is proportional to `terms`, not to `value`: terms may cancel.
    """

    value: torch.Tensor
    terms: torch.Tensor

    def __add__(self, other):
        return Bounded(self.value + other.value, self.terms + other.terms)

    def linear(self, operation):
        """Apply a function that is linear and whose coefficients are not negative."""
        return Bounded(operation(self.value), operation(self.terms))


class RealDecisions(NamedTuple):
    """What one binarizer takes the sign of: input minus threshold, over all images."""

    binarizer: str
    difference: Bounded

    def epsilons(self):
        """Return the smallest |difference|, in units of float32 epsilon times the sum of its terms' magnitudes."""
        return float((self.difference.value.abs() / self.difference.terms).min() / FLOAT32_EPSILON)

    def relative(self):
        """Return the smallest |difference| relative to the root of the mean square."""
        value = self.difference.value
        return float(value.abs().min() / value.square().mean().sqrt())

    def signs(self):
        """Return the decisions as an array of -1, 0 and +1."""
        return self.difference.value.sign().numpy()


@torch.no_grad()
def real_decisions(network, images):
    """Return the RealDecisions of each binarizer in `network.real_part()`, in order."""
    network = copy.deepcopy(network).double()
    pixels = images.double()
    decisions = []
    _trace(network.real_part(), Bounded(pixels, pixels.abs()), decisions)
    names = {module: name for name, module in network.named_modules()}
    return [RealDecisions(names[module], difference) for module, difference in decisions]


@functools.singledispatch
def _trace(module, x, decisions):
    """Evaluate a module on a Bounded value, and append (binarizer, Bounded input minus threshold) to `decisions`."""
    raise NotImplementedError(f"no bound for {type(module).__name__}")


@_trace.register
def _(module: nn.Sequential, x, decisions):
    for layer in module:
        x = _trace(layer, x, decisions)
    return x


@_trace.register
def _(module: ResidualUnit, x, decisions):
    binary = _trace(nn.Sequential(module.binarize, module.conv, module.norm), x, decisions)
    return _trace(module.activation, binary + _trace(module.shortcut, x, decisions), decisions)


@_trace.register
def _(module: RSign, x, decisions):
    return _decide(module, _trace(module.shift, x, decisions), decisions)


@_trace.register
def _(module: DySign, x, decisions):
    mean = x.linear(lambda v: v.mean((2, 3)))
    hidden = _linear(module.reduce, mean)
    threshold = _linear(module.expand, Bounded(hidden.value.relu(), hidden.terms))
    return _decide(module, x + Bounded(-threshold.value, threshold.terms).linear(_over_space), decisions)


@_trace.register(PolynomialSign)
@_trace.register(ClampSign)
@_trace.register(FunctionSign)
def _(module, x, decisions):
    return _decide(module, x, decisions)


@_trace.register
def _(module: LearnableBias, x, decisions):
    return x + Bounded(module.bias, module.bias.abs())


@_trace.register
def _(module: nn.PReLU, x, decisions):
    slope = torch.where(x.value < 0, _over_space(module.weight), 1.0)
    return Bounded(x.value * slope, x.terms * slope.abs())


@_trace.register
def _(module: nn.AvgPool2d, x, decisions):
    return x.linear(module)


@_trace.register
def _(module: nn.Conv2d, x, decisions):
    def convolve(v, weight):
        return F.conv2d(v, weight, None, module.stride, module.padding)

    return Bounded(convolve(x.value, module.weight), convolve(x.terms, module.weight.abs()))


@_trace.register
def _(module: BinaryConv2d, x, decisions):
    value = module(x.value)
    return Bounded(value, value.abs())


@_trace.register
def _(module: nn.BatchNorm2d, x, decisions):
    gain = module.weight / torch.sqrt(module.running_var + module.eps)
    offset = Bounded(module.bias - module.running_mean * gain, module.bias.abs() + (module.running_mean * gain).abs())
    gain = _over_space(gain)
    return Bounded(x.value * gain, x.terms * gain.abs()) + offset.linear(_over_space)


def _linear(module, x):
    value = F.linear(x.value, module.weight, module.bias)
    return Bounded(value, F.linear(x.terms, module.weight.abs(), module.bias.abs()))


def _decide(module, x, decisions):
    """Record a decision; behind it there is ±1, without rounding."""
    decisions.append((module, x))
    return Bounded(x.value.sign(), torch.ones_like(x.value))


def _over_space(v):
    """Append the two axes of a map: [..., C] becomes [..., C, 1, 1]."""
    return v[..., None, None]
