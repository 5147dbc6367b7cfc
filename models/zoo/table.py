"""Compile every graph with random weights and write the table of README.md anew: `python table.py PATH-TO-BNNM`.

    python table.py ../../.build/release/bnnm
    python table.py ../../.build/release/bnnm --dynamo DIR    # DIR/NAME.onnx of the dynamo exporter, where graphs/dynamo has none

Needs neither PyTorch nor ONNX. A network that does not compile gets a row with the compiler's first words. The column
"dynamo" says whether the dynamo exporter's graph becomes the same binary and float layers with the same binary MACs;
exits with status 1 where one does not.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

from systems import SYSTEMS

FOLDER = Path(__file__).parent
GRAPHS = FOLDER / "graphs"
BEGIN, END = "<!-- table: python table.py -->", "<!-- end of table -->"
HEADER = (
    "| network | system | binary layers | float layers | binary MACs | float MACs | binary | dynamo | .onnx | .bnnm |",
    "|---|---|--:|--:|--:|--:|--:|:--|--:|--:|",
)


def millions(number):
    """1234567 as 1.2, with a thin gap before each three digits of the whole part."""
    return f"{number / 1e6:,.1f}".replace(",", " ")


def compiled(graph, compiler, folder):
    """The compiler's report on a graph; or, where it has none, its first words."""
    report = Path(folder) / "report.json"
    outcome = subprocess.run(
        [compiler, "compile", graph, "--random-weights", "1", "-o", Path(folder) / "model.bnnm", "--report", report],
        capture_output=True, text=True,
    )  # fmt: skip
    if outcome.returncode != 0:
        reason = (outcome.stderr.splitlines() or [f"exit status {outcome.returncode}"])[0]
        return reason.removeprefix("bnnm: ").rstrip(":")
    return json.loads(report.read_text())


def layers(report):
    """Binary and float layers, and binary MACs."""
    kinds = [layer["kind"] for layer in report["layers"]]
    return kinds.count("binary"), kinds.count("float"), report["binaryMACs"]


def comparison(name, found, compiler, folders, folder):
    """What the column "dynamo" says, and whether that is what it should."""
    graph = next((path for path in (each / f"{name}.onnx" for each in folders) if path.exists()), None)
    if graph is None:
        return "–", True
    other = compiled(graph, compiler, folder)
    if isinstance(other, str):
        return other, False
    if layers(other) == layers(found):
        return "the same", True
    binary, real, macs = layers(other)
    return f"{binary} + {real} layers, {millions(macs)} M", False


def row(name, compiler, folders, folder):
    """The table's line for one network, and whether both exporters' graphs are alike."""
    system, source = SYSTEMS[name]
    title = f"| [`{name}`](graphs/{name}.onnx) | {system} ([{source}](https://arxiv.org/abs/{source})) |"
    found = compiled(GRAPHS / f"{name}.onnx", compiler, folder)
    if isinstance(found, str):
        return f"{title} – | – | – | – | – | – | – | {found} |", False
    binary, real, macs = layers(found)
    dynamo, agrees = comparison(name, found, compiler, folders, folder)
    return (
        f"{title} {binary} | {real} | {millions(macs)} M | {millions(found['floatMACs'])} M | "
        f"{100 * macs / (macs + found['floatMACs']):.2f} % | {dynamo} | {millions(found['sourceFileBytes'])} MB | "
        f"{millions(found['modelFileBytes'])} MB |"
    ), agrees


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("compiler", metavar="bnnm", help="the command line program, such as ../../.build/release/bnnm")
    parser.add_argument("--dynamo", type=Path, metavar="DIR", help="more graphs of the dynamo exporter")
    arguments = parser.parse_args()
    folders = [GRAPHS / "dynamo"] + ([arguments.dynamo] if arguments.dynamo else [])
    lines, agree = [BEGIN, "", *HEADER], True
    with tempfile.TemporaryDirectory() as folder:
        for name in SYSTEMS:
            line, agrees = row(name, arguments.compiler, folders, folder)
            lines.append(line)
            agree = agree and agrees
            print(line, flush=True)
    readme = FOLDER / "README.md"
    before, rest = readme.read_text().split(BEGIN)
    readme.write_text(before + "\n".join([*lines, "", END]) + rest.split(END)[1])
    raise SystemExit(0 if agree else 1)


if __name__ == "__main__":
    main()
