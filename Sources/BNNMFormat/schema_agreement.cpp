// Compiles to nothing: asserts that the numbers of the schema are those of the C header, both being file contract.
#include "bnnm_format.h"
#include "schema.h"

namespace bnnm::schema {
namespace {

template <typename Stored>
constexpr bool equal(Stored stored, unsigned described) {
  return static_cast<unsigned>(stored) == described;
}

static_assert(equal(ElementType::Float32, BNNMF_FLOAT32));
static_assert(equal(ElementType::Int32, BNNMF_INT32));
static_assert(equal(ElementType::Bits, BNNMF_BITS));
static_assert(equal(ElementType::MAX, BNNMF_BITS));

static_assert(equal(Parameters::Transpose, BNNMF_OP_TRANSPOSE));
static_assert(equal(Parameters::Reshape, BNNMF_OP_RESHAPE));
static_assert(equal(Parameters::Conv2D, BNNMF_OP_CONV2D));
static_assert(equal(Parameters::BinaryConv2D, BNNMF_OP_BINARY_CONV2D));
static_assert(equal(Parameters::MaxPool, BNNMF_OP_MAX_POOL));
static_assert(equal(Parameters::AveragePool, BNNMF_OP_AVERAGE_POOL));
static_assert(equal(Parameters::BitPool, BNNMF_OP_BIT_POOL));
static_assert(equal(Parameters::Binarize, BNNMF_OP_BINARIZE));
static_assert(equal(Parameters::Unpack, BNNMF_OP_UNPACK));
static_assert(equal(Parameters::ScaleShift, BNNMF_OP_SCALE_SHIFT));
static_assert(equal(Parameters::Clamp, BNNMF_OP_CLAMP));
static_assert(equal(Parameters::Elementwise, BNNMF_OP_ELEMENTWISE));
static_assert(equal(Parameters::Concat, BNNMF_OP_CONCAT));
static_assert(equal(Parameters::Map, BNNMF_OP_MAP));
static_assert(equal(Parameters::BinarizeBy, BNNMF_OP_BINARIZE_BY));
static_assert(equal(Parameters::AccumulatorThresholds, BNNMF_OP_ACCUMULATOR_THRESHOLDS));
static_assert(equal(Parameters::MAX, BNNMF_OP_ACCUMULATOR_THRESHOLDS));

static_assert(equal(Function::Add, BNNMF_ADD));
static_assert(equal(Function::Subtract, BNNMF_SUBTRACT));
static_assert(equal(Function::Multiply, BNNMF_MULTIPLY));
static_assert(equal(Function::Divide, BNNMF_DIVIDE));
static_assert(equal(Function::Minimum, BNNMF_MINIMUM));
static_assert(equal(Function::Maximum, BNNMF_MAXIMUM));
static_assert(equal(Function::MAX, BNNMF_MAXIMUM));

static_assert(equal(StepKind::ScaleShift, BNNMF_STEP_SCALE_SHIFT));
static_assert(equal(StepKind::Rectify, BNNMF_STEP_RECTIFY));
static_assert(equal(StepKind::Clamp, BNNMF_STEP_CLAMP));
static_assert(equal(StepKind::Function, BNNMF_STEP_FUNCTION));
static_assert(equal(StepKind::Add, BNNMF_STEP_ADD));
static_assert(equal(StepKind::Subtract, BNNMF_STEP_SUBTRACT));
static_assert(equal(StepKind::SubtractFrom, BNNMF_STEP_SUBTRACT_FROM));
static_assert(equal(StepKind::Multiply, BNNMF_STEP_MULTIPLY));
static_assert(equal(StepKind::Divide, BNNMF_STEP_DIVIDE));
static_assert(equal(StepKind::MAX, BNNMF_STEP_DIVIDE));

static_assert(equal(RealFunction::Sigmoid, BNNMF_SIGMOID));
static_assert(equal(RealFunction::Tanh, BNNMF_TANH));
static_assert(equal(RealFunction::MAX, BNNMF_TANH));

static_assert(equal(ProbeEncoding::Signed, BNNMF_PROBE_SIGNED));
static_assert(equal(ProbeEncoding::ZeroOne, BNNMF_PROBE_ZERO_ONE));
static_assert(equal(ProbeEncoding::MAX, BNNMF_PROBE_ZERO_ONE));

// Windows are stored as the C structure lays them out.
static_assert(sizeof(Window) == sizeof(bnnmf_window));

}  // namespace
}  // namespace bnnm::schema
