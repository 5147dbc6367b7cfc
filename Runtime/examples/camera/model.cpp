#include "model.hpp"

#include <array>

namespace camera {
namespace {

// A buffer for the library's message, and the exception made of it.
struct Message {
  std::array<char, 512> text{};

  void check(bnnm_status status, const std::string &place) const {
    if (status == BNNM_OK) return;
    const std::string details = text[0] ? text.data() : bnnm_status_text(status);
    throw Error(place + ": " + details);
  }
};

}  // namespace

Model::Model(const std::string &path) {
  Message message;
  bnnm_model_options options = BNNM_MODEL_OPTIONS_INIT;
  options.message = message.text.data();
  options.message_capacity = message.text.size();
  bnnm_model *model = nullptr;
  message.check(bnnm_model_open_file(path.c_str(), &options, &model), path);
  handle_.reset(model);
  if (bnnm_model_input_count(model) != 1 || bnnm_model_output_count(model) != 1) {
    throw Error(path + ": has " + std::to_string(bnnm_model_input_count(model)) + " inputs and " +
                std::to_string(bnnm_model_output_count(model)) + " outputs; a classifier of images has one of each");
  }
  message.check(bnnm_model_input_info(model, 0, &input_), path);
  message.check(bnnm_model_output_info(model, 0, &output_), path);
  if ((input_.element_type != BNNM_FLOAT32 && !takes_bytes()) || output_.element_type != BNNM_FLOAT32) {
    throw Error(path + ": takes something else than float32 or bytes, or gives something else than float32");
  }
  if (input_.rank != 4 || input_.leading_extent != 1 || (channels() != 1 && channels() != 3)) {
    throw Error(path + ": its input '" + input_.name +
                "' is no image [N][C][H][W], or [N][H][W][C] of bytes, with N = 1 and C = 1 or 3");
  }
  if (class_count() == 0) throw Error(path + ": its output '" + output_.name + "' has no elements");
}

Session::Session(const Model &model, uint32_t threads)
    : input_(model.takes_bytes() ? 0 : model.input_byte_count() / sizeof(float)),
      bytes_(model.takes_bytes() ? model.input_byte_count() : 0),
      output_(model.class_count()) {
  Message message;
  bnnm_session_options options = BNNM_SESSION_OPTIONS_INIT;
  options.message = message.text.data();
  options.message_capacity = message.text.size();
  options.threads = threads;
  bnnm_session *session = nullptr;
  message.check(bnnm_session_create(model.get(), &options, &session), "session");
  handle_.reset(session);
}

const std::vector<float> &Session::run() {
  const bnnm_input input = bytes_.empty() ? bnnm_input{input_.data(), input_.size() * sizeof(float)}
                                          : bnnm_input{bytes_.data(), bytes_.size()};
  const bnnm_output output = {output_.data(), output_.size() * sizeof(float)};
  if (bnnm_session_run(handle_.get(), 1, &input, 1, &output, 1) != BNNM_OK) {
    throw Error(bnnm_session_message(handle_.get()));
  }
  return output_;
}

}  // namespace camera
