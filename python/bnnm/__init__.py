"""Compiled binary neural networks on NumPy arrays: compile, Model, and Error where something is wrong."""

from .compiler import compile
from .errors import Error
from .library import version as _version
from .model import Layer, Model, Probe, Tensor

__all__ = ["Error", "Layer", "Model", "Probe", "Tensor", "compile"]
__version__ = _version()
