"""The command line program, for the models that are measured."""

import subprocess
from pathlib import Path


class Compiler:
    def __init__(self, program, folder):
        self.program, self.folder, self.count = program, Path(folder), 0

    def compile(self, model, target):
        """The path of the .bnnm file of an ONNX model in memory."""
        self.count += 1
        source = self.folder / f"model{self.count}.onnx"
        source.write_bytes(model.SerializeToString())
        return self.compile_file(source, target)

    def compile_file(self, source, target, random_weights=None):
        output = self.folder / f"{source.stem}.bnnm"
        extra = [] if random_weights is None else ["--random-weights", str(random_weights)]
        outcome = subprocess.run(
            [self.program, "compile", source, "-o", output, "--target", target, *extra], capture_output=True, text=True
        )
        if outcome.returncode != 0:
            raise RuntimeError(outcome.stderr)
        return output
