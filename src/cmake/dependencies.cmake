# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What we do not write ourselves, as targets: openbits_curl (libcurl, static), openbits_expat,
# openbits_mbedtls, openbits_sqlite and openbits_wine_test (Wine's test framework,
# headers only; tests only). A cross build on Debian makes them once from packages, under
# OPENBITS_DEPS_DIR. Elsewhere CMake finds them, or the user gives their place.

set(OPENBITS_CURL_ROOT "" CACHE PATH "Folder with include/curl/curl.h and lib/libcurl.a to use")
set(OPENBITS_EXPAT_ROOT "" CACHE PATH "Folder with include/expat.h and lib/libexpat.a to use")
set(OPENBITS_MBEDTLS_ROOT "" CACHE PATH
    "Folder with include/mbedtls/ssl.h (2.28) and lib/libmbedtls.a, libmbedx509.a, libmbedcrypto.a to use")
set(OPENBITS_SQLITE_ROOT "" CACHE PATH "Folder with include/sqlite3.h and lib/libsqlite3.a to use")
set(OPENBITS_WINE_TEST_ROOT "" CACHE PATH "Folder with include/wine/test.h to use")

set(_deps_scripts "${CMAKE_CURRENT_LIST_DIR}")

function(_openbits_make_dependency script)
  execute_process(
      COMMAND sh "${_deps_scripts}/${script}" ${ARGN}
      RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${script} failed; the reason is above.")
  endif()
endfunction()

function(_openbits_use_sqlite root)
  target_include_directories(openbits_sqlite SYSTEM INTERFACE "${root}/include")
  target_link_libraries(openbits_sqlite INTERFACE "${root}/lib/libsqlite3.a")
endfunction()

add_library(openbits_sqlite INTERFACE)
if(OPENBITS_SQLITE_ROOT)
  _openbits_use_sqlite("${OPENBITS_SQLITE_ROOT}")
elseif(OPENBITS_HOST OR CMAKE_HOST_WIN32 OR SQLite3_ROOT)
  find_package(SQLite3 REQUIRED)
  target_link_libraries(openbits_sqlite INTERFACE SQLite::SQLite3)
else()
  _openbits_make_dependency(build_sqlite.sh "${CMAKE_SYSTEM_PROCESSOR}" "${OPENBITS_DEPS_DIR}")
  _openbits_use_sqlite("${OPENBITS_DEPS_DIR}/${CMAKE_SYSTEM_PROCESSOR}/sqlite")
endif()

# XML of peers.
function(_openbits_use_expat root)
  target_include_directories(openbits_expat SYSTEM INTERFACE "${root}/include")
  target_compile_definitions(openbits_expat INTERFACE XML_STATIC)
  target_link_libraries(openbits_expat INTERFACE "${root}/lib/libexpat.a")
endfunction()

add_library(openbits_expat INTERFACE)
if(OPENBITS_EXPAT_ROOT)
  _openbits_use_expat("${OPENBITS_EXPAT_ROOT}")
elseif(OPENBITS_HOST OR CMAKE_HOST_WIN32 OR EXPAT_ROOT)
  find_package(EXPAT REQUIRED)
  target_link_libraries(openbits_expat INTERFACE EXPAT::EXPAT)
else()
  _openbits_make_dependency(build_expat.sh "${CMAKE_SYSTEM_PROCESSOR}" "${OPENBITS_DEPS_DIR}")
  _openbits_use_expat("${OPENBITS_DEPS_DIR}/${CMAKE_SYSTEM_PROCESSOR}/expat")
endif()

# TLS between peers, and their certificates.
function(_openbits_use_mbedtls root)
  target_include_directories(openbits_mbedtls SYSTEM INTERFACE "${root}/include")
  target_link_libraries(openbits_mbedtls INTERFACE
      "${root}/lib/libmbedtls.a" "${root}/lib/libmbedx509.a" "${root}/lib/libmbedcrypto.a")
endfunction()

add_library(openbits_mbedtls INTERFACE)
if(OPENBITS_MBEDTLS_ROOT)
  _openbits_use_mbedtls("${OPENBITS_MBEDTLS_ROOT}")
elseif(OPENBITS_HOST OR CMAKE_HOST_WIN32)
  find_path(OPENBITS_MBEDTLS_INCLUDE NAMES mbedtls/ssl.h REQUIRED DOC "Folder with mbedtls/ssl.h")
  target_include_directories(openbits_mbedtls SYSTEM INTERFACE "${OPENBITS_MBEDTLS_INCLUDE}")
  foreach(_library mbedtls mbedx509 mbedcrypto)
    find_library(OPENBITS_LIB_${_library} NAMES ${_library} REQUIRED DOC "The library ${_library}")
    target_link_libraries(openbits_mbedtls INTERFACE "${OPENBITS_LIB_${_library}}")
  endforeach()
else()
  _openbits_make_dependency(build_mbedtls.sh "${CMAKE_SYSTEM_PROCESSOR}" "${OPENBITS_DEPS_DIR}")
  _openbits_use_mbedtls("${OPENBITS_DEPS_DIR}/${CMAKE_SYSTEM_PROCESSOR}/mbedtls")
endif()

# The host build has no Windows programs, and so needs nothing else.
if(OPENBITS_HOST)
  return()
endif()

function(_openbits_use_curl root)
  target_include_directories(openbits_curl SYSTEM INTERFACE "${root}/include")
  target_compile_definitions(openbits_curl INTERFACE CURL_STATICLIB)
  target_link_libraries(openbits_curl INTERFACE
      "${root}/lib/libcurl.a" ws2_32 crypt32 bcrypt normaliz secur32 advapi32)
endfunction()

add_library(openbits_curl INTERFACE)
if(OPENBITS_CURL_ROOT)
  _openbits_use_curl("${OPENBITS_CURL_ROOT}")
elseif(CMAKE_HOST_WIN32 OR CURL_ROOT OR CURL_DIR)
  find_package(CURL REQUIRED)
  target_link_libraries(openbits_curl INTERFACE CURL::libcurl)
else()
  _openbits_make_dependency(build_curl.sh "${CMAKE_SYSTEM_PROCESSOR}" "${OPENBITS_DEPS_DIR}")
  _openbits_use_curl("${OPENBITS_DEPS_DIR}/${CMAKE_SYSTEM_PROCESSOR}/curl")
endif()

if(OPENBITS_TESTS)
  set(_wine_test "${OPENBITS_WINE_TEST_ROOT}")
  if(NOT _wine_test)
    if(CMAKE_HOST_WIN32)
      message(FATAL_ERROR "The tests need Wine's wine/test.h and wine/debug.h: give the folder above "
          "include with -DOPENBITS_WINE_TEST_ROOT=..., or use -DOPENBITS_TESTS=OFF.")
    endif()
    _openbits_make_dependency(fetch_wine_test.sh "${OPENBITS_DEPS_DIR}")
    set(_wine_test "${OPENBITS_DEPS_DIR}/wine-test")
  endif()
  add_library(openbits_wine_test INTERFACE)
  target_include_directories(openbits_wine_test SYSTEM INTERFACE "${_wine_test}/include")

  # test.h includes wine/debug.h of Wine's development package; nothing else may come from there.
  find_path(OPENBITS_WINE_DEBUG_DIR NAMES wine/debug.h
      HINTS "${_wine_test}/include" /usr/include/wine NO_CMAKE_FIND_ROOT_PATH
      DOC "Folder with wine/debug.h")
  if(NOT OPENBITS_WINE_DEBUG_DIR)
    message(FATAL_ERROR "wine/debug.h was not found. Install libwine-dev (sh tests/setup.sh does), "
        "or give its folder with -DOPENBITS_WINE_DEBUG_DIR=...")
  endif()
  target_compile_options(openbits_wine_test INTERFACE
      "SHELL:-idirafter \"${OPENBITS_WINE_DEBUG_DIR}\"")
endif()
