"""Export a trained network with both PyTorch exporters and record ONNX Runtime's logits on the held-out images.

For example, `python export.py chain` reads `chain.pt` and writes `chain-ts.onnx` (TorchScript exporter, opset 17),
`chain-dynamo.onnx` (dynamo exporter, opset 20), `test-images.npy`, `test-labels.npy` and `chain-logits.npy`.
It refuses a network with a tie, a decision that rounding makes, or two exports that disagree, and prints what it
measured.
"""

import argparse
import collections
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch

from data import load_parts
from margins import sign_inputs, sign_margins, threshold_margins
from networks import NETWORKS
from rounding import real_decisions
from runtime import run
from train import accuracy

FOLDER = Path(__file__).parent
INPUT, OUTPUT, BATCH = "image", "logits", "n"
LOGIT_TOLERANCE = 1e-4


def export_torchscript(network, path):
    """Export through TorchScript tracing, opset 17, with a symbolic batch dimension."""
    torch.onnx.export(
        network, (torch.zeros(2, 1, 8, 8),), str(path), dynamo=False, opset_version=17,
        input_names=[INPUT], output_names=[OUTPUT], dynamic_axes={INPUT: {0: BATCH}, OUTPUT: {0: BATCH}},
    )  # fmt: skip


def export_dynamo(network, path):
    """Export through torch.export, opset 20, with a symbolic batch dimension and all weights in the file."""
    torch.onnx.export(
        network, (torch.zeros(2, 1, 8, 8),), str(path), dynamo=True, opset_version=20, external_data=False,
        verbose=False, input_names=[INPUT], output_names=[OUTPUT],
        dynamic_shapes=({0: torch.export.Dim(BATCH, min=1, max=1024)},),
    )  # fmt: skip


def strip(path):
    """Remove documentation strings and metadata (stack traces hold the exporting machine's paths); check, rewrite."""
    model = onnx.load(path)
    del model.metadata_props[:]
    graph = model.graph
    for item in [graph, *graph.node, *graph.value_info, *graph.initializer, *graph.input, *graph.output]:
        item.ClearField("doc_string")
        del item.metadata_props[:]
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
    return model


def report_thresholds(network, decisions):
    """Print and check the margins of decisions on real values, on these images, and on integers, on all."""
    for real in decisions:
        margin = real.epsilons()
        print(f"{real.binarizer}: {margin:.2g} eps of its terms, {real.relative():.1e} of the rms")
        assert margin >= network.MARGIN_MINIMUM, f"{real.binarizer}: a decision is too close; try another seed"
    for name, (layer, norm) in network.integer_decisions().items():
        margin = threshold_margins(layer, norm)
        print(f"{name}: {margin}")
        assert margin.tie_count == 0, f"{name}: BN(alpha*k) is exactly 0 {margin.tie_count} times; try another seed"
        assert margin.distance > margin.noise, f"{name}: a threshold lies within weight noise; try another seed"


def report_model(name, model, logits, held_out):
    """Print what one exported graph contains; return how many images it classifies correctly."""
    correct = int((logits.argmax(1) == held_out.labels.numpy()).sum())
    print(f"\n{name}: {model.ByteSize()} bytes, accuracy {correct}/{len(logits)} = {100 * correct / len(logits):.2f} %")
    print("  ", dict(sorted(collections.Counter(node.op_type for node in model.graph.node).items())))
    return correct


def report_decisions(name, inputs, decisions):
    """Print and check the margins of one exported graph, and that it decides as float64 does; return its decisions."""
    for margin in sign_margins(inputs):
        assert margin.tie_count == 0, f"{name}: sign(0) at {margin.node}; try another seed"
        print("  ", margin)
    signs = [np.sign(value) for value in inputs.values()]
    for real, sign in zip(decisions, signs):
        assert (real.signs() == sign).all(), f"{name}: {real.binarizer} decides by rounding; try another seed"
    return signs


def save_array(name, array, dtype):
    """Write a little-endian, C-ordered .npy file."""
    np.save(FOLDER / f"{name}.npy", np.ascontiguousarray(array, dtype))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", choices=NETWORKS)
    name = parser.parse_args().network
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", category=DeprecationWarning)

    network = NETWORKS[name]()
    network.load_state_dict(torch.load(FOLDER / f"{name}.pt", weights_only=True))
    network.eval()
    _, held_out = load_parts()
    images = held_out.images.numpy()
    torch_correct, total = accuracy(network, held_out)
    print(f"torch: accuracy {torch_correct}/{total} = {100 * torch_correct / total:.2f} %")
    decisions = real_decisions(network, held_out.images)
    report_thresholds(network, decisions)

    logits, signs = {}, {}
    for kind, export in (("ts", export_torchscript), ("dynamo", export_dynamo)):
        path = FOLDER / f"{name}-{kind}.onnx"
        export(network, path)
        model = strip(path)
        (logits[kind],) = run(model, images)
        assert report_model(path.name, model, logits[kind], held_out) == torch_correct
        signs[kind] = report_decisions(path.name, sign_inputs(model, images), decisions)

    difference = float(np.abs(logits["ts"] - logits["dynamo"]).max())
    print(f"\nlargest difference of logits between the exports: {difference:.2e}")
    assert difference <= LOGIT_TOLERANCE and (logits["ts"].argmax(1) == logits["dynamo"].argmax(1)).all()
    assert all((a == b).all() for a, b in zip(signs["ts"], signs["dynamo"], strict=True)), "decisions differ"
    save_array("test-images", images, "<f4")
    save_array("test-labels", held_out.labels.numpy(), "<i8")
    save_array(f"{name}-logits", logits["ts"], "<f4")


if __name__ == "__main__":
    main()
