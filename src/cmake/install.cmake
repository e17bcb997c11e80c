# SPDX-License-Identifier: LGPL-2.1-or-later
#
# cmake --install: the programs, and for programmers the interfaces, headers, type library, import
# library, a package for find_package(OpenBITS) and one for pkg-config. Included last, when all
# targets exist.
#
# On Windows programs go to bin, as there always. Elsewhere they are programs for another system:
# those of an architecture are in lib/openbits/<architecture>, so that the two of them can be
# installed under one prefix, and bin has the script that puts them into a Wine prefix.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

if(CMAKE_SIZEOF_VOID_P EQUAL 4)
  set(OPENBITS_PACKAGE_ARCH i686)
else()
  set(OPENBITS_PACKAGE_ARCH x86_64)
endif()
if(CMAKE_HOST_WIN32)
  set(_arch_dir "${CMAKE_INSTALL_LIBDIR}/openbits")
  set(OPENBITS_PACKAGE_BINDIR "${CMAKE_INSTALL_BINDIR}")
else()
  set(_arch_dir "lib/openbits/${OPENBITS_PACKAGE_ARCH}")
  set(OPENBITS_PACKAGE_BINDIR "${_arch_dir}")
  install(PROGRAMS "${CMAKE_SOURCE_DIR}/src/tools/wine/dropin.sh"
      DESTINATION "${CMAKE_INSTALL_BINDIR}" RENAME openbits-wine)
endif()
set(_include_dir "${CMAKE_INSTALL_INCLUDEDIR}/openbits")

install(TARGETS qmgr bitsadmin
    RUNTIME DESTINATION "${OPENBITS_PACKAGE_BINDIR}"
    ARCHIVE DESTINATION "${_arch_dir}")
# The ids of interfaces and classes.
install(TARGETS openbits_idl ARCHIVE DESTINATION "${_arch_dir}")

foreach(folder include idl)
  install(DIRECTORY "${CMAKE_SOURCE_DIR}/${folder}/"
      DESTINATION "${_include_dir}"
      FILES_MATCHING PATTERN "*.h" PATTERN "*.idl")
endforeach()
install(DIRECTORY "${CMAKE_BINARY_DIR}/idl/"
    DESTINATION "${_include_dir}"
    FILES_MATCHING PATTERN "*.h" PATTERN "CMakeFiles" EXCLUDE)
# A type library is of one architecture.
install(FILES "${CMAKE_BINARY_DIR}/idl/bits10_3.tlb" DESTINATION "${_arch_dir}")

# find_package(OpenBITS): one file for both architectures.
configure_package_config_file(
    "${CMAKE_CURRENT_LIST_DIR}/OpenBITSConfig.cmake.in"
    "${CMAKE_BINARY_DIR}/package/OpenBITSConfig.cmake"
    INSTALL_DESTINATION "lib/cmake/OpenBITS"
    NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(
    "${CMAKE_BINARY_DIR}/package/OpenBITSConfigVersion.cmake"
    COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
install(FILES
    "${CMAKE_BINARY_DIR}/package/OpenBITSConfig.cmake"
    "${CMAKE_BINARY_DIR}/package/OpenBITSConfigVersion.cmake"
    DESTINATION "lib/cmake/OpenBITS")

file(RELATIVE_PATH OPENBITS_PACKAGE_UP "/${_arch_dir}/pkgconfig" "/")
set(OPENBITS_PACKAGE_LIBDIR "${_arch_dir}")
set(OPENBITS_PACKAGE_INCLUDEDIR "${_include_dir}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/openbits.pc.in" "${CMAKE_BINARY_DIR}/package/openbits.pc"
    @ONLY)
install(FILES "${CMAKE_BINARY_DIR}/package/openbits.pc" DESTINATION "${_arch_dir}/pkgconfig")

install(FILES "${CMAKE_SOURCE_DIR}/README.md" "${CMAKE_SOURCE_DIR}/LICENSE"
    DESTINATION "share/doc/openbits")
