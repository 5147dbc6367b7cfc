"""The shipped library through ctypes, with the clock of `session_times.c` around it."""

import ctypes
import statistics
from pathlib import Path

LEVELS = {"generic": 1, "neon": 2, "neon-dotprod": 4, "avx2": 8, "avx512": 16, "amx": 32}
MESSAGE = 1024


class Allocator(ctypes.Structure):
    _fields_ = [("allocate", ctypes.c_void_p), ("deallocate", ctypes.c_void_p), ("user", ctypes.c_void_p)]


class ModelOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_size_t), ("message", ctypes.c_char_p), ("message_capacity", ctypes.c_size_t),
        ("allocator", Allocator), ("copy", ctypes.c_uint32),
    ]  # fmt: skip


class ModelInfo(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_size_t), ("name", ctypes.c_char_p), ("producer", ctypes.c_char_p),
        ("target", ctypes.c_char_p), ("batch_name", ctypes.c_char_p), ("version_major", ctypes.c_uint32),
        ("version_minor", ctypes.c_uint32), ("batch", ctypes.c_uint32), ("layer_count", ctypes.c_uint32),
        ("probe_count", ctypes.c_uint32), ("weights_repacked", ctypes.c_uint32),
        ("weight_byte_count", ctypes.c_uint64), ("source_weight_byte_count", ctypes.c_uint64),
        ("arena_byte_count", ctypes.c_uint64), ("live_byte_count", ctypes.c_uint64),
    ]  # fmt: skip


class LayerInfo(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_size_t), ("name", ctypes.c_char_p), ("operator_name", ctypes.c_char_p),
        ("element_type", ctypes.c_uint32), ("rank", ctypes.c_uint32), ("dims", ctypes.c_int64 * 8),
        ("multiply_accumulates", ctypes.c_uint64), ("weight_byte_count", ctypes.c_uint64),
        ("runs_with", ctypes.c_uint32), ("operation_count", ctypes.c_uint64),
        ("operand_byte_count", ctypes.c_uint64), ("result_byte_count", ctypes.c_uint64),
    ]  # fmt: skip


def check(status, what):
    """Fails where a call did: also where a structure above is shorter than the library's."""
    if status:
        raise RuntimeError(f"{what} failed with status {status}")


class Library:
    """libbnnm.so and libbnnm_benchmark.so of a build of `scripts/build-library.sh`."""

    def __init__(self, build):
        build = Path(build)
        self.bnnm = ctypes.CDLL(str(build / "libbnnm.so"), mode=ctypes.RTLD_GLOBAL)
        self.clock = ctypes.CDLL(str(build / "Tests" / "Benchmark" / "libbnnm_benchmark.so"))
        self.bnnm.bnnm_isa_name.restype = ctypes.c_char_p
        self.bnnm.bnnm_session_layer_kernel.restype = ctypes.c_char_p
        self.clock.limit_name.restype = ctypes.c_char_p
        self.clock.limit_measure.restype = ctypes.c_double
        self.clock.limit_measure_threads.restype = ctypes.c_double
        self.clock.timed_session_create.restype = ctypes.c_void_p

    def levels(self):
        """The levels that library and CPU have, least first."""
        mask = self.bnnm.bnnm_available_isa()
        return [name for name, bit in LEVELS.items() if mask & bit]

    def usual_levels(self):
        """Those that sessions use unless they ask for others."""
        return [name for name in self.levels() if name != "amx"]

    def limits(self):
        """Names and numbers of the limits that this CPU can measure."""
        count = self.clock.limit_count()
        return {self.clock.limit_name(i).decode(): i for i in range(count) if self.clock.limit_is_available(i)}

    def binary_limits(self):
        """Those of counting bits, least first."""
        return {name: index for name, index in self.limits().items() if " + " in name}

    def tile_limits(self):
        """Those of products of bytes on tiles."""
        return {name: index for name, index in self.limits().items() if name.startswith("amx")}

    def measure_limit(self, index):
        """Multiply-accumulates, or bytes, a nanosecond."""
        return self.clock.limit_measure(index)

    def scaling(self, index, threads):
        """How many times the rate of one thread so many threads reach together."""
        return self.clock.limit_measure_threads(index, threads) / self.clock.limit_measure_threads(index, 1)

    def open(self, path):
        return Model(self, path)


class Model:
    """An opened .bnnm file."""

    def __init__(self, library, path):
        self.library = library
        message = ctypes.create_string_buffer(MESSAGE)
        options = ModelOptions(struct_size=ctypes.sizeof(ModelOptions), message_capacity=MESSAGE)
        options.message = ctypes.cast(message, ctypes.c_char_p)
        self.handle = ctypes.c_void_p()
        status = library.bnnm.bnnm_model_open_file(
            str(path).encode(), ctypes.byref(options), ctypes.byref(self.handle)
        )
        if status:
            raise RuntimeError(f"{path}: status {status}: {message.value.decode()}")
        self.info = ModelInfo(struct_size=ctypes.sizeof(ModelInfo))
        check(library.bnnm.bnnm_model_get_info(self.handle, ctypes.byref(self.info)), "bnnm_model_get_info")

    def layers(self):
        """The `LayerInfo` of each layer, in execution order."""
        found = []
        for index in range(self.info.layer_count):
            info = LayerInfo(struct_size=ctypes.sizeof(LayerInfo))
            status = self.library.bnnm.bnnm_model_layer_info(self.handle, index, ctypes.byref(info))
            check(status, "bnnm_model_layer_info")
            found.append(info)
        return found

    def session(self, level=None, threads=1):
        return Session(self, level, threads)

    def close(self):
        self.library.bnnm.bnnm_model_free(self.handle)


class Session:
    """A session on random inputs; its times are in microseconds."""

    def __init__(self, model, level=None, threads=1):
        self.model, self.clock = model, model.library.clock
        message = ctypes.create_string_buffer(MESSAGE)
        self.handle = self.clock.timed_session_create(
            model.handle, threads, LEVELS[level] if level else 0, message, ctypes.c_size_t(MESSAGE)
        )
        if not self.handle:
            raise RuntimeError(f"no session: {message.value.decode()}")

    def runs(self, count):
        """The time of each of `count` runs."""
        times = (ctypes.c_double * count)()
        check(self.clock.timed_session_runs(ctypes.c_void_p(self.handle), count, times), "a run")
        return [t / 1e3 for t in times]

    def layer_runs(self, count):
        """The time of each layer of each of `count` runs."""
        layers = self.model.info.layer_count
        times = (ctypes.c_double * (count * layers))()
        check(self.clock.timed_session_layers(ctypes.c_void_p(self.handle), count, times), "a run")
        return [[t / 1e3 for t in times[i * layers : (i + 1) * layers]] for i in range(count)]

    def layer(self, index, count):
        """The time of one layer in each of `count` runs."""
        return [run[index] for run in self.layer_runs(count)]

    def close(self):
        self.clock.timed_session_free(ctypes.c_void_p(self.handle))


def interleaved(variants, rounds, milliseconds=4.0, summary=statistics.median):
    """Times of variants that take turns, so that a change of the machine's speed meets all of them.

    `variants` maps names to functions that take a count and give as many times in microseconds; each is called in every
    round with as many as take about `milliseconds`. Gives the median of each, or another `summary`.
    """
    counts, times = {}, {name: [] for name in variants}
    for name, measure in variants.items():
        measure(1)
        counts[name] = max(1, min(200, int(1e3 * milliseconds / max(min(measure(3)), 0.1))))
    for _ in range(rounds):
        for name, measure in variants.items():
            times[name] += measure(counts[name])
    return {name: summary(values) for name, values in times.items()}
