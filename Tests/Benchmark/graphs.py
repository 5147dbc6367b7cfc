"""The ONNX models that are measured: single layers, and ResNet-18 in float32 as a rival of binary ones."""

from dataclasses import dataclass

import numpy as np
from onnx import TensorProto, helper, numpy_helper

OPSET = 13


@dataclass(frozen=True)
class Layer:
    """A convolution on maps of `height` x `width` and its surroundings."""

    height: int
    width: int
    channels: int
    outputs: int
    kernel: int = 3
    stride: int = 1
    dilation: int = 1
    groups: int = 1

    @property
    def pad(self):
        return self.dilation * (self.kernel // 2)

    @property
    def output_size(self):
        reach = self.dilation * (self.kernel - 1) + 1
        return tuple((size + 2 * self.pad - reach) // self.stride + 1 for size in (self.height, self.width))

    @property
    def macs(self):
        rows, columns = self.output_size
        return rows * columns * self.kernel**2 * self.channels // self.groups * self.outputs

    @property
    def attributes(self):
        return dict(
            kernel_shape=[self.kernel] * 2, strides=[self.stride] * 2, pads=[self.pad] * 4,
            dilations=[self.dilation] * 2, group=self.groups,
        )  # fmt: skip

    @property
    def weight_shape(self):
        return (self.outputs, self.channels // self.groups, self.kernel, self.kernel)

    def __str__(self):
        text = f"{self.kernel}x{self.kernel} {self.height}x{self.width}x{self.channels}"
        text += f" to {self.outputs}" if self.outputs != self.channels else ""
        text += f", stride {self.stride}" if self.stride > 1 else ""
        text += f", dilation {self.dilation}" if self.dilation > 1 else ""
        return text + (f", {self.groups} groups" if self.groups > 1 else "")


class Builder:
    """Nodes and constants of a model, named as they come."""

    def __init__(self):
        self.random = np.random.default_rng(1)
        self.nodes, self.constants = [], []

    def constant(self, values, kind=np.float32):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, kind), name))
        return name

    def node(self, operator, *inputs, domain="", **attributes):
        output = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], output, domain=domain, **attributes))
        return output

    def normal(self, *shape):
        return self.random.normal(size=shape)

    def signs(self, *shape):
        return np.where(self.random.random(shape) < 0.5, -1.0, 1.0)

    def model(self, input_shape, output, output_shape):
        graph = helper.make_graph(
            self.nodes, "layer", [helper.make_tensor_value_info("x", TensorProto.FLOAT, input_shape)],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, output_shape)], self.constants,
        )  # fmt: skip
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def shapes(layer):
    return (1, layer.channels, layer.height, layer.width), (1, layer.outputs, *layer.output_size)


def binary_layer(layer):
    """Decisions to decisions: x - sign - binary convolution - batch normalization - sign."""
    build, (before, after) = Builder(), shapes(layer)
    bits = build.node("Sign", "x")
    sums = build.node("Conv", bits, build.constant(build.signs(*layer.weight_shape)), **layer.attributes)
    # Half a step, so that no sum lies on a threshold.
    shifted = build.node("Add", sums, build.constant(np.floor(build.normal(layer.outputs, 1, 1) * 4) + 0.5))
    return build.model(before, build.node("Sign", shifted), after)


def residual_layer(layer):
    """The block of ReActNet: binary convolution, batch normalization, sum with the input, RPReLU; as float32 and bits."""
    build, (before, after) = Builder(), shapes(layer)
    count = layer.outputs
    bits = build.node("Sign", "x")
    sums = build.node("Conv", bits, build.constant(build.signs(*layer.weight_shape)), **layer.attributes)
    scaled = build.node("Mul", sums, build.constant(0.02 + 0.01 * build.random.random((count, 1, 1))))
    y = build.node("Add", scaled, build.constant(0.1 * build.normal(count, 1, 1)))
    y = build.node("Add", y, "x")
    y = build.node("Add", y, build.constant(0.1 * build.normal(count, 1, 1)))
    y = build.node("PRelu", y, build.constant(0.25 + 0.1 * build.random.random((count, 1, 1))))
    y = build.node("Add", y, build.constant(0.1 * build.normal(count, 1, 1)))
    # Read as numbers and as bits, as by the next block.
    bits = build.node("Sign", build.node("Add", y, build.constant(0.01 * build.normal(count, 1, 1))))
    return build.model(before, build.node("Add", bits, y), after)


def float_layer(layer, channel_last=False):
    """A convolution in float32 with a bias and a ReLU.

    With `channel_last` the graph's input is [N,H,W,C], as the runtime has it: else the transposition that it needs would
    run together with the convolution, and in its time.
    """
    build, (before, after) = Builder(), shapes(layer)
    x = build.node("Transpose", "x", perm=[0, 3, 1, 2]) if channel_last else "x"
    fan_in = layer.kernel**2 * layer.channels // layer.groups
    weights = build.constant(build.normal(*layer.weight_shape) * fan_in**-0.5)
    y = build.node("Conv", x, weights, build.constant(build.normal(layer.outputs)), **layer.attributes)
    if channel_last:
        before = (before[0], before[2], before[3], before[1])
    return build.model(before, build.node("Relu", y), after)


def dense_layer(inputs, outputs):
    build = Builder()
    weights = build.constant(build.normal(outputs, inputs) * inputs**-0.5)
    y = build.node("Gemm", "x", weights, build.constant(build.normal(outputs)), transB=1)
    return build.model((1, inputs), y, (1, outputs))


def int8_layer(layer):
    """The same convolution on unsigned 8-bit inputs and signed 8-bit weights, between quantizations."""
    build, (before, after) = Builder(), shapes(layer)
    scale, zero = build.constant(1 / 64), build.constant(128, np.uint8)
    weights = build.constant(build.random.integers(-127, 128, layer.weight_shape), np.int8)
    q = build.node("QuantizeLinear", "x", scale, zero)
    y = build.node(
        "QLinearConv", q, scale, zero, weights, build.constant(1 / 64), build.constant(0, np.int8), scale, zero,
        **layer.attributes,
    )  # fmt: skip
    return build.model(before, build.node("DequantizeLinear", y, scale, zero), after)


def resnet18():
    """ResNet-18 (arXiv 1512.03385) in float32 at 224 x 224, batch normalizations folded into biases."""
    build = Builder()

    def conv(x, inputs, outputs, kernel, stride):
        weights = build.constant(build.normal(outputs, inputs, kernel, kernel) * (2 / (inputs * kernel**2)) ** 0.5)
        bias = build.constant(0.1 * build.normal(outputs))
        return build.node(
            "Conv", x, weights, bias, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[kernel // 2] * 4
        )

    x = build.node("Relu", conv("x", 3, 64, 7, 2))
    x = build.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    inputs = 64
    for outputs in (64, 128, 256, 512):
        for block in range(2):
            stride = 2 if block == 0 and outputs > 64 else 1
            y = build.node("Relu", conv(x, inputs, outputs, 3, stride))
            y = conv(y, outputs, outputs, 3, 1)
            shortcut = conv(x, inputs, outputs, 1, stride) if stride > 1 else x
            x = build.node("Relu", build.node("Add", y, shortcut))
            inputs = outputs
    x = build.node("Flatten", build.node("GlobalAveragePool", x))
    y = build.node(
        "Gemm", x, build.constant(0.05 * build.normal(1000, 512)), build.constant(build.normal(1000)), transB=1
    )
    return build.model((1, 3, 224, 224), y, (1, 1000))
