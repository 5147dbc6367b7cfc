# fuzz-models: the reader, the engine and the kernels, behind the C API.

# The schema with tables of its types, for the mutator.
find_program(flatc flatc REQUIRED)
set(generated "${CMAKE_CURRENT_BINARY_DIR}/generated")
add_custom_command(
    OUTPUT "${generated}/bnnm_generated.h"
    COMMAND "${flatc}" --cpp --cpp-std c++11 --scoped-enums --reflect-types -o "${generated}"
            "${root}/Sources/BNNMFormat/bnnm.fbs"
    DEPENDS "${root}/Sources/BNNMFormat/bnnm.fbs"
    VERBATIM)
file(GLOB mutator_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.cpp")
add_library(mutator OBJECT EXCLUDE_FROM_ALL ${mutator_sources} "${generated}/bnnm_generated.h")
target_include_directories(mutator PRIVATE "${generated}" "${root}/Sources/BNNMFormat/include")
target_compile_options(mutator PRIVATE -g -O2 -Wall -Wextra)

file(GLOB_RECURSE engine_sources CONFIGURE_DEPENDS "${root}/Runtime/Engine/*.swift")
add_swift_module(BNNMEngine SOURCES ${engine_sources})
set(trial_sources "${CMAKE_CURRENT_LIST_DIR}/FuzzTarget.swift")
foreach(source IN ITEMS ModelTrial ModelFacts TrialSession TrialAllocator)
    list(APPEND trial_sources "${root}/Tests/Support/${source}.swift")
endforeach()
add_swift_module(ModelFuzzTarget SOURCES ${trial_sources})
add_fuzzer(fuzz-models ModelFuzzTarget.o BNNMEngine.o $<TARGET_OBJECTS:runtime> $<TARGET_OBJECTS:format>
           $<TARGET_OBJECTS:mutator>)
