"""Measures the shipped library, interleaved with this CPU's limits and with what else could be run: `make bench`.

Every number is a median over rounds in which all variants of a table take turns. Times are in microseconds, rates in
10^9 multiply-accumulates a second (GMAC/s). Quote ratios of one run: absolute times belong to the machine of the hour.
"""

import argparse
import collections
import json
import platform
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import graphs
import rivals
from compiler import Compiler
from graphs import Layer
from library import Library, interleaved

SQUARES = {
    "56x56x64": Layer(56, 56, 64, 64), "28x28x128": Layer(28, 28, 128, 128), "14x14x256": Layer(14, 14, 256, 256),
    "7x7x512": Layer(7, 7, 512, 512), "1x1 14x14x256": Layer(14, 14, 256, 256, kernel=1),
}  # fmt: skip

# What layers' times are divided by.
COMPARED = ["bnnm avx512", "LiteRT int8"]

# Off the beaten track, each with the regular layer whose cost for a multiply-accumulate it is compared with.
SWEEP = [
    (Layer(14, 14, 250, 256), "14x14x256"), (Layer(14, 14, 256, 250), "14x14x256"),
    (Layer(28, 28, 100, 100), "28x28x128"), (Layer(56, 56, 48, 64), "56x56x64"), (Layer(56, 56, 32, 32), "56x56x64"),
    (Layer(14, 14, 256, 256, kernel=5), "14x14x256"), (Layer(28, 28, 128, 128, kernel=7), "28x28x128"),
    (Layer(56, 56, 64, 128, stride=2), "28x28x128"), (Layer(28, 28, 128, 256, stride=2), "14x14x256"),
    (Layer(28, 28, 128, 128, dilation=2), "28x28x128"), (Layer(14, 14, 256, 256, groups=2), "14x14x256"),
    (Layer(14, 14, 256, 256, groups=4), "14x14x256"), (Layer(28, 28, 96, 96, groups=2), "28x28x128"),
    (Layer(1, 1, 512, 512), "7x7x512"), (Layer(2, 2, 512, 512), "7x7x512"), (Layer(4, 4, 512, 512), "7x7x512"),
    (Layer(1, 1, 2048, 1024, kernel=1), "1x1 14x14x256"), (Layer(1, 1, 512, 1000, kernel=1), "1x1 14x14x256"),
    (Layer(28, 28, 128, 128, kernel=1, stride=2), "1x1 14x14x256"), (Layer(7, 7, 1024, 1024, kernel=1), "1x1 14x14x256"),
    (Layer(112, 112, 32, 64), "56x56x64"), (Layer(13, 17, 96, 72), "14x14x256"),
]  # fmt: skip

FLOAT = [
    Layer(224, 224, 3, 64, kernel=7, stride=2), Layer(224, 224, 3, 32, stride=2), Layer(112, 112, 8, 64, stride=2),
    Layer(56, 56, 64, 128, kernel=1), Layer(14, 14, 256, 512, kernel=1), Layer(56, 56, 64, 64),
    Layer(56, 56, 64, 64, groups=64), Layer(14, 14, 512, 512, groups=512), Layer(112, 112, 32, 32, stride=2, groups=32),
]  # fmt: skip

ZOO = Path(__file__).parents[2] / "models" / "zoo" / "graphs"
NETWORKS = ["bireal18", "quicknet", "reactnet-a", "dysign-resnet18"]
MORE_NETWORKS = ["dybinarycct", "bhrnet"]  # beside their lower bounds only


def largest_layer(model):
    """The index of the layer that multiplies most: the one that a model was made to measure."""
    macs = [layer.multiply_accumulates for layer in model.layers()]
    return macs.index(max(macs))


class Benchmark:
    def __init__(self, arguments):
        self.library = Library(arguments.build)
        self.rounds = arguments.rounds
        self.folder = tempfile.TemporaryDirectory()
        self.compiler = Compiler(arguments.compiler, self.folder.name)
        self.results = {"machine": machine(), "levels": self.library.levels(), "rounds": self.rounds}

    def table(self, name, header, rows):
        """Prints a table and keeps it."""
        self.results[name] = [dict(zip(header, row)) for row in rows]
        text = [[cell if isinstance(cell, str) else "" if cell is None else f"{cell:.4g}" for cell in row] for row in rows]
        widths = [max(len(row[i]) for row in [list(header)] + text) for i in range(len(header))]
        print(f"\n{name}\n")
        for row in [list(header)] + text:
            print("  " + "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths))))
        sys.stdout.flush()

    def limits(self):
        found = self.library.limits()
        best = {name: [] for name in found}
        for _ in range(self.rounds):
            for name, index in found.items():
                best[name].append(self.library.measure_limit(index))
        rates = {name: statistics.median(values) for name, values in best.items()}
        self.table("limits", ["loop", "GMAC/s or GB/s"], [[name, rate] for name, rate in rates.items()])
        return rates

    def sessions(self, model, levels):
        """What times the largest layer of a model, by level."""
        index = largest_layer(model)
        return {level: partial(model.session(level).layer, index) for level in levels}

    def layers(self):
        limits = self.library.binary_limits() | self.library.tile_limits()
        rows = []
        for name, layer in SQUARES.items():
            for kind, graph in (("bits", graphs.binary_layer), ("float32 + residual + RPReLU + bits", graphs.residual_layer)):
                model = self.library.open(self.compiler.compile(graph(layer), "native"))
                variants = {f"bnnm {level}": v for level, v in self.sessions(model, self.library.levels()).items()}
                if kind == "bits":
                    variants |= {
                        "ONNX Runtime float32": rivals.onnx_runtime(graphs.float_layer(layer)),
                        "ONNX Runtime int8": rivals.onnx_runtime(graphs.int8_layer(layer)),
                        "LiteRT int8": rivals.litert_int8(layer),
                    }
                for limit, index in limits.items():
                    # As a time, so that the limit takes its turn with the layers.
                    variants[f"limit {limit}"] = self.limit_variant(index, layer.macs)
                times = interleaved({k: v for k, v in variants.items() if v}, self.rounds)
                rates = {k.removeprefix("limit "): t for k, t in times.items() if k.startswith("limit ")}
                for variant, time in times.items():
                    if variant.startswith("limit "):
                        continue
                    own = [t for k, t in rates.items() if variant == f"bnnm {k.split(':')[0]}"]
                    share = min(own) / time if own else None
                    faster = [times[k] / time if k in times and k != variant else None for k in COMPARED]
                    rows.append([name, kind, variant, time, layer.macs / time / 1e3, share, *faster])
        header = ["layer", "result", "variant", "us", "GMAC/s", "of the limit"]
        self.table("layers", header + [f"times as fast as {k}" for k in COMPARED], rows)

    def limit_variant(self, index, macs):
        return lambda count: [macs / self.library.measure_limit(index) / 1e3 for _ in range(min(count, 5))]

    def sweep(self):
        self.sweep_level(self.library.usual_levels()[-1])
        if "amx" in self.library.levels():
            self.sweep_level("amx")

    def sweep_level(self, level):
        costs, rows = {}, []

        def variant(layer):
            model = self.library.open(self.compiler.compile(graphs.binary_layer(layer), "native"))
            return self.sessions(model, [level])[level]

        variants = {name: variant(layer) for name, layer in SQUARES.items()}
        for layer, _ in SWEEP:
            variants[str(layer)] = variant(layer)
        times = interleaved(variants, self.rounds, milliseconds=2)
        for name, layer in SQUARES.items():
            costs[name] = times[name] / layer.macs
        for layer, regular in SWEEP:
            time = times[str(layer)]
            rows.append([str(layer), regular, time, layer.macs / time / 1e3, time / layer.macs / costs[regular]])
        self.table(f"sweep, {level}", ["layer", "compared with", "us", "GMAC/s", "times its cost of a MAC"], rows)

    def float_layers(self):
        rows = []
        named = [
            (str(layer), graphs.float_layer(layer, channel_last=True), graphs.float_layer(layer), layer.macs)
            for layer in FLOAT
        ]
        dense = graphs.dense_layer(512, 1000)
        named.append(("dense 512 to 1000", dense, dense, 512000))
        for name, own_graph, graph, macs in named:
            model = self.library.open(self.compiler.compile(own_graph, "native"))
            sessions = self.sessions(model, self.library.levels())
            variants = {f"bnnm {level}": v for level, v in sessions.items() if level != "generic"}
            rival = rivals.onnx_runtime(graph)
            if rival:
                variants["ONNX Runtime float32"] = rival
            times = interleaved(variants, self.rounds)
            other = times.get("ONNX Runtime float32")
            for variant, time in times.items():
                rows.append([name, variant, time, macs / time / 1e3, time / other if other else None])
        self.table("float32 layers", ["layer", "variant", "us", "GMAC/s", "of ONNX Runtime's time"], rows)

    def zoo_model(self, name):
        return self.library.open(self.compiler.compile_file(ZOO / f"{name}.onnx", "native", random_weights=1))

    def networks(self):
        models = {name: self.zoo_model(name) for name in NETWORKS}
        variants = {}
        for name, model in models.items():
            for threads in (1, 2):
                variants[f"{name}, {threads} threads"] = model.session(threads=threads).runs
            if "amx" in self.library.levels():
                variants[f"{name}, amx"] = model.session("amx").runs
        resnet = graphs.resnet18()
        variants["ResNet-18, ONNX Runtime float32"] = rivals.onnx_runtime(resnet)
        quantized = rivals.quantized(resnet, str(Path(self.folder.name) / "resnet18-int8.onnx"))
        variants["ResNet-18, ONNX Runtime int8"] = quantized and rivals.onnx_runtime(quantized)
        times = interleaved({k: v for k, v in variants.items() if v}, self.rounds, milliseconds=20)
        rows = []
        for name, time in times.items():
            network, _, kind = name.partition(", ")
            single = times.get(f"{network}, 1 threads")
            rows.append([network, kind, time / 1e3, single / time if single and kind != "1 threads" else None])
        # What two threads can gain on this machine, whose CPUs may share a core.
        index = list(self.library.binary_limits().values())[-1]
        scaling = statistics.median(self.library.scaling(index, 2) for _ in range(self.rounds))
        rows.append(["popcount in registers alone", "2 threads", None, scaling])
        self.table("networks at 224 x 224", ["network", "variant", "ms", "speed of 1 thread"], rows)
        more = models | {name: self.zoo_model(name) for name in MORE_NETWORKS}
        for level in reversed(self.library.usual_levels()[1:]):
            self.bounds(more, level)
        for name, model in models.items():
            session = model.session()
            runs = session.layer_runs(self.rounds)
            layers = model.layers()
            medians = [statistics.median(column) for column in zip(*runs)]
            top = sorted(range(len(layers)), key=lambda i: -medians[i])[:12]
            rows = [
                [layers[i].name.decode(), layers[i].operator_name.decode(), medians[i], 100 * medians[i] / sum(medians)]
                for i in top
            ]
            self.table(f"{name}: what takes longest", ["layer", "operator", "us", "%"], rows)

    def is_within(self, limit, level):
        """Whether a limit is of the level, of one below it, or of none."""
        levels, own = self.library.levels(), limit.split(":")[0]
        return own not in levels or levels.index(own) <= levels.index(level)

    def bounds(self, models, level):
        """One thread beside what this CPU could do at best: the sum over layers of the longer of arithmetic and bytes."""
        sessions = {name: model.session(level).runs for name, model in models.items()}
        limits = self.library.limits()
        variants = sessions | {f"limit {limit}": self.limit_variant(index, 1e6) for limit, index in limits.items()}
        times = interleaved(variants, self.rounds, 20, lambda values: (statistics.median(values), min(values)))
        # The best that was seen: what a neighbour on the machine took away is no limit of it.
        rates = {limit: 1e3 / times[f"limit {limit}"][1] for limit in limits if self.is_within(limit, level)}
        rows = []
        for name, model in models.items():
            products, arithmetic, least = (sum(column) / 1e3 for column in zip(*lower_bounds(model.layers(), rates)))
            median, fastest = (1e-3 * time for time in times[name])
            rows.append([name, median, fastest, products, arithmetic, least, median / least, fastest / least])
        header = ["network", "ms", "fastest run, ms", "products alone, ms", "all arithmetic, ms", "lower bound, ms"]
        header += ["of the bound", "fastest run of it"]
        self.table(f"networks and their lower bounds, one thread, {level}", header, rows)

    def zoo(self):
        """Every network of `models/zoo` beside its lower bound, and the operators that are farthest from theirs."""
        level = self.library.usual_levels()[-1]
        limits = {name: index for name, index in self.library.limits().items() if self.is_within(name, level)}
        rates = {name: max(self.library.measure_limit(index) for _ in range(self.rounds)) for name, index in limits.items()}
        rows = []
        for path in sorted(ZOO.glob("*.onnx")):
            try:
                model = self.zoo_model(path.stem)
            except RuntimeError as error:
                print(f"left out: {error}")
                continue
            layers, session = model.layers(), model.session()
            least = [layer[2] for layer in lower_bounds(layers, rates)]
            takes = [min(column) for column in zip(*session.layer_runs(self.rounds))]
            excess = collections.Counter()
            for i, layer in enumerate(layers):
                # What layers that run together take is told of the last one of them.
                excess[layers[layer.runs_with].operator_name.decode()] += takes[i] - least[i]
            farthest = ", ".join(f"{name} {100 * time / sum(takes):.0f} %" for name, time in excess.most_common(3))
            fastest = min(session.runs(self.rounds))
            rows.append([path.stem, fastest / 1e3, sum(least) / 1e3, fastest / sum(least), farthest])
        header = ["network", "fastest run, ms", "lower bound, ms", "of the bound", "what exceeds it most, of the run"]
        self.table(f"the zoo and its lower bounds, one thread, {level}", header, rows)

    def opening(self):
        """Time and memory of getting ready; files are laid out for this machine, so that weights stay where they are."""
        rows = []
        for name in NETWORKS:
            path = self.compiler.compile_file(ZOO / f"{name}.onnx", "native", random_weights=1)
            times, growth = [], []
            for _ in range(self.rounds):
                before, begin = anonymous_memory(), time.perf_counter()
                model = self.library.open(path)
                session = model.session()
                times.append(1e3 * (time.perf_counter() - begin))
                session.runs(1)
                growth.append((anonymous_memory() - before) / 1e6)
                arena = model.info.arena_byte_count / 1e6
                excess = model.info.arena_byte_count / max(model.info.live_byte_count, 1)
                repacked = "yes" if model.info.weights_repacked else "no"
                session.close()
                model.close()
            rows.append([name, path.stat().st_size / 1e6, statistics.median(times), arena, excess, max(growth), repacked])
        header = ["network", "file, MB", "open and session, ms", "arena, MB", "of the bytes in use at once"]
        header += ["private memory, MB", "weights repacked"]
        self.table("getting ready", header, rows)

    def overhead(self):
        """What the engine itself takes for a layer: one that computes nothing."""
        model = self.library.open(self.compiler.compile(graphs.binary_layer(Layer(1, 1, 64, 64, kernel=1)), "native"))
        empty = [i for i, layer in enumerate(model.layers()) if layer.operator_name == b"Reshape"]
        session = model.session()
        rows = [[f"layer {i}, Reshape", statistics.median(session.layer(i, 1000))] for i in empty]
        rows.append([f"a whole run of {model.info.layer_count} layers", statistics.median(session.runs(1000))])
        self.table("overhead of the engine, two readings of the clock included", ["what", "us"], rows)


def lower_bounds(layers, rates):
    """Of each layer, in microseconds at the rates of the limits: products, all arithmetic, and the longer of that and bytes.

    Weights come from memory once a run, operands and results from caches and into them: near as far as they fit into
    the second level, which what the caller gave to the first layer does not. What layers that run together hand on
    moves nowhere.
    """
    found = []
    for i, layer in enumerate(layers):
        kind = " + " if layer.operator_name.startswith(b"Binary") else "multiply-add"
        products = layer.multiply_accumulates / best_rate(rates, kind)
        arithmetic = products + layer.operation_count / best_rate(rates, "operations")
        continues = i > 0 and layers[i - 1].runs_with == layer.runs_with
        operands = 0 if continues else layer.operand_byte_count
        results = layer.result_byte_count if layer.runs_with == i else 0
        near = min(results + (operands if i > 0 else 0), SECOND_LEVEL_BYTES)
        far = operands + results - near
        # What is copied is read and written.
        moves = near / rates["cache: 256 KB copied"] / 2 + far / rates["cache: 4 MB copied"] / 2
        least = max(arithmetic, layer.weight_byte_count / rates["memory: 8 MB read"] + moves)
        found.append([products / 1e3, arithmetic / 1e3, least / 1e3])
    return found


def best_rate(rates, kind):
    return max(rate for limit, rate in rates.items() if kind in limit)


def second_level_bytes():
    """Of the first CPU's second-level cache; 1 MB where the system does not tell."""
    for cache in Path("/sys/devices/system/cpu/cpu0/cache").glob("index*"):
        if (cache / "level").read_text().strip() == "2":
            return 1024 * int((cache / "size").read_text().strip().removesuffix("K"))
    return 1 << 20


SECOND_LEVEL_BYTES = second_level_bytes()


def anonymous_memory():
    """Private memory of this process, in bytes."""
    status = Path("/proc/self/status").read_text()
    return next(1024 * int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon"))


def machine():
    cpu = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith(("model name", "Model")):
            cpu = line.split(":")[1].strip()
    return {"cpu": cpu, "architecture": platform.machine(), "system": platform.platform()}


SECTIONS = ["limits", "layers", "sweep", "float_layers", "networks", "zoo", "opening", "overhead"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, help="a build folder of scripts/build-library.sh")
    parser.add_argument("--compiler", required=True, help="the command line program bnnm")
    parser.add_argument("--rounds", type=int, default=15, help="turns of every variant")
    parser.add_argument("--json", help="also write the numbers to this file")
    parser.add_argument("--only", help="sections, by commas: " + ", ".join(SECTIONS))
    arguments = parser.parse_args()
    chosen = arguments.only.split(",") if arguments.only else SECTIONS
    unknown = [name for name in chosen if name not in SECTIONS]
    if unknown:
        parser.error(f"there is no section {unknown[0]!r}; there are {', '.join(SECTIONS)}")
    benchmark = Benchmark(arguments)
    print(f"{benchmark.results['machine']['cpu']}: {', '.join(benchmark.results['levels'])}")
    if "amx" not in benchmark.results["levels"]:
        print("left out: amx, which this machine does not have")
    for name in chosen:
        getattr(benchmark, name)()
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(benchmark.results, indent=1) + "\n")
        print(f"\nwrote {arguments.json}")


if __name__ == "__main__":
    main()
