# Finds swiftc and makes the clang and clang++ of the same toolchain the C and C++ compilers, unless others were chosen.
# Comes before project(), natively and from the cross toolchain files. Gives BNNM_SWIFTC.
find_program(BNNM_SWIFTC swiftc DOC "The Swift compiler, 6.2 or newer, with the Embedded standard library")
if(NOT BNNM_SWIFTC)
    message(FATAL_ERROR "swiftc is not on the PATH: see https://www.swift.org/install/linux/, or set BNNM_SWIFTC")
endif()

# The toolchain's own folder: swiftc on the PATH may be a shim that stands elsewhere.
execute_process(
    COMMAND "${BNNM_SWIFTC}" -print-target-info
    OUTPUT_VARIABLE bnnm_target_info
    RESULT_VARIABLE bnnm_result)
if(NOT bnnm_result EQUAL 0)
    message(FATAL_ERROR "${BNNM_SWIFTC} -print-target-info failed: is it a Swift compiler?")
endif()
string(JSON bnnm_resources GET "${bnnm_target_info}" paths runtimeResourcePath)
get_filename_component(bnnm_toolchain_bin "${bnnm_resources}/../../bin" ABSOLUTE)

if(NOT CMAKE_C_COMPILER AND EXISTS "${bnnm_toolchain_bin}/clang")
    set(CMAKE_C_COMPILER "${bnnm_toolchain_bin}/clang")
endif()
if(NOT CMAKE_CXX_COMPILER AND EXISTS "${bnnm_toolchain_bin}/clang++")
    set(CMAKE_CXX_COMPILER "${bnnm_toolchain_bin}/clang++")
endif()
