# SPDX-License-Identifier: LGPL-2.1-or-later
#
# openbits_add_folder(NAME [PORTABLE file...] [WINDOWS file...] [LINK library...])
#
# The static library openbits_NAME of one folder under src. The host build takes the PORTABLE files
# only. LINK names what the folder may call, so that a wrong arrow fails at the link. A folder
# without sources is an INTERFACE library that passes on its links.

function(openbits_add_folder name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "PORTABLE;WINDOWS;LINK")
  set(sources ${arg_PORTABLE})
  if(WIN32)
    list(APPEND sources ${arg_WINDOWS})
  endif()

  if(sources)
    add_library(openbits_${name} STATIC ${sources})
    target_link_libraries(openbits_${name} PUBLIC openbits_settings ${arg_LINK})
  else()
    add_library(openbits_${name} INTERFACE)
    target_link_libraries(openbits_${name} INTERFACE openbits_settings ${arg_LINK})
  endif()
endfunction()
