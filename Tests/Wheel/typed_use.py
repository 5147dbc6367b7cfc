"""A use of the Python package that mypy --strict accepts, so that the hints say what the package does. Not executed."""

from typing import Any, Dict, List, Optional, Tuple

import numpy
from numpy.typing import NDArray

import bnnm


def classify(path: str, images: NDArray[numpy.float32]) -> NDArray[numpy.intp]:
    model = bnnm.Model(path, threads=2, instruction_set="generic")
    logits = model(images)
    assert not isinstance(logits, tuple)
    classes: NDArray[numpy.intp] = logits.argmax(1)
    return classes


def describe(model: bnnm.Model) -> Tuple[List[Tuple[Optional[int], ...]], List[str], int]:
    inputs: List[bnnm.Tensor] = model.inputs
    layers: List[bnnm.Layer] = model.layers
    probes: List[bnnm.Probe] = model.probes
    return (
        [tensor.shape for tensor in inputs],
        [layer.operator for layer in layers if layer.is_binary] + [probe.name for probe in probes],
        sum(layer.multiply_accumulates for layer in layers),
    )


def look_inside(onnx: str, image: NDArray[numpy.float32]) -> Dict[str, NDArray[numpy.int8]]:
    try:
        model: bnnm.Model = bnnm.compile(onnx, options=["--strict"], threads=1)
    except bnnm.Error as error:
        status: Optional[int] = error.status
        raise SystemExit(f"{error} ({status})") from error
    report: Dict[str, Any] = model.profile(runs=10)
    print(report["runs"][0]["latency_us"]["p50"], model.instruction_set, bnnm.__version__)
    return model.probe(image)
