"""Checks the Python package on a machine that is emulated, without programs of its own: outputs and decisions.

    check_foreign.py MODEL.bnnm IMAGES.npy FOLDER

FOLDER is as for check.py. Outputs of another machine may differ by roundings, predictions and decisions here do not.
"""

import platform
import sys
from pathlib import Path

import numpy

import bnnm

path, images_path, folder = sys.argv[1:]
images = numpy.load(images_path)
model = bnnm.Model(path)
expected = numpy.load(Path(folder, "outputs", f"{model.outputs[0].name}.npy"))
found = model(images)
assert (found.argmax(1) == expected.argmax(1)).all()
numpy.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
numpy.testing.assert_array_equal(bnnm.Model(path, threads=2)(images), found)

probes = {file.stem: numpy.load(file) for file in Path(folder, "probes").glob("*.npy")}
decisions = {"".join(c if c.isalnum() or c in "._-" else "_" for c in k): v for k, v in model.probe(images[:1]).items()}
assert probes and sorted(decisions) == sorted(probes), (sorted(decisions), sorted(probes))
for name, expected_decisions in probes.items():
    numpy.testing.assert_array_equal(decisions[name], expected_decisions, err_msg=name)
try:
    bnnm.Model(path, instruction_set="avx2")
except bnnm.Error as error:
    assert "neon" in str(error), error
else:
    raise AssertionError("an instruction set of another machine is taken")
print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {numpy.__version__}, {model.instruction_set}:",
      f"{len(images)} predictions and {sum(v.size for v in decisions.values())} decisions as expected")
