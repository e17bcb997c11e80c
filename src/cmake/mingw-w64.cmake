# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Toolchain: MinGW-w64 on a host that is not Windows, for the architecture in OPENBITS_ARCH.
# Debian's "win32" thread variant is taken where it is installed: it needs no winpthreads DLL.

set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES OPENBITS_ARCH)

if(NOT OPENBITS_ARCH)
  set(OPENBITS_ARCH x86_64)
endif()
if(NOT OPENBITS_ARCH MATCHES "^(x86_64|i686)$")
  message(FATAL_ERROR "OPENBITS_ARCH is \"${OPENBITS_ARCH}\"; it must be x86_64 or i686.")
endif()
set(CMAKE_SYSTEM_PROCESSOR "${OPENBITS_ARCH}")

set(_target "${OPENBITS_ARCH}-w64-mingw32")
find_program(OPENBITS_MINGW_GCC NAMES "${_target}-gcc-win32" "${_target}-gcc")
if(NOT OPENBITS_MINGW_GCC)
  message(FATAL_ERROR "No compiler ${_target}-gcc. On Debian: sh tests/setup.sh installs it.")
endif()

set(CMAKE_C_COMPILER "${OPENBITS_MINGW_GCC}")
set(CMAKE_RC_COMPILER "${_target}-windres")
set(CMAKE_FIND_ROOT_PATH "/usr/${_target}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
