# Joins engine, kernels, platform layer and reader into one relocatable object, bnnm.o, in which only the functions of
# bnnm.h are global; its path is left in BNNM_JOINED_OBJECT. A host program in Swift, or one with another copy of
# FlatBuffers, therefore sees none of our internal symbols. What no function of bnnm.h reaches is dropped.
find_program(BNNM_LD NAMES "${BNNM_BINUTILS_PREFIX}ld.bfd" "${BNNM_BINUTILS_PREFIX}ld" REQUIRED)
find_program(BNNM_OBJCOPY NAMES "${BNNM_BINUTILS_PREFIX}objcopy" REQUIRED)

set(bnnm_parts bnnm_kernels bnnm_platform bnnm_reader)
set(bnnm_part_objects)
foreach(part IN LISTS bnnm_parts)
    list(APPEND bnnm_part_objects "$<TARGET_OBJECTS:${part}>")
endforeach()

# The functions that bnnm.h declares, as roots of what is kept.
set(bnnm_header "${CMAKE_CURRENT_SOURCE_DIR}/Runtime/API/include/bnnm.h")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${bnnm_header}")
file(STRINGS "${bnnm_header}" bnnm_declarations REGEX "^[a-z].*[ *]bnnm_[a-z0-9_]+\\(")
list(TRANSFORM bnnm_declarations REPLACE "^.*[ *](bnnm_[a-z0-9_]+)\\(.*$" "--undefined=\\1" OUTPUT_VARIABLE bnnm_roots)

set(BNNM_JOINED_OBJECT "${CMAKE_CURRENT_BINARY_DIR}/bnnm.o")
# The note says that no code needs an executable stack: Swift's bare targets do not write it.
add_custom_command(
    OUTPUT "${BNNM_JOINED_OBJECT}"
    COMMAND "${BNNM_LD}" -r --gc-sections --force-group-allocation ${bnnm_roots} -o "${BNNM_JOINED_OBJECT}.whole"
            "${BNNM_ENGINE_OBJECT}" ${bnnm_part_objects}
    COMMAND "${BNNM_OBJCOPY}" --wildcard "--keep-global-symbol=bnnm_[a-z]*" --strip-unneeded
            --remove-section=.swift_modhash --remove-section=.swift1_autolink_entries --remove-section=.note.GNU-stack
            --add-section=.note.GNU-stack=/dev/null "${BNNM_JOINED_OBJECT}.whole" "${BNNM_JOINED_OBJECT}"
    DEPENDS "${BNNM_ENGINE_OBJECT}" ${bnnm_parts} ${bnnm_part_objects}
    COMMENT "Joining the library's objects"
    COMMAND_EXPAND_LISTS VERBATIM)
add_custom_target(bnnm_joined DEPENDS "${BNNM_JOINED_OBJECT}")
