// bnnm.h for C++: handles that free themselves, and exceptions with the library's messages.
#ifndef CAMERA_MODEL_HPP
#define CAMERA_MODEL_HPP

#include <bnnm.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace camera {

// What the library says of a call that failed.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A model that classifies one image with one or three channels: one input, float32 [N][C][H][W] or, of a model that was
// compiled with --input-u8, bytes [N][H][W][C]; one float32 output.
class Model {
 public:
  // Throws Error where the file is no such model.
  explicit Model(const std::string &path);

  bool takes_bytes() const { return input_.element_type == BNNM_UINT8; }
  size_t channels() const { return static_cast<size_t>(input_.dims[takes_bytes() ? 3 : 1]); }
  size_t height() const { return static_cast<size_t>(input_.dims[takes_bytes() ? 1 : 2]); }
  size_t width() const { return static_cast<size_t>(input_.dims[takes_bytes() ? 2 : 3]); }
  size_t input_byte_count() const { return static_cast<size_t>(input_.byte_count); }
  size_t class_count() const { return static_cast<size_t>(output_.byte_count / sizeof(float)); }
  bnnm_model *get() const { return handle_.get(); }

 private:
  struct Free {
    void operator()(bnnm_model *model) const { bnnm_model_free(model); }
  };
  std::unique_ptr<bnnm_model, Free> handle_;
  bnnm_tensor_info input_ = BNNM_TENSOR_INFO_INIT, output_ = BNNM_TENSOR_INFO_INIT;
};

// A session of a model with the buffers that it reads and writes, which stay the same for all runs.
class Session {
 public:
  // Throws Error where the threads cannot be had.
  Session(const Model &model, uint32_t threads);

  // The image, [C][H][W], or [H][W][C] of bytes, one of which is empty: to be filled before run().
  std::vector<float> &input() { return input_; }
  std::vector<uint8_t> &bytes() { return bytes_; }
  // Classifies it: the scores of all classes, valid until the next run. Throws Error.
  const std::vector<float> &run();
  // The name of the instruction set that it computes with.
  const char *instruction_set() const { return bnnm_isa_name(static_cast<bnnm_isa>(bnnm_session_isa(handle_.get()))); }

 private:
  struct Free {
    void operator()(bnnm_session *session) const { bnnm_session_free(session); }
  };
  std::unique_ptr<bnnm_session, Free> handle_;
  std::vector<float> input_;
  std::vector<uint8_t> bytes_;
  std::vector<float> output_;
};

}  // namespace camera

#endif
