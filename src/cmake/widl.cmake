# SPDX-License-Identifier: LGPL-2.1-or-later
#
# openbits_add_idl([FILES file.idl...] [PROXY file.idl...] [TYPELIB file.idl])
#
# Compiles interfaces with widl into the build folder. Targets: openbits_idl (headers and ids of
# FILES), openbits_proxy (proxy/stub code of PROXY and the DLL routines proxy_*), and the type
# library of TYPELIB as property OPENBITS_TYPELIB of openbits_idl. Nothing generated is committed.

set(_widl_dir "${CMAKE_CURRENT_LIST_DIR}")

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(i.86|x86)$" OR CMAKE_SIZEOF_VOID_P EQUAL 4)
  set(_widl_target i686-w64-mingw32)
  set(_widl_bits --win32)
else()
  set(_widl_target x86_64-w64-mingw32)
  set(_widl_bits --win64)
endif()

find_program(OPENBITS_WIDL NAMES ${_widl_target}-widl widl REQUIRED)

# MinGW has no unknwn.idl and oaidl.idl; Wine's development package has.
find_path(OPENBITS_WINE_IDL_DIR NAMES unknwn.idl
    HINTS /usr/include/wine/wine/windows /usr/include/wine/windows
    NO_CMAKE_FIND_ROOT_PATH
    DOC "Folder with unknwn.idl, oaidl.idl and the like")
if(NOT OPENBITS_WINE_IDL_DIR)
  message(FATAL_ERROR "unknwn.idl was not found. Install libwine-dev (sh tests/setup.sh does), "
      "or give its folder with -DOPENBITS_WINE_IDL_DIR=...")
endif()

# One widl run: NAME.idl, WHAT (-h, -u, -p, -t), the file it makes; then further commands.
function(_openbits_widl idl what output)
  add_custom_command(
      OUTPUT "${output}"
      # -Oif: the default stubs do not compile with MinGW.
      COMMAND "${OPENBITS_WIDL}" ${_widl_bits} -Oif ${what} -o "${output}"
          -I "${CMAKE_CURRENT_SOURCE_DIR}" -I "${OPENBITS_WINE_IDL_DIR}"
          "${CMAKE_CURRENT_SOURCE_DIR}/${idl}"
      ${ARGN}
      DEPENDS ${_openbits_idl_depends}
      COMMENT "widl ${what} ${idl}"
      VERBATIM)
endfunction()

function(openbits_add_idl)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "TYPELIB" "FILES;PROXY")
  set(out "${CMAKE_CURRENT_BINARY_DIR}")
  set(headers)
  set(ids)
  set(proxies)
  set(proxy_names)

  # Files import one another: every output depends on all of them.
  set(_openbits_idl_depends)
  foreach(idl IN LISTS arg_FILES arg_PROXY arg_TYPELIB)
    list(APPEND _openbits_idl_depends "${CMAKE_CURRENT_SOURCE_DIR}/${idl}")
  endforeach()
  list(REMOVE_DUPLICATES _openbits_idl_depends)

  foreach(idl IN LISTS arg_FILES)
    cmake_path(GET idl STEM LAST_ONLY name)
    _openbits_widl("${idl}" -h "${out}/${name}.h")
    _openbits_widl("${idl}" -u "${out}/${name}_i.c")
    list(APPEND headers "${out}/${name}.h")
    list(APPEND ids "${out}/${name}_i.c")
  endforeach()
  foreach(idl IN LISTS arg_PROXY)
    cmake_path(GET idl STEM LAST_ONLY name)
    _openbits_widl("${idl}" "-DOPENBITS_PROXY_PASS;-p" "${out}/${name}_p.c"
        COMMAND "${CMAKE_COMMAND}" "-DFILE=${out}/${name}_p.c"
            -P "${_widl_dir}/widl_fix_strings.cmake")
    list(APPEND proxies "${out}/${name}_p.c")
    list(APPEND proxy_names "${name}")
  endforeach()
  if(arg_TYPELIB)
    cmake_path(GET arg_TYPELIB STEM LAST_ONLY name)
    set(typelib "${out}/${name}.tlb")
    # The files know which pass this is: widl fails on an empty arm of a union here.
    _openbits_widl("${arg_TYPELIB}" "-DOPENBITS_TYPELIB_PASS;-t" "${typelib}")
  endif()

  add_custom_target(openbits_idl_files DEPENDS ${headers} ${ids} ${proxies} ${typelib})

  if(ids)
    add_library(openbits_idl STATIC ${ids} ${headers})
    set(scope PUBLIC)
    target_compile_options(openbits_idl PRIVATE -w)
  else()
    add_library(openbits_idl INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(openbits_idl ${scope} "${out}" "${CMAKE_SOURCE_DIR}/include")
  add_dependencies(openbits_idl openbits_idl_files)
  set_property(TARGET openbits_idl PROPERTY OPENBITS_TYPELIB "${typelib}")

  if(proxies)
    add_custom_command(
        OUTPUT "${out}/dlldata.c"
        COMMAND "${OPENBITS_WIDL}" --dlldata-only -o "${out}/dlldata.c" ${proxy_names}
        VERBATIM)
    add_library(openbits_proxy STATIC ${proxies} "${out}/dlldata.c")
    target_compile_options(openbits_proxy PRIVATE -w -include "${_widl_dir}/widl_proxy.h")
    target_link_libraries(openbits_proxy PUBLIC openbits_idl rpcrt4 ole32 oleaut32)
  else()
    add_library(openbits_proxy INTERFACE)
    target_link_libraries(openbits_proxy INTERFACE openbits_idl)
  endif()
endfunction()
