"""The C API of libbnnm, which lies beside this file, through ctypes: bnnm.h as far as model.py needs it."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, c_char_p, c_int8, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from pathlib import Path
from typing import Any, Optional

import numpy

from .errors import Error

FOLDER = Path(__file__).resolve().parent
OK = 0
MESSAGE_CAPACITY = 1024
# bnnm_element_type, of inputs and outputs and of layers; bits have no NumPy type.
ELEMENT_TYPES = {1: numpy.float32, 2: numpy.int32, 4: numpy.int64, 5: numpy.bool_, 6: numpy.uint8}
BITS = 3

ProbeCallback = ctypes.CFUNCTYPE(None, c_void_p, c_uint32, c_size_t, c_void_p)


class Allocator(Structure):
    _fields_ = [("allocate", c_void_p), ("deallocate", c_void_p), ("user", c_void_p)]


class SizedStructure(Structure):
    """A structure that begins with its size, which the constructor writes."""

    def __init__(self) -> None:
        super().__init__()
        self.struct_size = ctypes.sizeof(self)


class ModelOptions(SizedStructure):
    _fields_ = [
        ("struct_size", c_size_t), ("message", c_void_p), ("message_capacity", c_size_t), ("allocator", Allocator),
        ("copy", c_uint32),
    ]  # fmt: skip


class SessionOptions(SizedStructure):
    _fields_ = [
        ("struct_size", c_size_t), ("message", c_void_p), ("message_capacity", c_size_t), ("allocator", Allocator),
        ("threads", c_uint32), ("isa_mask", c_uint32), ("arena", c_void_p), ("arena_byte_count", c_size_t),
        ("probe", ProbeCallback), ("probe_user", c_void_p),
    ]  # fmt: skip


class TensorInfo(SizedStructure):
    _fields_ = [
        ("struct_size", c_size_t), ("name", c_char_p), ("element_type", c_uint32), ("rank", c_uint32),
        ("dims", c_int64 * 8), ("leading_extent", c_int64), ("byte_count", c_uint64),
    ]  # fmt: skip


class ModelInfo(SizedStructure):
    _fields_ = [
        ("struct_size", c_size_t), ("name", c_char_p), ("producer", c_char_p), ("target", c_char_p),
        ("batch_name", c_char_p), ("format_version_major", c_uint32), ("format_version_minor", c_uint32),
        ("batch", c_uint32), ("layer_count", c_uint32), ("probe_count", c_uint32), ("weights_repacked", c_uint32),
        ("weight_byte_count", c_uint64), ("source_weight_byte_count", c_uint64), ("arena_byte_count", c_uint64),
    ]  # fmt: skip


class LayerInfo(SizedStructure):
    _fields_ = [
        ("struct_size", c_size_t), ("name", c_char_p), ("operator_name", c_char_p), ("element_type", c_uint32),
        ("rank", c_uint32), ("dims", c_int64 * 8), ("multiply_accumulates", c_uint64),
        ("weight_byte_count", c_uint64),
    ]  # fmt: skip


class ProbeInfo(SizedStructure):
    _fields_ = [
        ("struct_size", c_size_t), ("name", c_char_p), ("encoding", c_uint32), ("rank", c_uint32),
        ("dims", c_int64 * 8), ("element_count", c_uint64),
    ]  # fmt: skip


class Buffer(Structure):
    """bnnm_input and bnnm_output."""

    _fields_ = [("data", c_void_p), ("byte_count", c_size_t)]


def _declare(name: str, result: Any, *arguments: Any) -> Any:
    function = getattr(_library, name)
    function.restype, function.argtypes = result, arguments
    return function


_library = ctypes.CDLL(str(FOLDER / "libbnnm.so.0"))
_version = _declare("bnnm_version", c_char_p)
_status_text = _declare("bnnm_status_text", c_char_p, ctypes.c_int)
model_open_file = _declare("bnnm_model_open_file", ctypes.c_int, c_char_p, POINTER(ModelOptions), POINTER(c_void_p))
model_free = _declare("bnnm_model_free", None, c_void_p)
model_input_count = _declare("bnnm_model_input_count", c_uint32, c_void_p)
model_output_count = _declare("bnnm_model_output_count", c_uint32, c_void_p)
model_input_info = _declare("bnnm_model_input_info", ctypes.c_int, c_void_p, c_uint32, POINTER(TensorInfo))
model_output_info = _declare("bnnm_model_output_info", ctypes.c_int, c_void_p, c_uint32, POINTER(TensorInfo))
model_get_info = _declare("bnnm_model_get_info", ctypes.c_int, c_void_p, POINTER(ModelInfo))
model_layer_info = _declare("bnnm_model_layer_info", ctypes.c_int, c_void_p, c_uint32, POINTER(LayerInfo))
model_probe_info = _declare("bnnm_model_probe_info", ctypes.c_int, c_void_p, c_uint32, POINTER(ProbeInfo))
available_isa = _declare("bnnm_available_isa", c_uint32)
isa_name = _declare("bnnm_isa_name", c_char_p, ctypes.c_int)
session_create = _declare("bnnm_session_create", ctypes.c_int, c_void_p, POINTER(SessionOptions), POINTER(c_void_p))
session_free = _declare("bnnm_session_free", None, c_void_p)
session_isa = _declare("bnnm_session_isa", c_uint32, c_void_p)
session_run = _declare(
    "bnnm_session_run", ctypes.c_int, c_void_p, c_size_t, POINTER(Buffer), c_size_t, POINTER(Buffer), c_size_t
)
session_message = _declare("bnnm_session_message", c_char_p, c_void_p)
probe_read = _declare("bnnm_probe_read", ctypes.c_int, c_void_p, POINTER(c_int8), c_size_t)


def version() -> str:
    """The library's version, "0.1.0"."""
    return str(_version().decode())


def check(status: int, message: Optional[bytes] = None) -> None:
    """Raises Error for any status but OK."""
    if status != OK:
        raise Error((message or _status_text(status)).decode("utf-8", "replace"), status)
