"""How far the decisions of a network lie from a tie, so that an inexact sum cannot flip one unnoticed.

`sign_margins` looks at the inputs of the activation Sign nodes of an exported graph, on given images.
`threshold_margins` looks at the weights alone: at every value that an integer accumulator can take.
Decisions on real values, in units of the rounding of a float32 evaluation, are in `rounding.py`.
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


def sign_inputs(model, images):
    """Return {value name: array}, the input of each Sign node that depends on the graph's input, in graph order."""
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
    return dict(zip(names, run(probed, images, names)))


def sign_margins(inputs):
    """Return a SignMargin for each of the `sign_inputs`."""
    margins = []
    for name, value in inputs.items():
        magnitude = np.abs(value.astype(np.float64))
        smallest, rms = magnitude.min(), np.sqrt((magnitude**2).mean())
        margins.append(SignMargin(name, value.size, int((value == 0).sum()), float(smallest / rms)))
    return margins


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
