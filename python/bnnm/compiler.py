"""From ONNX to .bnnm, by the program `bnnm`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Optional, Sequence, Union

from .errors import Error
from .library import FOLDER
from .model import Model


def compile(
    onnx: Union[str, "os.PathLike[str]"],
    output: Optional[Union[str, "os.PathLike[str]"]] = None,
    *,
    options: Sequence[str] = (),
    **model_options: Any,
) -> Model:
    """Compiles an ONNX model and opens what comes of it, by default beside it: model.onnx, model.bnnm.

    `options` go to `bnnm compile` as they are: ["--shape", "image=1x3x224x224"]. `model_options` go to Model. Raises
    Error with the compiler's message where it refuses the model, or where there is no compiler.
    """
    path = Path(output) if output is not None else Path(onnx).with_suffix(".bnnm")
    command = [_program(), "compile", os.fspath(onnx), "-o", os.fspath(path), *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise Error(done.stderr.strip() or f"bnnm compile ended with status {done.returncode}")
    return Model(path, **model_options)


def _program() -> str:
    """The compiler: the one in the wheel, or the first on the PATH."""
    bundled = FOLDER / "bin" / "bnnm"
    found = str(bundled) if bundled.exists() else shutil.which("bnnm")
    if found is None:
        raise Error(f"the compiler `bnnm` is neither in {bundled.parent} nor on the PATH: install bnnm-tools or build it")
    return found
