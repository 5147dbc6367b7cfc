// Prints the size of every structure of bnnm.h and the place of each of its members, as this machine has them: programs
// that were compiled against a released header rely on them. scripts/check-soundness.sh compares with
// struct-layouts-64.txt or struct-layouts-32.txt, whose lines may be added to but not changed.
#include <stdio.h>

#include "bnnm.h"

#define STRUCTURE(type) printf("%s: %zu bytes\n", #type, sizeof(type));
#define MEMBER(type, member) \
  printf("%s.%s: at %zu, %zu bytes\n", #type, #member, offsetof(type, member), sizeof(((type *)0)->member));

static void print_options(void) {
  STRUCTURE(bnnm_allocator)
  MEMBER(bnnm_allocator, allocate)
  MEMBER(bnnm_allocator, deallocate)
  MEMBER(bnnm_allocator, user)
  STRUCTURE(bnnm_model_options)
  MEMBER(bnnm_model_options, struct_size)
  MEMBER(bnnm_model_options, message)
  MEMBER(bnnm_model_options, message_capacity)
  MEMBER(bnnm_model_options, allocator)
  MEMBER(bnnm_model_options, copy)
  STRUCTURE(bnnm_session_options)
  MEMBER(bnnm_session_options, struct_size)
  MEMBER(bnnm_session_options, message)
  MEMBER(bnnm_session_options, message_capacity)
  MEMBER(bnnm_session_options, allocator)
  MEMBER(bnnm_session_options, threads)
  MEMBER(bnnm_session_options, isa_mask)
  MEMBER(bnnm_session_options, arena)
  MEMBER(bnnm_session_options, arena_byte_count)
  MEMBER(bnnm_session_options, probe)
  MEMBER(bnnm_session_options, probe_user)
  MEMBER(bnnm_session_options, layer)
  MEMBER(bnnm_session_options, layer_user)
  MEMBER(bnnm_session_options, cpus)
  MEMBER(bnnm_session_options, cpu_count)
}

static void print_infos(void) {
  STRUCTURE(bnnm_tensor_info)
  MEMBER(bnnm_tensor_info, struct_size)
  MEMBER(bnnm_tensor_info, name)
  MEMBER(bnnm_tensor_info, element_type)
  MEMBER(bnnm_tensor_info, rank)
  MEMBER(bnnm_tensor_info, dims)
  MEMBER(bnnm_tensor_info, leading_extent)
  MEMBER(bnnm_tensor_info, byte_count)
  MEMBER(bnnm_tensor_info, in_place)
  STRUCTURE(bnnm_model_info)
  MEMBER(bnnm_model_info, struct_size)
  MEMBER(bnnm_model_info, name)
  MEMBER(bnnm_model_info, producer)
  MEMBER(bnnm_model_info, target)
  MEMBER(bnnm_model_info, batch_name)
  MEMBER(bnnm_model_info, format_version_major)
  MEMBER(bnnm_model_info, format_version_minor)
  MEMBER(bnnm_model_info, batch)
  MEMBER(bnnm_model_info, layer_count)
  MEMBER(bnnm_model_info, probe_count)
  MEMBER(bnnm_model_info, weights_repacked)
  MEMBER(bnnm_model_info, weight_byte_count)
  MEMBER(bnnm_model_info, source_weight_byte_count)
  MEMBER(bnnm_model_info, arena_byte_count)
  MEMBER(bnnm_model_info, live_byte_count)
  STRUCTURE(bnnm_layer_info)
  MEMBER(bnnm_layer_info, struct_size)
  MEMBER(bnnm_layer_info, name)
  MEMBER(bnnm_layer_info, operator_name)
  MEMBER(bnnm_layer_info, element_type)
  MEMBER(bnnm_layer_info, rank)
  MEMBER(bnnm_layer_info, dims)
  MEMBER(bnnm_layer_info, multiply_accumulates)
  MEMBER(bnnm_layer_info, weight_byte_count)
  MEMBER(bnnm_layer_info, runs_with)
  MEMBER(bnnm_layer_info, operation_count)
  MEMBER(bnnm_layer_info, operand_byte_count)
  MEMBER(bnnm_layer_info, result_byte_count)
  STRUCTURE(bnnm_probe_info)
  MEMBER(bnnm_probe_info, struct_size)
  MEMBER(bnnm_probe_info, name)
  MEMBER(bnnm_probe_info, encoding)
  MEMBER(bnnm_probe_info, rank)
  MEMBER(bnnm_probe_info, dims)
  MEMBER(bnnm_probe_info, element_count)
}

static void print_buffers(void) {
  STRUCTURE(bnnm_input)
  MEMBER(bnnm_input, data)
  MEMBER(bnnm_input, byte_count)
  STRUCTURE(bnnm_output)
  MEMBER(bnnm_output, data)
  MEMBER(bnnm_output, byte_count)
  STRUCTURE(bnnm_check_result)
  MEMBER(bnnm_check_result, struct_size)
  MEMBER(bnnm_check_result, passed)
  MEMBER(bnnm_check_result, probe_count)
  MEMBER(bnnm_check_result, differing_probes)
  MEMBER(bnnm_check_result, first_differing_probe)
  MEMBER(bnnm_check_result, output_count)
  MEMBER(bnnm_check_result, differing_outputs)
  MEMBER(bnnm_check_result, largest_difference)
  MEMBER(bnnm_check_result, tolerance)
}

int main(void) {
  print_options();
  print_infos();
  print_buffers();
  return 0;
}
