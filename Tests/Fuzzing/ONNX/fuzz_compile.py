"""Compiles mutated ONNX files with `bnnm compile`, each in a process of its own with limits on memory and time.

    fuzz_compile.py BNNM SECONDS SEED FINDINGS SEEDS...

BNNM is the program, SEED the first random number, FINDINGS a folder for files that broke it, SEEDS folders whose *.onnx files
mutations start from. A mutation changes single fields of the protobuf message to extremes and neighbours, names to other names
of the model, operators to others; repeats, drops and swaps nodes, tensors, attributes and numbers; cuts and lengthens raw
data; or changes bytes of the whole file. Expected is exit status 0 or 1, and a message with the latter. Anything else, a trap, a
signal, too much memory or time, is a finding, and makes the exit status 1.
"""

import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time

import onnx
from google.protobuf.descriptor import FieldDescriptor

MEMORY_BYTES = 8 << 30
SECONDS = 60
INTEGERS = [0, 1, -1, 2, -2, 3, 7, 8, 64, 255, 65536, 1 << 20, (1 << 31) - 1, 1 << 31, -(1 << 31), 1 << 32, 1 << 40]
INTEGERS += [1 << 62, (1 << 63) - 1, -(1 << 63)]
REALS = [0.0, -0.0, 1.0, -1.0, 1e38, -1e38, 1e-45, float("inf"), float("-inf"), float("nan")]


class Mutator:
    """Mutates models; `operators` are the names that a node's operator may become."""

    def __init__(self, random_numbers, operators):
        self.random = random_numbers
        self.operators = operators

    def mutate(self, model):
        """Changes one field somewhere in `model`."""
        message, field = self.random.choice(list(fields(model)))
        if not field.is_repeated:
            setattr(message, field.name, self.value(field, getattr(message, field.name), model))
            return
        elements = getattr(message, field.name)
        position, choice = self.random.randrange(len(elements)), self.random.randrange(5)
        if choice == 0:
            del elements[position]
        elif field.type == FieldDescriptor.TYPE_MESSAGE:
            other = self.random.randrange(len(elements))
            if choice < 3:
                elements.add().CopyFrom(elements[position])
            else:
                kept = type(elements[position])()
                kept.CopyFrom(elements[position])
                elements[position].CopyFrom(elements[other])
                elements[other].CopyFrom(kept)
        elif choice == 1:
            elements.append(elements[position])
        else:
            elements[position] = self.value(field, elements[position], model)

    def value(self, field, old, model):
        """Another value for a field that is no message."""
        kind = field.cpp_type
        if kind in (FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_INT64):
            limit = 1 << (31 if kind == FieldDescriptor.CPPTYPE_INT32 else 63)
            candidates = INTEGERS + [old + 1, old - 1, old * 2]
            return self.random.choice([number for number in candidates if -limit <= number < limit])
        if kind in (FieldDescriptor.CPPTYPE_UINT32, FieldDescriptor.CPPTYPE_UINT64):
            return self.random.choice([0, 1, (1 << 32) - 1])
        if kind in (FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE):
            return self.random.choice(REALS)
        if kind == FieldDescriptor.CPPTYPE_ENUM:
            return self.random.choice(field.enum_type.values).number
        if kind == FieldDescriptor.CPPTYPE_BOOL:
            return not old
        if field.type == FieldDescriptor.TYPE_STRING:
            return self.random.choice(names(model) + self.operators + ["", "N", old + "_"])
        return self.raw(bytearray(old))

    def raw(self, data):
        """Raw data cut off, lengthened, or with an extreme number in it."""
        choice = self.random.randrange(3)
        if choice == 0:
            return bytes(data[: self.random.randrange(len(data) + 1)])
        if choice == 1 or len(data) < 8:
            return bytes(data) + bytes(self.random.choice([1, 4, 8]))
        place = self.random.randrange(len(data) // 8) * 8
        data[place : place + 8] = self.random.choice(INTEGERS).to_bytes(8, "little", signed=True)
        return bytes(data)

    def bytes_of(self, model):
        """The file; now and then with bytes changed."""
        data = bytearray(model.SerializeToString())
        if data and self.random.random() < 0.1:
            for _ in range(self.random.choice([1, 4])):
                data[self.random.randrange(len(data))] = self.random.randrange(256)
        return bytes(data)


def fields(message):
    """Every present field of a message and of those in it, with the message that it is of."""
    for field, value in message.ListFields():
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            for inner in value if field.is_repeated else [value]:
                yield from fields(inner)
            if not field.is_repeated:
                continue
        yield message, field


def names(model):
    """All names of values."""
    graph = model.graph
    of_nodes = [name for node in graph.node for name in [*node.input, *node.output]]
    return of_nodes + [value.name for value in [*graph.input, *graph.initializer]]


def limit_resources():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def complaint(program, source, result):
    """What is wrong with how the program took the file; None: nothing."""
    command = [program, "compile", source, "-o", result]
    environment = {"SWIFT_BACKTRACE": "enable=no"}
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=SECONDS, preexec_fn=limit_resources, env=environment, check=False)
    except subprocess.TimeoutExpired:
        return f"more than {SECONDS} seconds"
    if done.returncode == 0 or (done.returncode == 1 and done.stderr):
        return None
    return f"status {done.returncode}: {done.stderr[-500:].decode(errors='replace')}"


def main():
    program, seconds, seed, findings, *folders = sys.argv[1:]
    files = sorted(file for folder in folders for file in pathlib.Path(folder).rglob("*.onnx"))
    models = [onnx.load(file, load_external_data=False) for file in files if file.stat().st_size < 20000]
    operators = sorted({node.op_type for model in models for node in model.graph.node})
    mutator = Mutator(random.Random(int(seed)), operators)
    end, count, found = time.monotonic() + float(seconds), 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        source, result = f"{scratch}/m.onnx", f"{scratch}/m.bnnm"
        while time.monotonic() < end:
            model = onnx.ModelProto()
            model.CopyFrom(mutator.random.choice(models))
            for _ in range(mutator.random.choice([1, 1, 2, 3, 5])):
                mutator.mutate(model)
            data = mutator.bytes_of(model)
            pathlib.Path(source).write_bytes(data)
            count += 1
            wrong = complaint(program, source, result)
            if wrong:
                found += 1
                path = pathlib.Path(findings) / f"onnx-{seed}-{count}.onnx"
                path.write_bytes(data)
                print(f"{path}: {wrong}", file=sys.stderr)
    print(f"{count} mutated files of {len(models)} models compiled or refused, {found} findings")
    sys.exit(1 if found else 0)


main()
