// The C forms of tensors, ports and probes; operators have a file of their own.
#include "records.h"

#include <algorithm>

namespace bnnm::format {

bnnmf_tensor tensor_record(const schema::Tensor &stored) {
  bnnmf_tensor tensor = {};
  tensor.name = text(stored.name());
  tensor.element_type = static_cast<uint32_t>(stored.element_type());
  tensor.rank = copy_numbers(stored.dims(), tensor.dims);
  tensor.blob = stored.blob();
  return tensor;
}

bnnmf_port port_record(const schema::Port &stored) {
  bnnmf_port port = {};
  port.name = text(stored.name());
  port.tensor = stored.tensor();
  return port;
}

bnnmf_probe probe_record(const schema::Probe &stored) {
  bnnmf_probe probe = {};
  probe.name = text(stored.name());
  probe.tensor = stored.tensor();
  probe.encoding = static_cast<uint32_t>(stored.encoding());
  probe.channels_first = stored.channels_first();
  probe.mask = stored.mask();
  probe.mask_differs = stored.mask_differs();
  probe.rank = copy_numbers(stored.dims(), probe.dims);
  const auto *order = stored.order();
  probe.order_rank = order ? order->size() : 0;
  for (uint32_t i = 0; i < std::min<uint32_t>(probe.order_rank, BNNMF_MAX_RANK); i++) {
    probe.order[i] = {order->Get(i)->extent(), order->Get(i)->stride()};
  }
  return probe;
}

}  // namespace bnnm::format
