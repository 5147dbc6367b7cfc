// The same from Swift, which imports bnnm.h as a module; compiled and run by scripts/check-header.sh.
import CBNNM

var options = bnnm_model_options()
options.struct_size = MemoryLayout<bnnm_model_options>.size
var model: OpaquePointer?
let status = bnnm_model_open_file("absent.bnnm", &options, &model)
precondition(status == BNNM_FILE_NOT_FOUND && model == nil)
precondition(String(cString: bnnm_version()) == BNNM_VERSION_STRING)
precondition(bnnm_available_isa() & BNNM_ISA_GENERIC.rawValue != 0)
