// Checks of a model's inputs, outputs and probes.
#include <inttypes.h>

#include "verification.h"

namespace bnnm::format {
namespace {

bnnmf_status verify_index(const bnnmf_view &view, uint32_t tensor, Diagnosis &diagnosis) {
  if (tensor < bnnmf_tensor_count(&view)) return BNNMF_OK;
  return diagnosis.refuse(BNNMF_CORRUPT, "tensor %" PRIu32 " of %" PRIu32, tensor, bnnmf_tensor_count(&view));
}

/// The mask of a probe of `values`, where there is one.
bnnmf_status verify_mask(const bnnmf_view &view, const bnnmf_probe &probe, const bnnmf_tensor &values,
                         Diagnosis &diagnosis) {
  if (probe.mask_differs > (probe.mask == BNNMF_NONE ? 0 : 1)) {
    return diagnosis.refuse(BNNMF_CORRUPT, "mask_differs is %" PRIu32 "; valid are 0, and 1 with a mask",
                            probe.mask_differs);
  }
  if (probe.mask == BNNMF_NONE) return BNNMF_OK;
  if (bnnmf_status status = verify_index(view, probe.mask, diagnosis)) return status;
  bnnmf_tensor mask;
  bnnmf_get_tensor(&view, probe.mask, &mask);
  bool agrees = mask.element_type == BNNMF_BITS && mask.rank == values.rank;
  for (uint32_t i = 0; agrees && i < values.rank; i++) agrees = mask.dims[i] == values.dims[i];
  if (!agrees) {
    return diagnosis.refuse(BNNMF_CORRUPT,
                            "the mask, tensor %" PRIu32 ", is not bits of the dimensions of tensor %" PRIu32,
                            probe.mask, probe.tensor);
  }
  if (probe.encoding == BNNMF_PROBE_SIGNED) return BNNMF_OK;
  return diagnosis.refuse(BNNMF_CORRUPT, "encoding %" PRIu32 " with a mask; valid is %d", probe.encoding,
                          BNNMF_PROBE_SIGNED);
}

/// Loops over a tensor of `elements` must meet each element once: in ascending order, each stride is the product of the
/// extents before it.
bnnmf_status verify_order(const bnnmf_probe &probe, uint64_t elements, Diagnosis &diagnosis) {
  if (probe.order_rank == 0) return BNNMF_OK;
  if (probe.order_rank > BNNMF_MAX_RANK) {
    return diagnosis.refuse(BNNMF_LIMIT, "an order of %" PRIu32 " loops; at most %d are valid", probe.order_rank,
                            BNNMF_MAX_RANK);
  }
  if (probe.channels_first != 0) return diagnosis.refuse(BNNMF_CORRUPT, "both channels_first and an order");
  uint64_t stride = 1;
  for (uint32_t found = 0; found < probe.order_rank; found++) {
    const bnnmf_loop *const end = probe.order + probe.order_rank;
    const bnnmf_loop *loop = probe.order;
    while (loop != end && !(loop->stride == stride && loop->extent > 1)) loop++;
    if (loop == end) {
      return diagnosis.refuse(BNNMF_CORRUPT, "its order has no loop of stride %" PRIu64 " and extent 2 or more",
                              stride);
    }
    stride *= loop->extent;
    if (stride > elements) break;
  }
  if (stride == elements) return BNNMF_OK;
  return diagnosis.refuse(BNNMF_CORRUPT, "its order meets %" PRIu64 " or more of its tensor's %" PRIu64 " elements",
                          stride, elements);
}

bnnmf_status verify_probe(const bnnmf_view &view, const bnnmf_probe &probe, Diagnosis &diagnosis) {
  if (bnnmf_status status = verify_index(view, probe.tensor, diagnosis)) return status;
  bnnmf_tensor tensor;
  bnnmf_get_tensor(&view, probe.tensor, &tensor);
  if (tensor.element_type != BNNMF_BITS) {
    return diagnosis.refuse(BNNMF_CORRUPT, "element type %" PRIu32 " of tensor %" PRIu32 "; a probe's is bits, %d",
                            tensor.element_type, probe.tensor, BNNMF_BITS);
  }
  if (bnnmf_status status = verify_mask(view, probe, tensor, diagnosis)) return status;
  if (probe.encoding != BNNMF_PROBE_SIGNED && probe.encoding != BNNMF_PROBE_ZERO_ONE) {
    return diagnosis.refuse(BNNMF_UNSUPPORTED, "encoding %" PRIu32 "; this reader knows %d and %d", probe.encoding,
                            BNNMF_PROBE_SIGNED, BNNMF_PROBE_ZERO_ONE);
  }
  if (probe.channels_first > 1 || (probe.channels_first == 1 && tensor.rank != 4)) {
    return diagnosis.refuse(
        BNNMF_CORRUPT, "channels_first is %" PRIu32 " on %" PRIu32 " dimensions; valid are 0, and 1 on 4 dimensions",
        probe.channels_first, tensor.rank);
  }
  uint64_t elements, expected;
  if (bnnmf_status status = verify_dimensions(probe.dims, probe.rank, &elements, diagnosis)) return status;
  if (bnnmf_status status = verify_dimensions(tensor.dims, tensor.rank, &expected, diagnosis)) return status;
  if (elements != expected) {
    return diagnosis.refuse(BNNMF_CORRUPT, "%" PRIu64 " elements, but its tensor %" PRIu32 " has %" PRIu64, elements,
                            probe.tensor, expected);
  }
  return verify_order(probe, elements, diagnosis);
}

}  // namespace

bnnmf_status verify_inputs(const bnnmf_view &view, WrittenTensors &written, Diagnosis &diagnosis) {
  for (uint32_t i = 0; i < bnnmf_input_count(&view); i++) {
    bnnmf_port port;
    bnnmf_get_input(&view, i, &port);
    diagnosis.at({"input", i, port.name, nullptr});
    if (bnnmf_status status = verify_index(view, port.tensor, diagnosis)) return status;
    if (!written.insert(port.tensor)) {
      return diagnosis.refuse(BNNMF_CORRUPT, "tensor %" PRIu32 " is a constant or another input already", port.tensor);
    }
  }
  diagnosis.at({});
  return BNNMF_OK;
}

bnnmf_status verify_outputs(const bnnmf_view &view, Diagnosis &diagnosis) {
  for (uint32_t i = 0; i < bnnmf_output_count(&view); i++) {
    bnnmf_port port;
    bnnmf_get_output(&view, i, &port);
    diagnosis.at({"output", i, port.name, nullptr});
    if (bnnmf_status status = verify_index(view, port.tensor, diagnosis)) return status;
  }
  diagnosis.at({});
  return BNNMF_OK;
}

bnnmf_status verify_probes(const bnnmf_view &view, Diagnosis &diagnosis) {
  for (uint32_t i = 0; i < bnnmf_probe_count(&view); i++) {
    bnnmf_probe probe;
    bnnmf_get_probe(&view, i, &probe);
    diagnosis.at({"probe", i, probe.name, nullptr});
    if (bnnmf_status status = verify_probe(view, probe, diagnosis)) return status;
  }
  diagnosis.at({});
  return BNNMF_OK;
}

}  // namespace bnnm::format
