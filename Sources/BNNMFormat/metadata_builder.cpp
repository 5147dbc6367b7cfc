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

Offset<void> stored_parameters(FlatBufferBuilder &builder, const bnnmf_conv2d &conv) {
  const schema::Window window = stored_window(conv.window);
  return schema::CreateConv2D(builder, &window, conv.groups, conv.weights, conv.bias, conv.minimum, conv.maximum)
      .Union();
}

Offset<void> stored_parameters(FlatBufferBuilder &builder, const bnnmf_binary_conv2d &conv) {
  const schema::Window window = stored_window(conv.window);
  const auto pad_value = static_cast<int8_t>(std::clamp<int32_t>(conv.pad_value, INT8_MIN, INT8_MAX));
  return schema::CreateBinaryConv2D(builder, &window, conv.groups, pad_value, conv.weights, conv.switch_points,
                                    conv.switch_count, conv.scale, conv.bias, conv.minimum, conv.maximum)
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
  return schema::CreateOperator(builder, name, static_cast<schema::Parameters>(op.code), parameters, inputs, op.output);
}

Offset<schema::Port> stored(FlatBufferBuilder &builder, const bnnmf_port &port) {
  return schema::CreatePort(builder, stored_string(builder, port.name), port.tensor);
}

Offset<schema::Probe> stored(FlatBufferBuilder &builder, const bnnmf_probe &probe) {
  const auto name = stored_string(builder, probe.name);
  const auto dims = builder.CreateVector(probe.dims, probe.rank);
  const auto encoding = static_cast<schema::ProbeEncoding>(stored_byte(probe.encoding));
  return schema::CreateProbe(builder, name, probe.tensor, encoding, stored_byte(probe.channels_first), dims);
}

template <typename Record>
auto stored_list(FlatBufferBuilder &builder, const Record *records, uint32_t count) {
  std::vector<decltype(stored(builder, *records))> offsets;
  offsets.reserve(count);
  for (uint32_t i = 0; i < count; i++) offsets.push_back(stored(builder, records[i]));
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
  schema::FinishModelBuffer(
      builder, schema::CreateModel(builder, name, producer, target, model.info.source_weight_bytes, model.info.batch,
                                   batch_name, tensors, operators, blobs, inputs, outputs, probes));
  return std::vector<uint8_t>(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
}

}  // namespace bnnm::format
