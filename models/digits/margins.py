"""How far the decisions of a network lie from a tie, so that an inexact sum cannot flip one unnoticed.

`sign_margins` looks at the inputs of the activation Sign nodes of an exported graph, on given images.
`threshold_margins` looks at the weights alone: at every value that an integer accumulator can take.
"""

from typing import NamedTuple

import numpy as np
import onnx
import torch

from binarizers import binarize_weight, weight_scale
from runtime import run

FLOAT32_EPSILON = float(np.finfo(np.float32).eps)


class SignMargin(NamedTuple):
    """One activation Sign node: how many decisions, exact zeros among them, and the smallest |input| / rms(input)."""

    node: str
    decision_count: int
    tie_count: int
    relative: float


def sign_margins(model, images):
    """Return a SignMargin for each Sign node that depends on the graph's input, in graph order."""
    probed = onnx.ModelProto()
    probed.CopyFrom(model)
    live = {value.name for value in model.graph.input}
    names = []
    for node in model.graph.node:
        if live.intersection(node.input):
            live.update(node.output)
            if node.op_type == "Sign":
                names.append(node.input[0])
    probed.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    margins = []
    for name, value in zip(names, run(probed, images, names)):
        magnitude = np.abs(value.astype(np.float64))
        smallest, rms = magnitude.min(), np.sqrt((magnitude**2).mean())
        margins.append(SignMargin(name, value.size, int((value == 0).sum()), float(smallest / rms)))
    return margins


@torch.no_grad()
def stem_margin(convolution, norm, images):
    """Smallest |BN(conv(x))| of the real first layer, in units of float32 epsilon times the sum of its terms' |values|.

    At most 16 roundings of half an epsilon each stand between the terms and the value (9 products and their sum,
    BatchNorm or its folding), in any order of summation. So at 8 and above, no float32 evaluation decides otherwise.
    """
    gain = (norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps))[:, None, None]
    shift = norm.bias.double()[:, None, None] - norm.running_mean.double()[:, None, None] * gain
    weight = convolution.weight.double()
    value = torch.conv2d(images.double(), weight, padding=convolution.padding) * gain + shift
    terms = torch.conv2d(images.double(), weight.abs(), padding=convolution.padding) * gain.abs()
    terms = terms + norm.bias.double().abs()[:, None, None] + (norm.running_mean.double()[:, None, None] * gain).abs()
    return float((value.abs() / terms).min() / FLOAT32_EPSILON)


class ThresholdMargin(NamedTuple):
    """One integer layer behind a sign; `distance` and `noise` are in steps of the accumulator k.

    tie_count: zeros of BN(alpha*k) over all channels and |k| <= K; distance: from the threshold to the nearest integer,
    smallest over the channels; noise: the most that weights not exactly ±alpha and activations not exactly ±1 can add;
    negative_count: channels whose BatchNorm weight is negative, so that their comparison is reversed.
    """

    tie_count: int
    distance: float
    noise: float
    negative_count: int


@torch.no_grad()
def threshold_margins(layer, norm):
    """Evaluate BN(alpha*k) in float32 for every integer k in [-K, K], reachable or not; K = inputs per output."""
    alpha = weight_scale(layer.weight).flatten()
    fan_in = layer.weight[0].numel()
    accumulators = torch.arange(-fan_in, fan_in + 1, dtype=torch.float32)[:, None]
    normalized = torch.nn.functional.batch_norm(
        accumulators * alpha, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps
    )
    deviation = torch.sqrt(norm.running_var.double() + norm.eps)
    threshold = (norm.running_mean.double() - norm.bias.double() * deviation / norm.weight.double()) / alpha.double()
    distance = (threshold - threshold.round()).abs().min()
    ideal = weight_scale(layer.weight).double() * torch.sign(layer.weight)
    noise = (binarize_weight(layer.weight) - ideal).abs().flatten(1).sum(1) / alpha + fan_in * FLOAT32_EPSILON
    return ThresholdMargin(
        int((normalized == 0).sum()), float(distance), float(noise.max()), int((norm.weight < 0).sum())
    )
