# SPDX-License-Identifier: LGPL-2.1-or-later
#
# cmake --install: the programs, and for programmers the interfaces, headers, type library and the
# import library. Included last, when all targets exist.

include(GNUInstallDirs)

foreach(target qmgr bitsadmin)
  if(TARGET ${target})
    install(TARGETS ${target}
        RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}"
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
  endif()
endforeach()

foreach(folder include idl)
  if(IS_DIRECTORY "${CMAKE_SOURCE_DIR}/${folder}")
    install(DIRECTORY "${CMAKE_SOURCE_DIR}/${folder}/"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/openbits"
        FILES_MATCHING PATTERN "*.h" PATTERN "*.idl")
  endif()
endforeach()
install(DIRECTORY "${CMAKE_BINARY_DIR}/idl/"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/openbits"
    FILES_MATCHING PATTERN "*.h" PATTERN "*.tlb" PATTERN "CMakeFiles" EXCLUDE)
