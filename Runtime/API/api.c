// Checks that the public header stands alone as C11, and holds the layout promises it makes.
#include "bnnm.h"

_Static_assert(offsetof(bnnm_model_options, struct_size) == 0, "struct_size stands first");
_Static_assert(offsetof(bnnm_session_options, struct_size) == 0, "struct_size stands first");
_Static_assert(offsetof(bnnm_tensor_info, struct_size) == 0, "struct_size stands first");
_Static_assert(offsetof(bnnm_model_info, struct_size) == 0, "struct_size stands first");
_Static_assert(offsetof(bnnm_layer_info, struct_size) == 0, "struct_size stands first");
_Static_assert(offsetof(bnnm_probe_info, struct_size) == 0, "struct_size stands first");
_Static_assert(offsetof(bnnm_check_result, struct_size) == 0, "struct_size stands first");
_Static_assert(sizeof(float) == 4, "float is IEEE 754 binary32");
