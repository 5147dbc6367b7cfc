// bnnm: runs compiled binary neural networks (.bnnm files).
//
// From simple to advanced:
//
//     bnnm_model *model;
//     bnnm_session *session;
//     bnnm_model_open_file("digits.bnnm", NULL, &model);
//     bnnm_session_create(model, NULL, &session);
//     bnnm_input input = {image, sizeof image};
//     bnnm_output output = {scores, sizeof scores};
//     bnnm_session_run(session, 1, &input, 1, &output, 1);
//     bnnm_session_free(session);
//     bnnm_model_free(model);
//
// Ownership: what an `_open_` or `_create` function gives belongs to the caller, who gives it back to the `_free`
// function of the same type, once; NULL is allowed there. A session keeps its model alive, so the two may be freed in
// either order. Strings and infos that a function gives point into the model (or are static); they are never freed by
// the caller and are valid as long as the model or session they were asked of. Whatever the caller passes in (options,
// names, buffers) is used during the call only, except where stated.
//
// Threads: a model is immutable; any number of threads may use it and create sessions of it at the same time. A session
// belongs to one thread at a time. Sessions of one model may run side by side.
//
// fork(): a child may use the models that it inherits, and create sessions of them; also sessions with one thread that
// were not running. A session with more threads refuses to run there, since its threads stay in the parent; it may be
// freed.
//
// Errors: every function that can fail gives a bnnm_status; results are then NULL, zero or untouched. Nothing is
// printed, nothing aborts, there is no global state, and a damaged file gives a status and a message. Passing a pointer
// that is neither NULL nor valid cannot be detected.
//
// Structures begin with `struct_size`, which the caller sets to sizeof the structure (the *_INIT macros do): so
// programs compiled against an older header keep working. Members that an older header lacks count as zero, or are not
// written. All other members zero means defaults. A structure longer than the library knows is accepted if what the
// library does not know is zero.
#ifndef BNNM_H
#define BNNM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---------------------------------------------------------------------------------------------------------------------
// Version and status

#define BNNM_VERSION_MAJOR 0
#define BNNM_VERSION_MINOR 1
#define BNNM_VERSION_PATCH 0
#define BNNM_VERSION_STRING "0.1.0"

// The version of the library that is linked, "0.1.0". Static.
const char *bnnm_version(void);

// Results of calls. Numbers are never changed or used again.
typedef enum bnnm_status {
  BNNM_OK = 0,
  BNNM_INVALID_ARGUMENT = 10,     // misuse of the API: NULL, an index or count out of range, unknown options
  BNNM_NOT_FOUND = 11,            // no such name
  BNNM_SHAPE_MISMATCH = 20,       // buffers or the number of executions do not fit the model's shapes
  BNNM_OUT_OF_MEMORY = 30,        // the allocator gave NULL
  BNNM_FILE_NOT_FOUND = 40,       // no file of that name
  BNNM_IO_ERROR = 41,             // the file cannot be read; the message says why
  BNNM_NOT_A_MODEL = 50,          // the bytes are no .bnnm file
  BNNM_CORRUPT_MODEL = 51,        // damaged, or inconsistent inside
  BNNM_UNSUPPORTED_VERSION = 52,  // made for another version of the library, or uses operators it does not know
  BNNM_LIMIT_EXCEEDED = 53,       // larger than this library, or this machine's address space, can take
  BNNM_UNSUPPORTED_CPU = 60,      // it has none of the instruction sets asked for, or lacks what the build needs
  BNNM_THREAD_FAILED = 70,        // the operating system started no thread, or fork() left the session's behind
} bnnm_status;

// A short text for a status, "out of memory"; for numbers that are no status, "unknown status". Static, never NULL.
const char *bnnm_status_text(bnnm_status status);

// ---------------------------------------------------------------------------------------------------------------------
// Models

// A compiled model: immutable, shared by sessions and threads.
typedef struct bnnm_model bnnm_model;

// Where memory comes from. All members NULL: malloc and free. Else both functions are set.
typedef struct bnnm_allocator {
  // Gives `byte_count` (> 0) bytes aligned to `alignment` (a power of two, at most 64), or NULL where memory is short.
  void *(*allocate)(void *user, size_t byte_count, size_t alignment);
  // Takes back what `allocate` gave, exactly once. Called in the thread that frees the last holder.
  void (*deallocate)(void *user, void *memory);
  void *user;
} bnnm_allocator;

typedef struct bnnm_model_options {
  size_t struct_size;
  char *message;             // where an error's details are written, always terminated; may be NULL
  size_t message_capacity;   // of `message`, in bytes
  bnnm_allocator allocator;  // used until the model is gone, that is, until its last session is freed too
  uint32_t copy;             // bnnm_model_open_memory: 1 copies the bytes, 0 uses the caller's
} bnnm_model_options;
#define BNNM_MODEL_OPTIONS_INIT {sizeof(bnnm_model_options), NULL, 0, {NULL, NULL, NULL}, 0}

// Opens a .bnnm file. The file is mapped into memory, checked as a whole and used in place; it must not be changed
// while the model lives (replacing it by renaming another over it is fine). `options` may be NULL.
bnnm_status bnnm_model_open_file(const char *path, const bnnm_model_options *options, bnnm_model **model);

// Opens a model that is in memory. Unless `options->copy` is set, `bytes` is used in place: it must be aligned to 64
// bytes and stay as it is until the model and all its sessions are freed.
bnnm_status bnnm_model_open_memory(const void *bytes, size_t byte_count, const bnnm_model_options *options,
                                   bnnm_model **model);

// Gives the model back; sessions keep what they need of it.
void bnnm_model_free(bnnm_model *model);

// ---------------------------------------------------------------------------------------------------------------------
// Inputs and outputs

#define BNNM_MAX_RANK 8

typedef enum bnnm_element_type {
  BNNM_FLOAT32 = 1,
  BNNM_INT32 = 2,
  BNNM_BITS = 3,  // inside only: +1 / -1
  BNNM_INT64 = 4,
  BNNM_BOOL = 5,   // one byte a value, 0 or 1
  BNNM_UINT8 = 6,  // bytes of images, which a model compiled with --input-u8 takes
} bnnm_element_type;

// An input or output, or the result of a layer. Inputs and outputs are of any type but bits. Elements are dense and
// row-major, in the ONNX model's order of dimensions for inputs and outputs (images [N][C][H][W]), channel-last for
// layers ([N][H][W][C]).
typedef struct bnnm_tensor_info {
  size_t struct_size;
  const char *name;       // the ONNX name
  uint32_t element_type;  // bnnm_element_type
  uint32_t rank;
  // -1 as dims[0] stands for an open batch dimension: dims[0] is then `leading_extent` times the number of executions.
  int64_t dims[BNNM_MAX_RANK];
  int64_t leading_extent;  // dims[0] for one execution; 1 in nearly every model with an open batch; 1 for rank 0
  uint64_t byte_count;     // of one execution
  // 1: layers read the input from, or compute the output in, the caller's buffer itself; 0: an output that is at the
  // same time an input, a constant or another output, and is copied to its buffer when all layers have run.
  uint32_t in_place;
} bnnm_tensor_info;
#define BNNM_TENSOR_INFO_INIT {sizeof(bnnm_tensor_info), NULL, 0, 0, {0}, 0, 0, 0}

// The number of inputs or outputs; 0 for a NULL model.
uint32_t bnnm_model_input_count(const bnnm_model *model);
uint32_t bnnm_model_output_count(const bnnm_model *model);

// What input or output `index` is, in the order of the ONNX model.
bnnm_status bnnm_model_input_info(const bnnm_model *model, uint32_t index, bnnm_tensor_info *info);
bnnm_status bnnm_model_output_info(const bnnm_model *model, uint32_t index, bnnm_tensor_info *info);

// The index of the input or output of that name; BNNM_NOT_FOUND where there is none (or the file's names were
// stripped).
bnnm_status bnnm_model_find_input(const bnnm_model *model, const char *name, uint32_t *index);
bnnm_status bnnm_model_find_output(const bnnm_model *model, const char *name, uint32_t *index);

// ---------------------------------------------------------------------------------------------------------------------
// Sessions

// What is needed to run a model: its working memory and threads. Belongs to one thread at a time.
typedef struct bnnm_session bnnm_session;

// Instruction sets that kernels are written for, as a mask.
typedef enum bnnm_isa {
  BNNM_ISA_GENERIC = 1 << 0,  // plain C; always available
  BNNM_ISA_NEON = 1 << 1,
  BNNM_ISA_NEON_DOTPROD = 1 << 2,
  BNNM_ISA_AVX2 = 1 << 3,
  BNNM_ISA_AVX512 = 1 << 4,
  BNNM_ISA_AMX = 1 << 5,  // only where a session's isa_mask has it
} bnnm_isa;

// The instruction sets that both this CPU (with its operating system) and this library have, as a mask of bnnm_isa.
uint32_t bnnm_available_isa(void);

// The name of one instruction set: "generic", "neon", "neon-dotprod", "avx2", "avx512", "amx"; NULL for anything else.
// Static.
const char *bnnm_isa_name(bnnm_isa isa);

// The value of `bnnm compile --target` whose layout of weights this CPU's best kernels use where it is in the file:
// "x86-avx2". Static.
const char *bnnm_native_target(void);

// The decisions that a probed binarizer has just taken: valid during the callback that it is handed to.
typedef struct bnnm_probe_view bnnm_probe_view;

// Called during bnnm_session_run, in its thread, after the decisions of probe `probe` were computed in execution
// `execution`. The session must not be used or freed in it.
typedef void (*bnnm_probe_callback)(void *user, uint32_t probe, size_t execution, const bnnm_probe_view *view);

// Called during bnnm_session_run, in its thread: before each layer of execution `execution` runs, and after the last
// one with the number of layers, so that a clock read here tells each layer's time. Layers that run together, some rows
// at a time, run when the last of them is due: its time is that of all of them. The session must not be used or freed
// in it.
typedef void (*bnnm_layer_callback)(void *user, uint32_t layer, size_t execution);

#define BNNM_MAX_THREADS 64
#define BNNM_MAX_CPUS 1024

typedef struct bnnm_session_options {
  size_t struct_size;
  char *message;             // where an error's details are written, always terminated; may be NULL
  size_t message_capacity;   // of `message`, in bytes
  bnnm_allocator allocator;  // used until the session is freed
  // Threads that share the work of one run, the caller's among them; 0 counts as 1. Results do not depend on it.
  uint32_t threads;
  // Instruction sets that may be used, as a mask of bnnm_isa; 0: all but AMX. Those that the CPU lacks are passed over,
  // and plain C is what remains where the mask has BNNM_ISA_GENERIC; BNNM_UNSUPPORTED_CPU where the CPU has none of the
  // mask. A mask with AMX, on a CPU that has it, asks Linux for permission to use tile registers: for the whole
  // process, its later children too, and for good; from then on every signal handler's stack needs 8 KB more, and
  // smaller ones by sigaltstack are refused. Where permission is denied, AMX counts as lacking; where the mask has
  // nothing else, the message says why. Kernels of AMX take 128 KB of the stack of each thread that runs.
  uint32_t isa_mask;
  // Working memory of the caller, aligned to 64 bytes and of bnnm_session_arena_bytes bytes or more, which must stay
  // the session's until it is freed; NULL: the allocator's.
  void *arena;
  size_t arena_byte_count;
  bnnm_probe_callback probe;  // NULL: none
  void *probe_user;
  bnnm_layer_callback layer;  // NULL: none
  void *layer_user;
  // CPUs, as the operating system numbers them from 0 to BNNM_MAX_CPUS - 1: thread i of the session stays on
  // cpus[i % cpu_count]. The caller's thread counts as thread 0, and stays where the caller has it. Read at creation
  // only; NULL and 0: wherever the operating system puts them.
  const uint32_t *cpus;
  uint32_t cpu_count;
} bnnm_session_options;
#define BNNM_SESSION_OPTIONS_INIT \
  {sizeof(bnnm_session_options), NULL, 0, {NULL, NULL, NULL}, 0, 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 0}

// Makes ready to run: everything is allocated here. `options` may be NULL.
bnnm_status bnnm_session_create(bnnm_model *model, const bnnm_session_options *options, bnnm_session **session);

// Ends the session's threads and gives its memory back.
void bnnm_session_free(bnnm_session *session);

// An input's values, of the type that its info says: read only, aligned to the size of an element, `byte_count` as
// described at bnnm_session_run.
typedef struct bnnm_input {
  const void *data;
  size_t byte_count;
} bnnm_input;

// Room for an output's values, aligned likewise.
typedef struct bnnm_output {
  void *data;
  size_t byte_count;
} bnnm_output;

// Runs the model: `inputs` and `outputs` in the model's order, all of them. Where the batch dimension is open, the
// model is executed `execution_count` (>= 1) times, on samples that stand one behind the other: each buffer has exactly
// execution_count times the byte count of its info. Where the batch is fixed, execution_count is 1. Output buffers must
// overlap no other buffer. No buffer is copied, except where bnnm_tensor_info.in_place is 0; to bind buffers once, keep
// the arrays and pass them to every run. Does not allocate, lock or touch the file system; with threads it may sleep
// and wake them. On failure outputs are as they were, and bnnm_session_message says what was wrong.
bnnm_status bnnm_session_run(bnnm_session *session, size_t execution_count, const bnnm_input *inputs,
                             size_t input_count, const bnnm_output *outputs, size_t output_count);

// Details of the last bnnm_session_run's failure; empty after a success. Valid until the next run; never NULL.
const char *bnnm_session_message(const bnnm_session *session);

// ---------------------------------------------------------------------------------------------------------------------
// Memory of the caller, information about models and layers

// The size of the working memory that a session of this model needs, in bytes, for bnnm_session_options.arena: more
// with more `threads`. `options` may be NULL; they are checked as bnnm_session_create would.
bnnm_status bnnm_session_arena_bytes(const bnnm_model *model, const bnnm_session_options *options, size_t *byte_count);

// The instruction set a session uses at best: one of bnnm_isa; 0 for NULL.
uint32_t bnnm_session_isa(const bnnm_session *session);

typedef struct bnnm_model_info {
  size_t struct_size;
  const char *name;               // of the ONNX graph
  const char *producer;           // the compiler: "bnnm 0.1.0"
  const char *target;             // what the weights are laid out for: "portable"
  const char *batch_name;         // the ONNX name of an open batch dimension; else empty
  uint32_t format_version_major;  // of the file
  uint32_t format_version_minor;
  uint32_t batch;  // 0: open, any number of executions is a batch; 1: exactly one, as the shapes say
  uint32_t layer_count;
  uint32_t probe_count;
  uint32_t weights_repacked;          // 1 where the weights had to be repacked for this CPU when the model was opened
  uint64_t weight_byte_count;         // of all constants in the file
  uint64_t source_weight_byte_count;  // of the ONNX model's initializers
  uint64_t arena_byte_count;          // working memory of a session of one thread
  uint64_t live_byte_count;           // the most of it that is in use at once: no plan could do with less
} bnnm_model_info;
#define BNNM_MODEL_INFO_INIT {sizeof(bnnm_model_info), NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}

// What the model is as a whole.
bnnm_status bnnm_model_get_info(const bnnm_model *model, bnnm_model_info *info);

typedef struct bnnm_layer_info {
  size_t struct_size;
  const char *name;           // of the ONNX node; empty in a stripped file
  const char *operator_name;  // "BinaryConv2D"
  uint32_t element_type;      // of the result: bnnm_element_type
  uint32_t rank;              // of the result, with dims for one execution, channel-last
  int64_t dims[BNNM_MAX_RANK];
  uint64_t multiply_accumulates;  // of one execution
  uint64_t weight_byte_count;     // of the constants it reads
  // The layer in whose time it runs (see bnnm_layer_callback): itself, or the last one of those that run together.
  uint32_t runs_with;
  // Arithmetic of one execution beside those: operations on a number of 32 bits each, twice as many of 64; a fused
  // multiply-add is one.
  uint64_t operation_count;
  uint64_t operand_byte_count;  // of the tensors it reads
  uint64_t result_byte_count;   // of those it computes
} bnnm_layer_info;
#define BNNM_LAYER_INFO_INIT {sizeof(bnnm_layer_info), NULL, NULL, 0, 0, {0}, 0, 0, 0, 0, 0, 0}

// What layer `index` (below bnnm_model_info.layer_count) computes; layers stand in execution order.
bnnm_status bnnm_model_layer_info(const bnnm_model *model, uint32_t index, bnnm_layer_info *info);

// The kernel that computes layer `index` in this session, "binary_conv2d_avx2"; NULL for NULL or an index out of range.
const char *bnnm_session_layer_kernel(const bnnm_session *session, uint32_t index);

// ---------------------------------------------------------------------------------------------------------------------
// Probes: what the binarizers decided

typedef enum bnnm_probe_encoding {
  BNNM_PROBE_SIGNED = 1,    // decisions are -1 and +1, and 0 where the binarizer gives 0 because its input is 0
  BNNM_PROBE_ZERO_ONE = 2,  // decisions are 0 and 1
} bnnm_probe_encoding;

typedef struct bnnm_probe_info {
  size_t struct_size;
  const char *name;   // of the ONNX value
  uint32_t encoding;  // bnnm_probe_encoding
  uint32_t rank;
  int64_t dims[BNNM_MAX_RANK];  // the ONNX value's shape, for one execution
  uint64_t element_count;
} bnnm_probe_info;
#define BNNM_PROBE_INFO_INIT {sizeof(bnnm_probe_info), NULL, 0, 0, {0}, 0}

// The number of probes; 0 for a NULL model.
uint32_t bnnm_model_probe_count(const bnnm_model *model);

// What probe `index` shows.
bnnm_status bnnm_model_probe_info(const bnnm_model *model, uint32_t index, bnnm_probe_info *info);

// Writes the decisions, as the probe's encoding says, in the ONNX value's order of elements. `count` is the probe's
// element_count.
bnnm_status bnnm_probe_read(const bnnm_probe_view *view, int8_t *decisions, size_t count);

// ---------------------------------------------------------------------------------------------------------------------
// Checks: executions with known results, embedded by `bnnm compile --with-check`, for a machine to prove itself on

typedef struct bnnm_check_result {
  size_t struct_size;
  uint32_t passed;                 // 1 where nothing differs
  uint32_t probe_count;            // binarizers compared
  uint32_t differing_probes;       // of these, how many decided otherwise somewhere
  uint32_t first_differing_probe;  // its index; UINT32_MAX: none
  uint32_t output_count;
  uint32_t
      differing_outputs;     // beyond the tolerance, no number where one was expected, or integers or bool that differ
  float largest_difference;  // of an output from what was expected, relative to the largest magnitude expected in it
  float tolerance;
} bnnm_check_result;
#define BNNM_CHECK_RESULT_INIT {sizeof(bnnm_check_result), 0, 0, 0, UINT32_MAX, 0, 0, 0, 0}

// The number of checks in the model; 0 for a NULL model.
uint32_t bnnm_model_check_count(const bnnm_model *model);

// Runs check `index` on the session, with its instruction sets and threads, and compares every decision and every
// output with what is embedded. BNNM_OK says that it was run; `result` says how it went. The session's own probe
// callback is not called. Memory for the outputs comes from the session's allocator and is given back.
bnnm_status bnnm_session_check(bnnm_session *session, uint32_t index, bnnm_check_result *result);

#ifdef __cplusplus
}
#endif
#endif
