# Cross toolchain for 32-bit ARM Linux, hard float, ARMv7 with NEON and VFPv4 (Raspberry Pi 2 and newer): the Swift
# toolchain's clang with Debian's cross libc and binutils. Tests run under QEMU.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR armv7l)
include("${CMAKE_CURRENT_LIST_DIR}/SwiftToolchain.cmake")
set(CMAKE_C_COMPILER_TARGET arm-linux-gnueabihf)
set(CMAKE_CXX_COMPILER_TARGET arm-linux-gnueabihf)
set(CMAKE_ASM_COMPILER_TARGET arm-linux-gnueabihf)
set(BNNM_BINUTILS_PREFIX arm-linux-gnueabihf-)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-arm-static;-L;/usr/arm-linux-gnueabihf)
