"""What a user could run instead, from PyPI, measured in the same run: ONNX Runtime in float32 and int8, LiteRT in int8.

A rival that is not installed is left out.
"""

import time

import numpy as np

try:
    import onnxruntime
except ImportError:
    onnxruntime = None
try:
    import flatbuffers
    import tflite
    from ai_edge_litert.interpreter import Interpreter
except ImportError:
    Interpreter = None


def timed(run):
    """A function that takes a count and gives the times of as many calls of `run`, in microseconds."""

    def measure(count):
        times = []
        for _ in range(count):
            begin = time.perf_counter()
            run()
            times.append(1e6 * (time.perf_counter() - begin))
        return times

    return measure


def onnx_runtime(model, threads=1):
    """Times of an ONNX model; None without ONNX Runtime."""
    if onnxruntime is None:
        return None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    content = model if isinstance(model, str) else model.SerializeToString()
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    port = session.get_inputs()[0]
    # Bound once, so that a run copies nothing.
    binding = session.io_binding()
    values = np.random.default_rng(2).normal(size=port.shape).astype(np.float32)
    binding.bind_cpu_input(port.name, values)
    binding.bind_output(session.get_outputs()[0].name)
    return timed(lambda: session.run_with_iobinding(binding))


def quantized(model, path):
    """An ONNX model with int8 weights and uint8 activations, calibrated on random inputs, written to `path`."""
    if onnxruntime is None:
        return None
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    shape = [dim.dim_value for dim in model.graph.input[0].type.tensor_type.shape.dim]

    class Inputs(CalibrationDataReader):
        left = 4

        def get_next(self):
            if self.left == 0:
                return None
            self.left -= 1
            values = np.random.default_rng(self.left).normal(size=shape).astype(np.float32)
            return {model.graph.input[0].name: values}

    quantize_static(
        model, path, Inputs(), quant_format=QuantFormat.QOperator, activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8, per_channel=True,
    )  # fmt: skip
    return path


def litert_int8(layer, threads=1):
    """Times of a 3x3 or 1x1 int8 convolution in LiteRT, "same" padding; None without LiteRT."""
    if Interpreter is None:
        return None
    interpreter = Interpreter(model_content=_litert_model(layer), num_threads=threads)
    interpreter.allocate_tensors()
    port = interpreter.get_input_details()[0]
    values = np.random.default_rng(2).integers(-128, 128, port["shape"]).astype(np.int8)
    interpreter.set_tensor(port["index"], values)
    return timed(interpreter.invoke)


def _litert_model(layer):
    """A TensorFlow Lite file of one convolution."""
    builder = flatbuffers.Builder(1024)
    random = np.random.default_rng(1)
    weights = random.integers(-127, 128, (layer.outputs, layer.kernel, layer.kernel, layer.channels)).astype(np.int8)
    bias = random.integers(-1000, 1000, layer.outputs).astype(np.int32)

    def table(kind, **fields):
        getattr(tflite, f"{kind}Start")(builder)
        for name, value in fields.items():
            getattr(tflite, f"{kind}Add{name}")(builder, value)
        return getattr(tflite, f"{kind}End")(builder)

    def buffer(content):
        data = builder.CreateByteVector(content) if content else None
        return table("Buffer", **({"Data": data} if content else {}))

    def vector(values):
        return builder.CreateNumpyVector(np.asarray(values))

    def offsets(values):
        builder.StartVector(4, len(values), 4)
        for value in reversed(values):
            builder.PrependUOffsetTRelative(value)
        return builder.EndVector()

    def tensor(name, shape, kind, index, scales):
        name, shape = builder.CreateString(name), vector(np.array(shape, np.int32))
        scale, zero = vector(np.array(scales, np.float32)), vector(np.zeros(len(scales), np.int64))
        quantization = table("QuantizationParameters", Scale=scale, ZeroPoint=zero)
        return table("Tensor", Shape=shape, Type=kind, Buffer=index, Name=name, Quantization=quantization)

    buffers = offsets([buffer(b""), buffer(weights.tobytes()), buffer(bias.tobytes()), buffer(b"")])
    rows, columns = layer.output_size
    kinds = tflite.TensorType
    tensors = offsets([
        tensor("x", (1, layer.height, layer.width, layer.channels), kinds.INT8, 0, [0.02]),
        tensor("w", weights.shape, kinds.INT8, 1, [0.01]),
        tensor("b", bias.shape, kinds.INT32, 2, [0.0002]),
        tensor("y", (1, rows, columns, layer.outputs), kinds.INT8, 3, [0.3]),
    ])  # fmt: skip
    options = table(
        "Conv2DOptions", Padding=tflite.Padding.SAME, StrideW=layer.stride, StrideH=layer.stride,
        DilationWFactor=layer.dilation, DilationHFactor=layer.dilation,
    )  # fmt: skip
    inputs, outputs = vector(np.array([0, 1, 2], np.int32)), vector(np.array([3], np.int32))
    operator = table(
        "Operator", OpcodeIndex=0, Inputs=inputs, Outputs=outputs,
        BuiltinOptionsType=tflite.BuiltinOptions.Conv2DOptions, BuiltinOptions=options,
    )  # fmt: skip
    operators = offsets([operator])
    code = table(
        "OperatorCode", DeprecatedBuiltinCode=tflite.BuiltinOperator.CONV_2D,
        BuiltinCode=tflite.BuiltinOperator.CONV_2D, Version=3,
    )  # fmt: skip
    codes = offsets([code])
    ports = vector(np.array([0], np.int32)), vector(np.array([3], np.int32))
    graph = table("SubGraph", Tensors=tensors, Inputs=ports[0], Outputs=ports[1], Operators=operators)
    graphs = offsets([graph])
    model = table("Model", Version=3, OperatorCodes=codes, Subgraphs=graphs, Buffers=buffers)
    builder.Finish(model, file_identifier=b"TFL3")
    return bytes(builder.Output())
