"""Compile every graph with random weights and write the table of README.md anew: `python table.py PATH-TO-BNNM`.

Needs neither PyTorch nor ONNX. A network that does not compile gets a row with the compiler's first words.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

from systems import SYSTEMS

FOLDER = Path(__file__).parent
BEGIN, END = "<!-- table: python table.py -->", "<!-- end of table -->"
HEADER = (
    "| network | system | binary layers | float layers | binary MACs | float MACs | binary | .onnx | .bnnm |",
    "|---|---|--:|--:|--:|--:|--:|--:|--:|",
)


def millions(number):
    """1234567 as 1.2, with a thin gap before each three digits of the whole part."""
    return f"{number / 1e6:,.1f}".replace(",", " ")


def row(name, compiler, folder):
    """The table's line for one graph."""
    system, source = SYSTEMS[name]
    title = f"| [`{name}`](graphs/{name}.onnx) | {system} ([{source}](https://arxiv.org/abs/{source})) |"
    report = Path(folder) / f"{name}.json"
    outcome = subprocess.run(
        [compiler, "compile", FOLDER / "graphs" / f"{name}.onnx", "--random-weights", "1",
         "-o", Path(folder) / f"{name}.bnnm", "--report", report],
        capture_output=True, text=True,
    )  # fmt: skip
    if outcome.returncode != 0:
        reason = (outcome.stderr.splitlines() or [f"exit status {outcome.returncode}"])[0]
        return f"{title} – | – | – | – | – | – | {reason.removeprefix('bnnm: ').rstrip(':')} |"
    found = json.loads(report.read_text())
    kinds = [layer["kind"] for layer in found["layers"]]
    binary, real = found["binaryMACs"], found["floatMACs"]
    return (
        f"{title} {kinds.count('binary')} | {kinds.count('float')} | {millions(binary)} M | {millions(real)} M | "
        f"{100 * binary / (binary + real):.2f} % | {millions(found['sourceFileBytes'])} MB | "
        f"{millions(found['modelFileBytes'])} MB |"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("compiler", metavar="bnnm", help="the command line program, such as ../../.build/release/bnnm")
    compiler = parser.parse_args().compiler
    lines = [BEGIN, "", *HEADER]
    with tempfile.TemporaryDirectory() as folder:
        for name in SYSTEMS:
            lines.append(row(name, compiler, folder))
            print(lines[-1], flush=True)
    readme = FOLDER / "README.md"
    before, rest = readme.read_text().split(BEGIN)
    readme.write_text(before + "\n".join([*lines, "", END]) + rest.split(END)[1])


if __name__ == "__main__":
    main()
