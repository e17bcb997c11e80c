# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The INTERFACE target "openbits_settings": definitions, include roots and warnings of all our code.

add_library(openbits_settings INTERFACE)
target_include_directories(openbits_settings INTERFACE
    "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}/include")
target_compile_options(openbits_settings INTERFACE
    -std=gnu11 -fno-strict-aliasing
    -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2)
if(OPENBITS_WERROR)
  target_compile_options(openbits_settings INTERFACE -Werror)
endif()

if(WIN32)
  target_compile_definitions(openbits_settings INTERFACE
      UNICODE _UNICODE COBJMACROS CONST_VTABLE WIN32_LEAN_AND_MEAN _WIN32_WINNT=0x0601)
  target_link_options(openbits_settings INTERFACE -static-libgcc)
else()
  set(THREADS_PREFER_PTHREAD_FLAG ON)
  find_package(Threads REQUIRED)
  target_link_libraries(openbits_settings INTERFACE Threads::Threads)
  target_compile_definitions(openbits_settings INTERFACE _GNU_SOURCE)
  # Tests rely on the assertions of the portable code.
  target_compile_options(openbits_settings INTERFACE -UNDEBUG)
  if(OPENBITS_SANITIZE)
    target_compile_options(openbits_settings INTERFACE
        "-fsanitize=${OPENBITS_SANITIZE}" -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(openbits_settings INTERFACE "-fsanitize=${OPENBITS_SANITIZE}")
  endif()
endif()
