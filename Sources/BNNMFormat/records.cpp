// The C forms of tensors, ports and probes; operators have a file of their own.
#include "records.h"

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
  probe.rank = copy_numbers(stored.dims(), probe.dims);
  return probe;
}

}  // namespace bnnm::format
