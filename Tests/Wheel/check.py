"""Checks the installed Python package against what the program `bnnm` says of the same model and images.

    check.py MODEL.onnx MODEL.bnnm IMAGES.npy FOLDER

FOLDER holds what `bnnm run MODEL.bnnm --input IMAGES.npy --output-dir FOLDER/outputs` wrote, and FOLDER/probes what it
wrote with the first image and --probe-dir; a `bnnm` is on the PATH.
"""

import sys
import tempfile
import threading
from pathlib import Path

import numpy

import bnnm

onnx, path, images_path, folder = sys.argv[1:]
images = numpy.load(images_path)


def refuses(part: str, action, *arguments, **named) -> None:
    try:
        action(*arguments, **named)
    except bnnm.Error as error:
        assert part in str(error), f"'{error}' does not contain '{part}'"
        return
    raise AssertionError(f"not refused: {part}")


model = bnnm.Model(path)
(image,), (logits,) = model.inputs, model.outputs
assert image.shape == (None, 1, 8, 8) and image.dtype == numpy.float32, image
assert bnnm.__version__.count(".") == 2

# Outputs: bit for bit, all at once, one by one, by name, from memory in another order, from several threads.
expected = numpy.load(Path(folder, "outputs", f"{logits.name}.npy"))
assert expected.shape == (len(images), 10)
numpy.testing.assert_array_equal(model(images), expected)
numpy.testing.assert_array_equal(model(**{image.name: images[:1]}), expected[:1])
numpy.testing.assert_array_equal(bnnm.Model(path, threads=2)(numpy.asfortranarray(images)), expected)
results = [None] * 4
workers = [threading.Thread(target=lambda i=i: results.__setitem__(i, model(images[i:]))) for i in range(4)]
for worker in workers:
    worker.start()
for index, worker in enumerate(workers):
    worker.join()
    numpy.testing.assert_array_equal(results[index], expected[index:])
generic = bnnm.Model(path, instruction_set="generic")
assert generic.instruction_set == "generic"
assert (generic(images).argmax(1) == expected.argmax(1)).all()

# Decisions, under the names of the ONNX values.
probes = {file.stem: numpy.load(file) for file in Path(folder, "probes").glob("*.npy")}
found = model.probe(images[:1])
assert probes and len(found) == len(model.probes) == len(probes), (sorted(probes), sorted(found))
by_name = {"".join(c if c.isalnum() or c in "._-" else "_" for c in name): value for name, value in found.items()}
for name, decisions in probes.items():
    matching = [value for key, value in by_name.items() if key.strip("_") == name.strip("_")]
    assert len(matching) == 1, (name, sorted(by_name))
    numpy.testing.assert_array_equal(matching[0], decisions)
    assert set(numpy.unique(decisions)) <= {-1, 0, 1}
assert model.probe(images[:3])[model.probes[0].name].shape[0] == 3 * model.probes[0].shape[0]

# Layers and times.
assert any(layer.is_binary for layer in model.layers) and sum(layer.multiply_accumulates for layer in model.layers) > 1e6
report = model.profile(runs=5)
assert len(report["runs"]) == 1 and len(report["runs"][0]["layers"]) == len(model.layers), report.keys()

# The compiler gives the same model.
with tempfile.TemporaryDirectory() as scratch:
    again = bnnm.compile(onnx, Path(scratch, "again.bnnm"))
    numpy.testing.assert_array_equal(again(images), expected)
    damaged = Path(scratch, "damaged.onnx")
    damaged.write_bytes(b"no model")
    refuses("damaged.onnx", bnnm.compile, damaged)
    Path(scratch, "short.bnnm").write_bytes(Path(path).read_bytes()[:100])
    refuses("", bnnm.Model, Path(scratch, "short.bnnm"))

# Misuse.
refuses("takes float32 [1, 1, 8, 8], not float64 [1, 1, 8, 8]", model, images[:1].astype(numpy.float64))
refuses("not float32 [1, 64]", model, images[:1].reshape(1, 64))
refuses("not float32 [0, 1, 8, 8]", model, images[:0])
refuses("by position", model)
refuses("by position", model, images, images)
refuses("by position", model, image=images, other=images)
refuses("instruction_set must be one of", bnnm.Model, path, instruction_set="quantum")
refuses("threads must be at most", bnnm.Model, path, threads=1000)
refuses("absent.bnnm", bnnm.Model, "absent.bnnm")
print(f"{len(images)} images, {len(probes)} binarizers: as `bnnm run` says, with {model.instruction_set} kernels")
