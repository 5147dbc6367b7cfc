# Compiles Runtime/Engine as Embedded Swift into one object, engine.o, whose path is left in BNNM_ENGINE_OBJECT. Takes
# BNNM_SWIFTC and the target processor; the C interfaces come in as clang modules, written here.

# Embedded Swift has no standard library for ARM Linux; that of the bare targets makes the same code and links with
# libc.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    set(bnnm_swift_target -target x86_64-unknown-linux-gnu)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$" AND CMAKE_SIZEOF_VOID_P EQUAL 8)
    set(bnnm_swift_target -target aarch64-none-none-elf)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(arm|aarch64)" AND CMAKE_SIZEOF_VOID_P EQUAL 4)
    # A 32-bit system on a 64-bit kernel calls itself aarch64.
    set(bnnm_swift_target -target armv7-none-none-eabi -Xcc -mfloat-abi=hard)
else()
    message(FATAL_ERROR "bnnm does not build for ${CMAKE_SYSTEM_PROCESSOR}; it does for x86_64, aarch64 and armv7l")
endif()

set(bnnm_modules "${CMAKE_CURRENT_BINARY_DIR}/modules")
set(bnnm_module_flags)
set(bnnm_module_headers)
function(bnnm_add_module name folder)
    set(map "module ${name} {\n")
    foreach(header IN LISTS ARGN)
        string(APPEND map "    header \"${CMAKE_CURRENT_SOURCE_DIR}/${folder}/${header}\"\n")
        list(APPEND bnnm_module_headers "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/${header}")
    endforeach()
    file(CONFIGURE OUTPUT "${bnnm_modules}/${name}/module.modulemap" CONTENT "${map}    export *\n}\n")
    set(bnnm_module_flags ${bnnm_module_flags} -I "${bnnm_modules}/${name}" PARENT_SCOPE)
    set(bnnm_module_headers ${bnnm_module_headers} PARENT_SCOPE)
endfunction()
bnnm_add_module(BNNMFormat Sources/BNNMFormat/include bnnm_format.h bnnm_reader.h)
bnnm_add_module(BNNMKernels Runtime/Kernels/include bnnm_kernels.h)
bnnm_add_module(BNNMPlatform Runtime/Platform/include bnnm_platform.h)
bnnm_add_module(CBNNM Runtime/API/include bnnm.h)

file(GLOB_RECURSE bnnm_engine_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/Runtime/Engine/*.swift")
set(BNNM_ENGINE_OBJECT "${CMAKE_CURRENT_BINARY_DIR}/engine.o")
add_custom_command(
    OUTPUT "${BNNM_ENGINE_OBJECT}"
    COMMAND "${BNNM_SWIFTC}" ${bnnm_swift_target} -swift-version 6 -enable-experimental-feature Embedded -wmo -Osize
            -parse-as-library -Xfrontend -function-sections -module-name BNNMEngine
            -module-cache-path "${CMAKE_CURRENT_BINARY_DIR}/module-cache" ${bnnm_module_flags} ${bnnm_swift_sanitizers}
            -c ${bnnm_engine_sources} -o "${BNNM_ENGINE_OBJECT}"
    DEPENDS ${bnnm_engine_sources} ${bnnm_module_headers}
    COMMENT "Compiling the engine as Embedded Swift"
    VERBATIM)
