// Counts and records of an opened file, by the C interface's bnnmf_get_* functions: verified once, copied out cheaply.
#include "bnnm_reader.h"
#include "records.h"

namespace {

const bnnm::schema::Model &model_of(const bnnmf_view *view) {
  return *static_cast<const bnnm::schema::Model *>(view->model);
}

}  // namespace

using namespace bnnm::format;

extern "C" {

void bnnmf_get_info(const bnnmf_view *view, bnnmf_model_info *info) {
  const bnnm::schema::Model &model = model_of(view);
  info->name = text(model.name());
  info->producer = text(model.producer());
  info->target = text(model.target());
  info->source_weight_bytes = model.source_weight_bytes();
  info->batch = model.batch();
  info->batch_name = text(model.batch_name());
}

uint32_t bnnmf_tensor_count(const bnnmf_view *view) { return count(model_of(view).tensors()); }

void bnnmf_get_tensor(const bnnmf_view *view, uint32_t index, bnnmf_tensor *tensor) {
  *tensor = tensor_record(*model_of(view).tensors()->Get(index));
}

uint32_t bnnmf_op_count(const bnnmf_view *view) { return count(model_of(view).operators()); }

void bnnmf_get_op(const bnnmf_view *view, uint32_t index, bnnmf_op *op) {
  operator_record(*model_of(view).operators()->Get(index), op);
}

uint32_t bnnmf_blob_count(const bnnmf_view *view) { return count(model_of(view).blobs()); }

void bnnmf_get_blob(const bnnmf_view *view, uint32_t index, bnnmf_blob *blob) {
  const bnnm::schema::Blob *stored = model_of(view).blobs()->Get(index);
  blob->data = view->blobs + stored->offset();
  blob->byte_count = stored->byte_count();
}

uint32_t bnnmf_input_count(const bnnmf_view *view) { return count(model_of(view).inputs()); }

void bnnmf_get_input(const bnnmf_view *view, uint32_t index, bnnmf_port *port) {
  *port = port_record(*model_of(view).inputs()->Get(index));
}

uint32_t bnnmf_output_count(const bnnmf_view *view) { return count(model_of(view).outputs()); }

void bnnmf_get_output(const bnnmf_view *view, uint32_t index, bnnmf_port *port) {
  *port = port_record(*model_of(view).outputs()->Get(index));
}

uint32_t bnnmf_probe_count(const bnnmf_view *view) { return count(model_of(view).probes()); }

void bnnmf_get_probe(const bnnmf_view *view, uint32_t index, bnnmf_probe *probe) {
  *probe = probe_record(*model_of(view).probes()->Get(index));
}

uint32_t bnnmf_check_count(const bnnmf_view *view) { return count(model_of(view).checks()); }

uint32_t bnnmf_check_input(const bnnmf_view *view, uint32_t check, uint32_t input) {
  return model_of(view).checks()->Get(check)->inputs()->Get(input);
}

uint32_t bnnmf_check_output(const bnnmf_view *view, uint32_t check, uint32_t output) {
  return model_of(view).checks()->Get(check)->outputs()->Get(output);
}

uint32_t bnnmf_check_hash(const bnnmf_view *view, uint32_t check, uint32_t probe) {
  return model_of(view).checks()->Get(check)->hashes()->Get(probe);
}

float bnnmf_check_tolerance(const bnnmf_view *view, uint32_t check) {
  return model_of(view).checks()->Get(check)->tolerance();
}

}  // extern "C"
