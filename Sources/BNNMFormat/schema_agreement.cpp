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
static_assert(equal(ElementType::Int64, BNNMF_INT64));
static_assert(equal(ElementType::Bool, BNNMF_BOOL));
static_assert(equal(ElementType::UInt8, BNNMF_UINT8));
static_assert(equal(ElementType::MAX, BNNMF_UINT8));

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
static_assert(equal(Parameters::Gather, BNNMF_OP_GATHER));
static_assert(equal(Parameters::Resample, BNNMF_OP_RESAMPLE));
static_assert(equal(Parameters::Reduce, BNNMF_OP_REDUCE));
static_assert(equal(Parameters::MatMul, BNNMF_OP_MATMUL));
static_assert(equal(Parameters::BinaryMatMul, BNNMF_OP_BINARY_MATMUL));
static_assert(equal(Parameters::BitDifference, BNNMF_OP_BIT_DIFFERENCE));
static_assert(equal(Parameters::Lookup, BNNMF_OP_LOOKUP));
static_assert(equal(Parameters::MAX, BNNMF_OP_LOOKUP));

static_assert(equal(Function::Add, BNNMF_ADD));
static_assert(equal(Function::Subtract, BNNMF_SUBTRACT));
static_assert(equal(Function::Multiply, BNNMF_MULTIPLY));
static_assert(equal(Function::Divide, BNNMF_DIVIDE));
static_assert(equal(Function::Minimum, BNNMF_MINIMUM));
static_assert(equal(Function::Maximum, BNNMF_MAXIMUM));
static_assert(equal(Function::Power, BNNMF_POWER));
static_assert(equal(Function::Equal, BNNMF_EQUAL));
static_assert(equal(Function::Less, BNNMF_LESS));
static_assert(equal(Function::LessOrEqual, BNNMF_LESS_OR_EQUAL));
static_assert(equal(Function::And, BNNMF_AND));
static_assert(equal(Function::Or, BNNMF_OR));
static_assert(equal(Function::Xor, BNNMF_XOR));
static_assert(equal(Function::Where, BNNMF_WHERE));
static_assert(equal(Function::Cast, BNNMF_CAST));
static_assert(equal(Function::MAX, BNNMF_CAST));

static_assert(equal(StepKind::ScaleShift, BNNMF_STEP_SCALE_SHIFT));
static_assert(equal(StepKind::Rectify, BNNMF_STEP_RECTIFY));
static_assert(equal(StepKind::Clamp, BNNMF_STEP_CLAMP));
static_assert(equal(StepKind::Function, BNNMF_STEP_FUNCTION));
static_assert(equal(StepKind::Add, BNNMF_STEP_ADD));
static_assert(equal(StepKind::Subtract, BNNMF_STEP_SUBTRACT));
static_assert(equal(StepKind::SubtractFrom, BNNMF_STEP_SUBTRACT_FROM));
static_assert(equal(StepKind::Multiply, BNNMF_STEP_MULTIPLY));
static_assert(equal(StepKind::Divide, BNNMF_STEP_DIVIDE));
static_assert(equal(StepKind::Quotient, BNNMF_STEP_QUOTIENT));
static_assert(equal(StepKind::Softmax, BNNMF_STEP_SOFTMAX));
static_assert(equal(StepKind::Standardize, BNNMF_STEP_STANDARDIZE));
static_assert(equal(StepKind::MAX, BNNMF_STEP_STANDARDIZE));

static_assert(equal(RealFunction::Sigmoid, BNNMF_SIGMOID));
static_assert(equal(RealFunction::Tanh, BNNMF_TANH));
static_assert(equal(RealFunction::Exp, BNNMF_EXP));
static_assert(equal(RealFunction::Log, BNNMF_LOG));
static_assert(equal(RealFunction::Sqrt, BNNMF_SQRT));
static_assert(equal(RealFunction::Sin, BNNMF_SIN));
static_assert(equal(RealFunction::Cos, BNNMF_COS));
static_assert(equal(RealFunction::Erf, BNNMF_ERF));
static_assert(equal(RealFunction::Gelu, BNNMF_GELU));
static_assert(equal(RealFunction::GeluTanh, BNNMF_GELU_TANH));
static_assert(equal(RealFunction::Softplus, BNNMF_SOFTPLUS));
static_assert(equal(RealFunction::Floor, BNNMF_FLOOR));
static_assert(equal(RealFunction::Ceil, BNNMF_CEIL));
static_assert(equal(RealFunction::Round, BNNMF_ROUND));
static_assert(equal(RealFunction::MAX, BNNMF_ROUND));

static_assert(equal(Reduction::Sum, BNNMF_REDUCE_SUM));
static_assert(equal(Reduction::Mean, BNNMF_REDUCE_MEAN));
static_assert(equal(Reduction::Maximum, BNNMF_REDUCE_MAXIMUM));
static_assert(equal(Reduction::Minimum, BNNMF_REDUCE_MINIMUM));
static_assert(equal(Reduction::Product, BNNMF_REDUCE_PRODUCT));
static_assert(equal(Reduction::ArgMax, BNNMF_ARGMAX));
static_assert(equal(Reduction::ArgMin, BNNMF_ARGMIN));
static_assert(equal(Reduction::MAX, BNNMF_ARGMIN));

static_assert(equal(OperandForm::Signed, BNNMF_SIGNED));
static_assert(equal(OperandForm::ZeroOne, BNNMF_ZERO_ONE));
static_assert(equal(OperandForm::MAX, BNNMF_ZERO_ONE));

static_assert(equal(ProbeEncoding::Signed, BNNMF_PROBE_SIGNED));
static_assert(equal(ProbeEncoding::ZeroOne, BNNMF_PROBE_ZERO_ONE));
static_assert(equal(ProbeEncoding::MAX, BNNMF_PROBE_ZERO_ONE));

// Windows are stored as the C structure lays them out.
static_assert(sizeof(Window) == sizeof(bnnmf_window));

}  // namespace
}  // namespace bnnm::schema
