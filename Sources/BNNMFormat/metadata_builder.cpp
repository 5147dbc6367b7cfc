// Builds the FlatBuffer of a model, record by record. Numbers that are wider in C than stored become the greatest
// stored one where they do not fit, which is never valid: verification then refuses them.
#include "metadata_builder.h"

#include <algorithm>

#include "schema.h"

namespace bnnm::format {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

uint8_t stored_byte(uint32_t value) { return static_cast<uint8_t>(std::min<uint32_t>(value, UINT8_MAX)); }

/// Empty strings are not stored.
Offset<flatbuffers::String> stored_string(FlatBufferBuilder &builder, const char *string) {
  return string && string[0] != '\0' ? builder.CreateString(string) : Offset<flatbuffers::String>();
}

schema::Window stored_window(const bnnmf_window &window) {
  return schema::Window(window.kernel_h, window.kernel_w, window.stride_h, window.stride_w, window.dilation_h,
                        window.dilation_w, window.pad_top, window.pad_left, window.pad_bottom, window.pad_right);
}

Offset<schema::Step> stored(FlatBufferBuilder &builder, const bnnmf_step &step) {
  return schema::CreateStep(builder, static_cast<schema::StepKind>(stored_byte(step.kind)),
                            static_cast<schema::RealFunction>(stored_byte(step.function)), step.a, step.b, step.operand,
                            step.minimum, step.maximum, step.epsilon);
}

Offset<schema::Tensor> stored(FlatBufferBuilder &builder, const bnnmf_tensor &tensor);
Offset<schema::Operator> stored(FlatBufferBuilder &builder, const bnnmf_op &op);
Offset<schema::Port> stored(FlatBufferBuilder &builder, const bnnmf_port &port);
Offset<schema::Probe> stored(FlatBufferBuilder &builder, const bnnmf_probe &probe);

template <typename Record>
auto stored_list(FlatBufferBuilder &builder, const Record *records, uint32_t count) {
  std::vector<decltype(stored(builder, *records))> offsets;
  offsets.reserve(count);
  for (uint32_t i = 0; i < count; i++) offsets.push_back(stored(builder, records[i]));
  return builder.CreateVector(offsets);
}

Offset<schema::Epilogue> stored(FlatBufferBuilder &builder, const bnnmf_epilogue &epilogue) {
  const auto steps = stored_list(builder, epilogue.steps, epilogue.step_count);
  return schema::CreateEpilogue(builder, stored_byte(epilogue.stores), steps, epilogue.switch_points,
                                epilogue.switch_count, epilogue.average_scale, epilogue.average_shift);
}

/// No epilogue is not stored.
Offset<schema::Epilogue> stored_optional(FlatBufferBuilder &builder, const bnnmf_epilogue &epilogue) {
  const bool is_none = epilogue.stores == 0 && epilogue.step_count == 0;
  return is_none ? Offset<schema::Epilogue>() : stored(builder, epilogue);
}

Offset<void> stored_parameters(FlatBufferBuilder &builder, const bnnmf_conv2d &conv) {
  const schema::Window window = stored_window(conv.window);
  const auto epilogue = stored_optional(builder, conv.epilogue);
  return schema::CreateConv2D(builder, &window, conv.groups, conv.weights, conv.bias, conv.minimum, conv.maximum,
                              epilogue, stored_byte(conv.layout))
      .Union();
}

Offset<void> stored_parameters(FlatBufferBuilder &builder, const bnnmf_binary_conv2d &conv) {
  const schema::Window window = stored_window(conv.window);
  const auto pad_value = static_cast<int8_t>(std::clamp<int32_t>(conv.pad_value, INT8_MIN, INT8_MAX));
  const auto epilogue = stored_optional(builder, conv.epilogue);
  return schema::CreateBinaryConv2D(builder, &window, conv.groups, pad_value, conv.weights, conv.switch_points,
                                    conv.switch_count, conv.scale, conv.bias, conv.minimum, conv.maximum, conv.mask,
                                    epilogue, stored_byte(conv.layout))
      .Union();
}

Offset<void> stored_parameters(FlatBufferBuilder &builder, const bnnmf_accumulator_thresholds &thresholds) {
  const auto steps = stored_list(builder, thresholds.steps, thresholds.step_count);
  return schema::CreateAccumulatorThresholds(builder, thresholds.scale, thresholds.bias, thresholds.limit,
                                             stored_byte(thresholds.strict), steps)
      .Union();
}

Offset<void> stored_parameters(FlatBufferBuilder &builder, uint32_t code, const bnnmf_pool &pool) {
  const schema::Window window = stored_window(pool.window);
  if (code == BNNMF_OP_MAX_POOL) return schema::CreateMaxPool(builder, &window).Union();
  if (code == BNNMF_OP_BIT_POOL) return schema::CreateBitPool(builder, &window, pool.or_channels).Union();
  return schema::CreateAveragePool(builder, &window, stored_byte(pool.count_include_pad)).Union();
}

Offset<void> stored_parameters(FlatBufferBuilder &builder, const bnnmf_op &op) {
  const auto &parameters = op.parameters;
  switch (op.code) {
    case BNNMF_OP_TRANSPOSE: {
      const auto axes = builder.CreateVector(parameters.transpose.permutation, parameters.transpose.rank);
      return schema::CreateTranspose(builder, axes).Union();
    }
    case BNNMF_OP_RESHAPE:
      return schema::CreateReshape(builder).Union();
    case BNNMF_OP_CONV2D:
      return stored_parameters(builder, parameters.conv2d);
    case BNNMF_OP_BINARY_CONV2D:
      return stored_parameters(builder, parameters.binary_conv2d);
    case BNNMF_OP_MAX_POOL:
    case BNNMF_OP_AVERAGE_POOL:
    case BNNMF_OP_BIT_POOL:
      return stored_parameters(builder, op.code, parameters.pool);
    case BNNMF_OP_BINARIZE: {
      const bnnmf_binarize &binarize = parameters.binarize;
      return schema::CreateBinarize(builder, binarize.switch_points, binarize.switch_count, binarize.period).Union();
    }
    case BNNMF_OP_UNPACK:
      return schema::CreateUnpack(builder).Union();
    case BNNMF_OP_SCALE_SHIFT: {
      const bnnmf_scale_shift &scale_shift = parameters.scale_shift;
      return schema::CreateScaleShift(builder, scale_shift.scale, scale_shift.shift, scale_shift.period).Union();
    }
    case BNNMF_OP_CLAMP:
      return schema::CreateClamp(builder, parameters.clamp.minimum, parameters.clamp.maximum).Union();
    case BNNMF_OP_ELEMENTWISE: {
      const auto function = static_cast<schema::Function>(stored_byte(parameters.elementwise.function));
      return schema::CreateElementwise(builder, function).Union();
    }
    case BNNMF_OP_CONCAT:
      return schema::CreateConcat(builder, parameters.concat.axis).Union();
    case BNNMF_OP_MAP:
      return schema::CreateMap(builder, stored(builder, parameters.map.epilogue)).Union();
    case BNNMF_OP_BINARIZE_BY: {
      const bnnmf_binarize_by &by = parameters.binarize_by;
      return schema::CreateBinarizeBy(builder, stored_byte(by.below), stored_byte(by.strict)).Union();
    }
    case BNNMF_OP_ACCUMULATOR_THRESHOLDS:
      return stored_parameters(builder, parameters.accumulator_thresholds);
    case BNNMF_OP_GATHER:
      return schema::CreateGather(builder, parameters.gather.axis).Union();
    case BNNMF_OP_RESAMPLE: {
      const bnnmf_resample &resample = parameters.resample;
      return schema::CreateResample(builder, resample.axis, resample.count, resample.taps, resample.indices,
                                    resample.weights)
          .Union();
    }
    case BNNMF_OP_REDUCE: {
      const bnnmf_reduce &reduce = parameters.reduce;
      return schema::CreateReduce(builder, static_cast<schema::Reduction>(stored_byte(reduce.function)), reduce.axis,
                                  reduce.axis_count, stored_byte(reduce.select_last))
          .Union();
    }
    case BNNMF_OP_MATMUL:
      return schema::CreateMatMul(builder).Union();
    case BNNMF_OP_BINARY_MATMUL: {
      const bnnmf_binary_matmul &matmul = parameters.binary_matmul;
      return schema::CreateBinaryMatMul(builder, static_cast<schema::OperandForm>(stored_byte(matmul.a_form)),
                                        static_cast<schema::OperandForm>(stored_byte(matmul.b_form)))
          .Union();
    }
    case BNNMF_OP_BIT_DIFFERENCE:
      return schema::CreateBitDifference(builder).Union();
    case BNNMF_OP_LOOKUP: {
      const bnnmf_lookup &lookup = parameters.lookup;
      return schema::CreateLookup(builder, lookup.values, lookup.table_count, stored_byte(lookup.channels_first))
          .Union();
    }
    default:
      return Offset<void>();
  }
}

Offset<schema::Tensor> stored(FlatBufferBuilder &builder, const bnnmf_tensor &tensor) {
  const auto name = stored_string(builder, tensor.name);
  const auto dims = builder.CreateVector(tensor.dims, tensor.rank);
  const auto element_type = static_cast<schema::ElementType>(stored_byte(tensor.element_type));
  return schema::CreateTensor(builder, name, element_type, dims, tensor.blob);
}

Offset<schema::Operator> stored(FlatBufferBuilder &builder, const bnnmf_op &op) {
  const auto name = stored_string(builder, op.name);
  const auto inputs = builder.CreateVector(op.inputs, op.input_count);
  const auto parameters = stored_parameters(builder, op);
  const auto more_outputs = op.more_output_count > 0 ? builder.CreateVector(op.more_outputs, op.more_output_count)
                                                     : Offset<flatbuffers::Vector<uint32_t>>();
  return schema::CreateOperator(builder, name, static_cast<schema::Parameters>(op.code), parameters, inputs, op.output,
                                more_outputs);
}

Offset<schema::Port> stored(FlatBufferBuilder &builder, const bnnmf_port &port) {
  return schema::CreatePort(builder, stored_string(builder, port.name), port.tensor);
}

Offset<schema::Probe> stored(FlatBufferBuilder &builder, const bnnmf_probe &probe) {
  const auto name = stored_string(builder, probe.name);
  const auto dims = builder.CreateVector(probe.dims, probe.rank);
  const auto encoding = static_cast<schema::ProbeEncoding>(stored_byte(probe.encoding));
  std::vector<schema::Loop> loops;
  for (uint32_t i = 0; i < probe.order_rank; i++) loops.emplace_back(probe.order[i].extent, probe.order[i].stride);
  const auto order =
      loops.empty() ? Offset<flatbuffers::Vector<const schema::Loop *>>() : builder.CreateVectorOfStructs(loops);
  return schema::CreateProbe(builder, name, probe.tensor, encoding, stored_byte(probe.channels_first), dims, probe.mask,
                             order, stored_byte(probe.mask_differs));
}

/// Its lists are as long as the model's.
Offset<schema::Check> stored(FlatBufferBuilder &builder, const bnnmf_check &check, const bnnmf_model &model) {
  const auto inputs = builder.CreateVector(check.inputs, model.input_count);
  const auto outputs = builder.CreateVector(check.outputs, model.output_count);
  const auto hashes = builder.CreateVector(check.hashes, model.probe_count);
  return schema::CreateCheck(builder, inputs, outputs, hashes, check.tolerance);
}

/// A model without checks has no list of them.
Offset<flatbuffers::Vector<Offset<schema::Check>>> stored_checks(FlatBufferBuilder &builder, const bnnmf_model &model) {
  if (model.check_count == 0) return 0;
  std::vector<Offset<schema::Check>> offsets;
  offsets.reserve(model.check_count);
  for (uint32_t i = 0; i < model.check_count; i++) offsets.push_back(stored(builder, model.checks[i], model));
  return builder.CreateVector(offsets);
}

}  // namespace

std::vector<uint8_t> build_metadata(const bnnmf_model &model, const BlobLayout &layout) {
  FlatBufferBuilder builder;
  std::vector<schema::Blob> ranges;
  for (uint32_t i = 0; i < model.blob_count; i++) ranges.emplace_back(layout.offsets[i], model.blobs[i].byte_count);

  const auto name = stored_string(builder, model.info.name);
  const auto producer = stored_string(builder, model.info.producer);
  const auto target = stored_string(builder, model.info.target);
  const auto batch_name = stored_string(builder, model.info.batch_name);
  const auto tensors = stored_list(builder, model.tensors, model.tensor_count);
  const auto operators = stored_list(builder, model.ops, model.op_count);
  const auto blobs = builder.CreateVectorOfStructs(ranges);
  const auto inputs = stored_list(builder, model.inputs, model.input_count);
  const auto outputs = stored_list(builder, model.outputs, model.output_count);
  const auto probes = stored_list(builder, model.probes, model.probe_count);
  const auto checks = stored_checks(builder, model);
  schema::FinishModelBuffer(
      builder, schema::CreateModel(builder, name, producer, target, model.info.source_weight_bytes, model.info.batch,
                                   batch_name, tensors, operators, blobs, inputs, outputs, probes, checks));
  return std::vector<uint8_t>(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
}

}  // namespace bnnm::format
