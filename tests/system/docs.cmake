# SPDX-License-Identifier: LGPL-2.1-or-later
#
# cmake -DSOURCE=... -P docs.cmake: is what the documents quote still there? Blocks of C in the
# programmer's guide must stand in tests/examples as they are; the operator's guide must have each
# policy, preference and event.

set(docs "${SOURCE}/src/docs")
set(failed FALSE)

function(fail text)
  message(SEND_ERROR "${text}")
endfunction()

# Brackets and semicolons mean something to CMake's lists.
function(read_text file out)
  file(READ "${file}" text)
  string(REPLACE ";" "<semicolon>" text "${text}")
  string(REPLACE "[" "<open>" text "${text}")
  string(REPLACE "]" "<close>" text "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

set(examples "")
file(GLOB files "${SOURCE}/tests/examples/*.c" "${SOURCE}/tests/system/consumer/CMakeLists.txt")
foreach(file IN LISTS files)
  read_text("${file}" text)
  string(APPEND examples "${text}")
endforeach()

read_text("${docs}/programmers-guide.md" guide)
string(REGEX MATCHALL "\n```c(make)?\n[^`]*\n```" blocks "${guide}")
list(LENGTH blocks count)
if(count LESS 5)
  fail("The programmer's guide has ${count} examples")
endif()
foreach(block IN LISTS blocks)
  string(REGEX REPLACE "^\n```c(make)?\n(.*)\n```$" "\\2" code "${block}")
  string(FIND "${examples}" "${code}" at)
  if(at LESS 0)
    fail("The programmer's guide quotes what no example has:\n${code}")
  endif()
endforeach()

file(READ "${docs}/operators-guide.md" guide)
file(STRINGS "${SOURCE}/src/policy/policy.c" names REGEX "NAME\\(\"")
foreach(line IN LISTS names)
  string(REGEX REPLACE ".*NAME\\(\"([A-Za-z]+)\"\\).*" "\\1" name "${line}")
  string(FIND "${guide}" "`${name}`" at)
  if(at LESS 0)
    fail("The operator's guide does not have the value ${name}")
  endif()
endforeach()
file(STRINGS "${SOURCE}/src/base/event.h" events REGEX "^ *EVENT_[A-Z_]+ = [0-9]+,")
foreach(line IN LISTS events)
  string(REGEX REPLACE ".* = ([0-9]+),.*" "\\1" number "${line}")
  string(FIND "${guide}" "\n| ${number} | " at)
  if(at LESS 0)
    fail("The operator's guide does not have event ${number}")
  endif()
endforeach()
