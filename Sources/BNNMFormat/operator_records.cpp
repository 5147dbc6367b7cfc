// The C forms of operators: one overload for each kind of stored parameters.
#include "records.h"

namespace bnnm::format {
namespace {

bool decode(const schema::Window *stored, bnnmf_window *window) {
  if (!stored) return false;
  window->kernel_h = stored->kernel_h();
  window->kernel_w = stored->kernel_w();
  window->stride_h = stored->stride_h();
  window->stride_w = stored->stride_w();
  window->dilation_h = stored->dilation_h();
  window->dilation_w = stored->dilation_w();
  window->pad_top = stored->pad_top();
  window->pad_left = stored->pad_left();
  window->pad_bottom = stored->pad_bottom();
  window->pad_right = stored->pad_right();
  return true;
}

bnnmf_step step_record(const schema::Step &stored) {
  bnnmf_step step = {};
  step.kind = static_cast<uint32_t>(stored.kind());
  step.function = static_cast<uint32_t>(stored.function());
  step.a = stored.a();
  step.b = stored.b();
  step.operand = stored.operand();
  step.minimum = stored.minimum();
  step.maximum = stored.maximum();
  step.epsilon = stored.epsilon();
  return step;
}

/// \return the number of all steps in the list
uint32_t decode(const flatbuffers::Vector<flatbuffers::Offset<schema::Step>> *stored,
                bnnmf_step (&steps)[BNNMF_MAX_STEPS]) {
  const uint32_t length = count(stored);
  for (uint32_t i = 0; i < length && i < BNNMF_MAX_STEPS; i++) steps[i] = step_record(*stored->Get(i));
  return length;
}

/// A missing epilogue is one without steps that stores nothing.
void decode(const schema::Epilogue *stored, bnnmf_epilogue *epilogue) {
  epilogue->switch_points = BNNMF_NONE;
  epilogue->average_scale = BNNMF_NONE;
  epilogue->average_shift = BNNMF_NONE;
  if (!stored) return;
  epilogue->stores = stored->stores();
  epilogue->step_count = decode(stored->steps(), epilogue->steps);
  epilogue->switch_points = stored->switch_points();
  epilogue->switch_count = stored->switch_count();
  epilogue->average_scale = stored->average_scale();
  epilogue->average_shift = stored->average_shift();
}

bool decode(const schema::Transpose *stored, bnnmf_op *op) {
  if (!stored) return false;
  op->parameters.transpose.rank = copy_numbers(stored->permutation(), op->parameters.transpose.permutation);
  return true;
}

bool decode(const schema::Conv2D *stored, bnnmf_op *op) {
  if (!stored) return false;
  bnnmf_conv2d &conv = op->parameters.conv2d;
  conv.groups = stored->groups();
  conv.weights = stored->weights();
  conv.bias = stored->bias();
  conv.minimum = stored->minimum();
  conv.maximum = stored->maximum();
  conv.layout = stored->layout();
  decode(stored->epilogue(), &conv.epilogue);
  return decode(stored->window(), &conv.window);
}

bool decode(const schema::BinaryConv2D *stored, bnnmf_op *op) {
  if (!stored) return false;
  bnnmf_binary_conv2d &conv = op->parameters.binary_conv2d;
  conv.groups = stored->groups();
  conv.pad_value = stored->pad_value();  // NOLINT(bugprone-signed-char-misuse): a number, no character
  conv.weights = stored->weights();
  conv.switch_points = stored->switch_points();
  conv.switch_count = stored->switch_count();
  conv.scale = stored->scale();
  conv.bias = stored->bias();
  conv.minimum = stored->minimum();
  conv.maximum = stored->maximum();
  conv.mask = stored->mask();
  conv.layout = stored->layout();
  decode(stored->epilogue(), &conv.epilogue);
  return decode(stored->window(), &conv.window);
}

bool decode(const schema::MaxPool *stored, bnnmf_op *op) {
  if (!stored) return false;
  op->parameters.pool.or_channels = BNNMF_NONE;
  return decode(stored->window(), &op->parameters.pool.window);
}

bool decode(const schema::AveragePool *stored, bnnmf_op *op) {
  if (!stored) return false;
  op->parameters.pool.count_include_pad = stored->count_include_pad();
  op->parameters.pool.or_channels = BNNMF_NONE;
  return decode(stored->window(), &op->parameters.pool.window);
}

bool decode(const schema::BitPool *stored, bnnmf_op *op) {
  if (!stored) return false;
  op->parameters.pool.or_channels = stored->or_channels();
  return decode(stored->window(), &op->parameters.pool.window);
}

bool decode(const schema::Binarize *stored, bnnmf_op *op) {
  if (!stored) return false;
  op->parameters.binarize.switch_points = stored->switch_points();
  op->parameters.binarize.switch_count = stored->switch_count();
  op->parameters.binarize.period = stored->period();
  return true;
}

bool decode(const schema::ScaleShift *stored, bnnmf_op *op) {
  if (!stored) return false;
  op->parameters.scale_shift.scale = stored->scale();
  op->parameters.scale_shift.shift = stored->shift();
  op->parameters.scale_shift.period = stored->period();
  return true;
}

bool decode(const schema::Clamp *stored, bnnmf_op *op) {
  if (!stored) return false;
  op->parameters.clamp.minimum = stored->minimum();
  op->parameters.clamp.maximum = stored->maximum();
  return true;
}

bool decode(const schema::Elementwise *stored, bnnmf_op *op) {
  if (!stored) return false;
  op->parameters.elementwise.function = static_cast<uint32_t>(stored->function());
  return true;
}

bool decode(const schema::Concat *stored, bnnmf_op *op) {
  if (!stored) return false;
  op->parameters.concat.axis = stored->axis();
  return true;
}

bool decode(const schema::Map *stored, bnnmf_op *op) {
  if (!stored) return false;
  decode(stored->epilogue(), &op->parameters.map.epilogue);
  return true;
}

bool decode(const schema::BinarizeBy *stored, bnnmf_op *op) {
  if (!stored) return false;
  op->parameters.binarize_by.below = stored->below();
  op->parameters.binarize_by.strict = stored->strict();
  return true;
}

bool decode(const schema::AccumulatorThresholds *stored, bnnmf_op *op) {
  if (!stored) return false;
  bnnmf_accumulator_thresholds &thresholds = op->parameters.accumulator_thresholds;
  thresholds.scale = stored->scale();
  thresholds.bias = stored->bias();
  thresholds.limit = stored->limit();
  thresholds.strict = stored->strict();
  thresholds.step_count = decode(stored->steps(), thresholds.steps);
  return true;
}

bool decode(const schema::Gather *stored, bnnmf_op *op) {
  if (!stored) return false;
  op->parameters.gather.axis = stored->axis();
  return true;
}

bool decode(const schema::Resample *stored, bnnmf_op *op) {
  if (!stored) return false;
  bnnmf_resample &resample = op->parameters.resample;
  resample.axis = stored->axis();
  resample.count = stored->count();
  resample.taps = stored->taps();
  resample.indices = stored->indices();
  resample.weights = stored->weights();
  return true;
}

bool decode(const schema::Reduce *stored, bnnmf_op *op) {
  if (!stored) return false;
  bnnmf_reduce &reduce = op->parameters.reduce;
  reduce.function = static_cast<uint32_t>(stored->function());
  reduce.axis = stored->axis();
  reduce.axis_count = stored->axis_count();
  reduce.select_last = stored->select_last();
  return true;
}

bool decode(const schema::BinaryMatMul *stored, bnnmf_op *op) {
  if (!stored) return false;
  op->parameters.binary_matmul.a_form = static_cast<uint32_t>(stored->a_form());
  op->parameters.binary_matmul.b_form = static_cast<uint32_t>(stored->b_form());
  return true;
}

bool decode(const schema::Lookup *stored, bnnmf_op *op) {
  if (!stored) return false;
  bnnmf_lookup &lookup = op->parameters.lookup;
  lookup.values = stored->values();
  lookup.table_count = stored->table_count();
  lookup.channels_first = stored->channels_first();
  return true;
}

}  // namespace

bool operator_record(const schema::Operator &stored, bnnmf_op *op) {
  *op = {};
  op->name = text(stored.name());
  op->code = static_cast<uint32_t>(stored.parameters_type());
  op->input_count = copy_numbers(stored.inputs(), op->inputs);
  op->output = stored.output();
  op->more_output_count = copy_numbers(stored.more_outputs(), op->more_outputs);
  switch (stored.parameters_type()) {
    case schema::Parameters::Transpose:
      return decode(stored.parameters_as_Transpose(), op);
    case schema::Parameters::Reshape:
      return stored.parameters() != nullptr;
    case schema::Parameters::Conv2D:
      return decode(stored.parameters_as_Conv2D(), op);
    case schema::Parameters::BinaryConv2D:
      return decode(stored.parameters_as_BinaryConv2D(), op);
    case schema::Parameters::MaxPool:
      return decode(stored.parameters_as_MaxPool(), op);
    case schema::Parameters::AveragePool:
      return decode(stored.parameters_as_AveragePool(), op);
    case schema::Parameters::BitPool:
      return decode(stored.parameters_as_BitPool(), op);
    case schema::Parameters::Binarize:
      return decode(stored.parameters_as_Binarize(), op);
    case schema::Parameters::Unpack:
      return stored.parameters() != nullptr;
    case schema::Parameters::ScaleShift:
      return decode(stored.parameters_as_ScaleShift(), op);
    case schema::Parameters::Clamp:
      return decode(stored.parameters_as_Clamp(), op);
    case schema::Parameters::Elementwise:
      return decode(stored.parameters_as_Elementwise(), op);
    case schema::Parameters::Concat:
      return decode(stored.parameters_as_Concat(), op);
    case schema::Parameters::Map:
      return decode(stored.parameters_as_Map(), op);
    case schema::Parameters::BinarizeBy:
      return decode(stored.parameters_as_BinarizeBy(), op);
    case schema::Parameters::AccumulatorThresholds:
      return decode(stored.parameters_as_AccumulatorThresholds(), op);
    case schema::Parameters::Gather:
      return decode(stored.parameters_as_Gather(), op);
    case schema::Parameters::Resample:
      return decode(stored.parameters_as_Resample(), op);
    case schema::Parameters::Reduce:
      return decode(stored.parameters_as_Reduce(), op);
    case schema::Parameters::MatMul:
      return stored.parameters() != nullptr;
    case schema::Parameters::BinaryMatMul:
      return decode(stored.parameters_as_BinaryMatMul(), op);
    case schema::Parameters::BitDifference:
      return stored.parameters() != nullptr;
    case schema::Parameters::Lookup:
      return decode(stored.parameters_as_Lookup(), op);
    case schema::Parameters::NONE:
      break;
  }
  return false;
}

}  // namespace bnnm::format
