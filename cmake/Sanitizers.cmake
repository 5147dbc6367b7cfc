# BNNM_SANITIZERS, a list, instruments the library's parts and the programs that link it: C, C++ and the engine's Embedded
# Swift. Such a library is for checks (bnnm_static), not for installation. A first finding ends the program.
set(bnnm_swift_sanitizers)
if(BNNM_SANITIZERS)
    list(JOIN BNNM_SANITIZERS "," bnnm_sanitizer_list)
    set(bnnm_sanitizer_flags "-fsanitize=${bnnm_sanitizer_list}" -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
    if("undefined" IN_LIST BNNM_SANITIZERS)
        # Both need what C++ without type information does not have.
        list(APPEND bnnm_sanitizer_flags -fno-sanitize=vptr,function)
    endif()
    add_compile_options(${bnnm_sanitizer_flags})
    add_link_options(${bnnm_sanitizer_flags})
    foreach(part IN ITEMS bnnm_kernels bnnm_platform bnnm_reader)
        target_compile_options(${part} PRIVATE ${bnnm_sanitizer_flags})
    endforeach()
    if("thread" IN_LIST BNNM_SANITIZERS)
        # The toolchain's ThreadSanitizer knows of libdispatch, and must be linked with it.
        set(bnnm_swift_libraries "${bnnm_resources}/linux")
        add_link_options("-L${bnnm_swift_libraries}" "-Wl,-rpath,${bnnm_swift_libraries}")
        link_libraries(dispatch BlocksRuntime)
    endif()
    # Swift has no undefined behaviour to look for.
    foreach(sanitizer IN ITEMS address thread)
        if(sanitizer IN_LIST BNNM_SANITIZERS)
            list(APPEND bnnm_swift_sanitizers -sanitize=${sanitizer})
        endif()
    endforeach()
endif()
