"""Export the graphs of networks without their weights: `python export.py NAME…` writes `graphs/NAME.onnx`.

    python export.py                              # all of catalogue.py, by the TorchScript exporter
    python export.py --exporter dynamo            # by the other one, into graphs/dynamo
    python export.py bhrnet --folder DIR          # into another folder
    python export.py bireal34 --weights DIR       # with PyTorch's initial weights, in DIR/NAME.onnx

Every float initializer of more than one element is declared to be in the file NAME.data, which is not written; what a scalar
classifier consists of stays, since random numbers in its place decide nothing. Names that no report shows become short.
"""

import argparse
import warnings
from pathlib import Path

import onnx
import torch

from binarizers import ScalarClassifier
from catalogue import NETWORKS

FOLDER = Path(__file__).parent
INPUT, OUTPUT = "x", "y"
# Operators whose node names reports show, and those whose result names do.
LAYERS, DECISIONS = {"Conv", "ConvTranspose", "Gemm", "MatMul"}, {"Sign", "Where", "ArgMax", "GreaterOrEqual"}


def export(network, shape, exporter, path, optimize):
    """Write the whole model, with one sample as its batch; `optimize` lets the dynamo exporter fold, as it does of itself."""
    common = {"input_names": [INPUT], "output_names": [OUTPUT]}
    example = (torch.zeros(1, *shape),)
    if exporter == "ts":
        # Without folding: what is folded depends on weights, which the file shall not have.
        torch.onnx.export(
            network, example, str(path), dynamo=False, opset_version=17, do_constant_folding=False, **common
        )
    else:
        torch.onnx.export(
            network, example, str(path), dynamo=True, opset_version=20, external_data=False, verbose=False,
            optimize=optimize, **common,
        )  # fmt: skip


def strip(model):
    """Remove what does not change the meaning: documentation, metadata, types of inner values."""
    del model.metadata_props[:]
    graph = model.graph
    del graph.value_info[:]
    for item in [graph, *graph.node, *graph.initializer, *graph.input, *graph.output]:
        item.ClearField("doc_string")
        if hasattr(item, "metadata_props"):
            del item.metadata_props[:]


def shorten_names(graph):
    """Give values and nodes that no report shows short names."""
    taken = {INPUT, OUTPUT} | {initializer.name for initializer in graph.initializer}
    short = {}
    for node in graph.node:
        for index, name in enumerate(node.output):
            if name not in taken and not (node.op_type in DECISIONS and name):
                short.setdefault(name, f"v{len(short)}")
            node.output[index] = short.get(name, name)
        for index, name in enumerate(node.input):
            node.input[index] = short.get(name, name)
        if node.op_type not in LAYERS:
            node.name = ""


def share_constants(graph):
    """Keep one of all Constant nodes of a value, and no second name for an initializer; exporters write both."""
    first, replacement = {}, {}
    initializers = {initializer.name for initializer in graph.initializer}
    for node in list(graph.node):
        if node.op_type == "Identity" and node.input[0] in initializers:
            replacement[node.output[0]] = node.input[0]
            graph.node.remove(node)
        if node.op_type == "Constant":
            key = b"".join(attribute.SerializeToString() for attribute in node.attribute)
            kept = first.setdefault(key, node.output[0])
            if kept != node.output[0]:
                replacement[node.output[0]] = kept
                graph.node.remove(node)
    for node in graph.node:
        for index, name in enumerate(node.input):
            node.input[index] = replacement.get(name, name)


def declare_external(graph, fixed, file):
    """Replace the bytes of float initializers, but for single numbers, by a place in `file`."""
    offset = 0
    for tensor in graph.initializer:
        count = 1
        for dimension in tensor.dims:
            count *= dimension
        if tensor.data_type != onnx.TensorProto.FLOAT or count <= 1 or tensor.name in fixed:
            continue
        for field in ("raw_data", "float_data"):
            tensor.ClearField(field)
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (("location", file), ("offset", offset), ("length", 4 * count)):
            tensor.external_data.add(key=key, value=str(value))
        offset += 4 * count
    return offset


def tell_apart(network):
    """Give parameters that are all alike at first (normalizations, biases) numbers of their own.

    The exporter makes one initializer of equal ones.
    """
    fixed = classifier_parameters(network)
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if name not in fixed and tensor.is_floating_point() and tensor.unique().numel() == 1 < tensor.numel():
                tensor.uniform_(0.5, 1.5)


def classifier_parameters(network):
    """Names of the parameters that scalar classifiers consist of."""
    return {
        f"{prefix}.{name}"
        for prefix, module in network.named_modules()
        if isinstance(module, ScalarClassifier)
        for name, _ in module.named_parameters()
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NETWORKS))
    parser.add_argument("--exporter", choices=["ts", "dynamo"], default="ts", help="of torch.onnx.export (default: ts)")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="write into this folder")
    parser.add_argument("--weights", type=Path, metavar="DIR", help="keep the weights, and write into this folder")
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in NETWORKS:
            parser.error(f"there is no network '{name}'; there are {', '.join(NETWORKS)}")
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")

    graphs = FOLDER / "graphs"
    folder = arguments.weights or arguments.folder or (graphs if arguments.exporter == "ts" else graphs / "dynamo")
    folder.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or NETWORKS:
        torch.manual_seed(0)
        network = NETWORKS[name].build().eval()
        tell_apart(network)
        path = folder / f"{name}.onnx"
        partial = path.with_suffix(".partial")
        # Without weights nothing may depend on them.
        export(network, NETWORKS[name].shape, arguments.exporter, partial, optimize=arguments.weights is not None)
        model = onnx.load(partial)
        partial.unlink()
        strip(model)
        onnx.checker.check_model(model, full_check=True)
        byte_count = 0
        if arguments.weights is None:
            share_constants(model.graph)
            shorten_names(model.graph)
            byte_count = declare_external(model.graph, classifier_parameters(network), f"{name}.data")
        path.write_bytes(model.SerializeToString())
        print(f"{path.name}: {path.stat().st_size} bytes, {byte_count} bytes of weights left out", flush=True)


if __name__ == "__main__":
    main()
