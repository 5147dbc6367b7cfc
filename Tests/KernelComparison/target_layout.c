// Weights in a target's layout, made as the reader of files makes them.
#include "target_layout.h"

#include "bnnm_weight_layouts.h"

int lay_out_for_target(const bnnmk_table *table, bnnmk_binary_conv2d *conv, guarded_memory *memory) {
  const bnnmf_weight_shape shape = {
      .groups = 1,
      .out_channels = conv->out_channels,
      .taps = conv->window.kernel_h * conv->window.kernel_w,
      .channels = conv->channels,
  };
  const bnnmf_weight_layout layout = bnnmf_weight_layout_for((bnnmf_target)table->target, &shape, conv->mask != NULL);
  if (layout == BNNMF_LAYOUT_WORDS) {
    return 0;
  }
  *memory = guarded_allocate((size_t)bnnmf_weight_group_size(layout, &shape));
  bnnmf_weights_from_words(layout, &shape, conv->weights, memory->data);
  conv->weights = memory->data;
  conv->layout = (bnnmk_weight_layout)layout;
  return 1;
}
