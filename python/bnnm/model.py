"""Models: opened, described, run on NumPy arrays, probed and profiled."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import threading
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple, Union

import numpy
from numpy.typing import NDArray

from . import library
from .errors import Error

Array = NDArray[Any]


@dataclass(frozen=True)
class Tensor:
    """An input or output: its ONNX name, NumPy type and shape; None stands for an open batch dimension."""

    name: str
    dtype: "numpy.dtype[Any]"
    shape: Tuple[Optional[int], ...]
    leading_extent: int


@dataclass(frozen=True)
class Layer:
    """What is computed in one step; the shape of its result is channel-last."""

    name: str
    operator: str
    shape: Tuple[int, ...]
    is_binary: bool
    multiply_accumulates: int
    weight_byte_count: int


@dataclass(frozen=True)
class Probe:
    """A binarizer whose decisions can be shown: the ONNX value's name and shape."""

    name: str
    shape: Tuple[int, ...]
    is_zero_one: bool


class Model:
    """A compiled model with a session of its own. Calls from several threads run one after the other."""

    def __init__(
        self, path: Union[str, "os.PathLike[str]"], *, threads: int = 1, instruction_set: Optional[str] = None
    ) -> None:
        """Opens a .bnnm file. `instruction_set` forces one: "generic", "avx2", …; by default the best but AMX is used."""
        self.path = os.fspath(path)
        self._lock = threading.Lock()
        self._model, self._session = ctypes.c_void_p(), ctypes.c_void_p()
        message = ctypes.create_string_buffer(library.MESSAGE_CAPACITY)
        options = library.ModelOptions()
        options.message, options.message_capacity = ctypes.addressof(message), len(message)
        status = library.model_open_file(os.fsencode(path), ctypes.byref(options), ctypes.byref(self._model))
        library.check(status, message.value)
        self.inputs = self._tensors(library.model_input_count, library.model_input_info)
        self.outputs = self._tensors(library.model_output_count, library.model_output_info)
        info = library.ModelInfo()
        library.check(library.model_get_info(self._model, ctypes.byref(info)))
        self._has_open_batch = info.batch == 0
        self.layers: List[Layer] = [self._layer(index) for index in range(info.layer_count)]
        self.probes: List[Probe] = [self._probe(index) for index in range(info.probe_count)]
        self._threads, self._instruction_sets = threads, _instruction_set(instruction_set)
        self._session = self._create_session(None)

    def __del__(self) -> None:
        if getattr(self, "_session", None):
            library.session_free(self._session)
        if getattr(self, "_model", None):
            library.model_free(self._model)

    @property
    def instruction_set(self) -> str:
        """What the model is computed with at best: "avx2"."""
        return str(library.isa_name(library.session_isa(self._session)).decode())

    def __call__(self, *arrays: Array, **named: Array) -> Union[Array, Tuple[Array, ...]]:
        """Runs the model: inputs in the model's order or by name, of exactly its types. A tuple where it has several
        outputs."""
        with self._lock:
            outputs = self._run(self._session, arrays, named)
        return outputs[0] if len(outputs) == 1 else tuple(outputs)

    def probe(self, *arrays: Array, **named: Array) -> Dict[str, NDArray[numpy.int8]]:
        """What every binarizer decides, by name: −1 and +1 (0 for a sign that gives 0), or 0 and 1. For inputs of more than
        one execution, one behind the other along the first dimension."""
        parts: List[List[NDArray[numpy.int8]]] = [[] for _ in self.probes]
        failures: List[int] = []

        def keep(_user: Any, index: int, _execution: int, view: Any) -> None:
            decisions = numpy.empty(self.probes[index].shape, numpy.int8)
            pointer = decisions.ctypes.data_as(ctypes.POINTER(ctypes.c_int8))
            failures.append(library.probe_read(view, pointer, decisions.size))
            parts[index].append(decisions)

        session = self._create_session(library.ProbeCallback(keep))
        try:
            self._run(session, arrays, named)
        finally:
            library.session_free(session)
        for status in failures:
            library.check(status)
        return {
            probe.name: found[0] if len(found) == 1 else numpy.concatenate([numpy.atleast_1d(part) for part in found])
            for probe, found in zip(self.probes, parts)
        }

    def profile(self, *, runs: Optional[int] = None, seconds: Optional[float] = None) -> Dict[str, Any]:
        """What `bnnm-profile --json` measures of this model with its threads and instruction set."""
        command = [str(library.FOLDER / "bin" / "bnnm-profile"), self.path, "--json"]
        command += ["--threads", str(self._threads), "--isa", self.instruction_set]
        command += ["--runs", str(runs)] if runs is not None else []
        command += ["--seconds", str(seconds)] if seconds is not None else []
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise Error(done.stderr.strip() or f"bnnm-profile ended with status {done.returncode}")
        report: Dict[str, Any] = json.loads(done.stdout)
        return report

    def _tensors(self, count: Any, get: Any) -> List[Tensor]:
        result = []
        for index in range(count(self._model)):
            info = library.TensorInfo()
            library.check(get(self._model, index, ctypes.byref(info)))
            if info.element_type not in library.ELEMENT_TYPES:
                raise Error(f"'{info.name.decode()}' has element type {info.element_type}, which this module does not know")
            shape = tuple(None if extent < 0 else extent for extent in info.dims[: info.rank])
            dtype = numpy.dtype(library.ELEMENT_TYPES[info.element_type])
            result.append(Tensor(info.name.decode(), dtype, shape, info.leading_extent))
        return result

    def _layer(self, index: int) -> Layer:
        info = library.LayerInfo()
        library.check(library.model_layer_info(self._model, index, ctypes.byref(info)))
        return Layer(
            info.name.decode(), info.operator_name.decode(), tuple(info.dims[: info.rank]),
            info.element_type == library.BITS, info.multiply_accumulates, info.weight_byte_count,
        )  # fmt: skip

    def _probe(self, index: int) -> Probe:
        info = library.ProbeInfo()
        library.check(library.model_probe_info(self._model, index, ctypes.byref(info)))
        return Probe(info.name.decode(), tuple(info.dims[: info.rank]), info.encoding == 2)

    def _create_session(self, callback: Any) -> ctypes.c_void_p:
        message = ctypes.create_string_buffer(library.MESSAGE_CAPACITY)
        options = library.SessionOptions()
        options.message, options.message_capacity = ctypes.addressof(message), len(message)
        options.threads, options.isa_mask = self._threads, self._instruction_sets
        if callback is not None:
            options.probe = callback
        session = ctypes.c_void_p()
        status = library.session_create(self._model, ctypes.byref(options), ctypes.byref(session))
        library.check(status, message.value)
        # Beside the session, so that the callback lives as long.
        session.callback = callback  # type: ignore[attr-defined]
        return session

    def _run(self, session: ctypes.c_void_p, arrays: Tuple[Array, ...], named: Dict[str, Array]) -> List[Array]:
        inputs = [numpy.asarray(array, order="C") for array in self._ordered(arrays, named)]
        count = self._execution_count(inputs)
        for tensor, array in zip(self.inputs, inputs):
            expected = tuple(count * tensor.leading_extent if n is None else n for n in tensor.shape)
            if array.dtype != tensor.dtype or array.shape != expected:
                raise Error(
                    f"input '{tensor.name}' takes {tensor.dtype} {list(expected)}, not {array.dtype} {list(array.shape)}"
                )
        outputs = [
            numpy.empty([count * tensor.leading_extent if n is None else n for n in tensor.shape], tensor.dtype)
            for tensor in self.outputs
        ]
        buffers = [
            (library.Buffer * max(len(group), 1))(*[library.Buffer(array.ctypes.data, array.nbytes) for array in group])
            for group in (inputs, outputs)
        ]
        status = library.session_run(session, count, buffers[0], len(inputs), buffers[1], len(outputs))
        library.check(status, library.session_message(session))
        return outputs

    def _ordered(self, arrays: Tuple[Array, ...], named: Dict[str, Array]) -> List[Array]:
        """The inputs in the model's order."""
        names = [tensor.name for tensor in self.inputs]
        by_name = names[len(arrays) :]
        if len(arrays) > len(names) or len(set(by_name)) != len(by_name) or set(named) != set(by_name):
            raise Error(f"the model takes {names}, not {len(arrays)} by position and {sorted(named)} by name")
        return [*arrays, *(named[name] for name in by_name)]

    def _execution_count(self, inputs: List[Array]) -> int:
        if not self._has_open_batch:
            return 1
        for tensor, array in zip(self.inputs, inputs):
            if tensor.shape and tensor.shape[0] is None and array.ndim > 0:
                return int(max(array.shape[0] // max(tensor.leading_extent, 1), 1))
        return 1


def _instruction_set(name: Optional[str]) -> int:
    """The bit of an instruction set that this CPU has; 0, which means all, for None."""
    if name is None:
        return 0
    available: int = library.available_isa()
    levels: Dict[str, int] = {library.isa_name(1 << bit).decode(): 1 << bit for bit in range(32) if available >> bit & 1}
    if name not in levels:
        raise Error(f"instruction_set must be one of {sorted(levels)}, which this CPU has, not {name!r}")
    return levels[name]
