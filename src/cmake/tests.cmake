# SPDX-License-Identifier: LGPL-2.1-or-later
#
# openbits_add_test(NAME name LEVEL unit|conformance|system SOURCES file... [LINK library...]
#                   [TIMEOUT seconds] [PARALLEL] [WRAPPER command...])
#
# One executable and one process for each test file. Its ctest name is LEVEL/NAME, its label LEVEL.
# Tests of the levels conformance and system share the machine's registry and queue, so they run one
# at a time unless PARALLEL is given; they find qmgr.dll registered. A WRAPPER runs the command that
# comes behind it, with something around it that the test needs.

# How a Windows program is run here. Not in the toolchain file, so that the configure runs of
# dependencies start no Wine.
if(WIN32 AND NOT CMAKE_HOST_WIN32)
  set(CMAKE_CROSSCOMPILING_EMULATOR
      sh "${CMAKE_SOURCE_DIR}/tests/lib/wine_run.sh" "${CMAKE_BINARY_DIR}")
  if(CMAKE_SIZEOF_VOID_P EQUAL 4)
    list(APPEND CMAKE_CROSSCOMPILING_EMULATOR --wine32 "${OPENBITS_DEPS_DIR}/wine32-root")
  endif()
endif()

set(OPENBITS_SHOWN_DIR "${CMAKE_BINARY_DIR}/shown")
file(MAKE_DIRECTORY "${OPENBITS_SHOWN_DIR}")

set(_openbits_shown_in_test "${OPENBITS_SHOWN_DIR}")
if(WIN32 AND NOT CMAKE_HOST_WIN32)
  set(_openbits_shown_in_test "Z:${OPENBITS_SHOWN_DIR}")
endif()

# A sanitizer must end the program where it finds something, and name the place.
set(_openbits_test_env
    "OPENBITS_SHOWN_DIR=${_openbits_shown_in_test}"
    "ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1"
    "UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1"
    "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1")

# ThreadSanitizer does not cope with every kernel's layout randomisation.
set(_openbits_launcher)
if(OPENBITS_HOST AND OPENBITS_SANITIZE MATCHES "thread")
  execute_process(COMMAND setarch -R true RESULT_VARIABLE _code OUTPUT_QUIET ERROR_QUIET)
  if(_code EQUAL 0)
    set(_openbits_launcher setarch -R)
  endif()
endif()

function(openbits_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "PARALLEL" "NAME;LEVEL;TIMEOUT" "SOURCES;LINK;WRAPPER")
  if(NOT arg_LEVEL MATCHES "^(unit|conformance|system)$")
    message(FATAL_ERROR "Test ${arg_NAME}: LEVEL must be unit, conformance or system.")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  # The wrapper ends it first, so that what it printed is kept.
  math(EXPR limit "${arg_TIMEOUT} - 2")

  set(target "${arg_LEVEL}_${arg_NAME}")
  add_executable(${target} ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES
      OUTPUT_NAME "${arg_NAME}"
      RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests/${arg_LEVEL}")
  set(harness openbits_harness)
  if(NOT arg_LEVEL STREQUAL "unit")
    set(harness openbits_com_fixture openbits_harness)
  endif()
  target_link_libraries(${target} PRIVATE ${harness} ${arg_LINK} openbits_settings)

  set(name "${arg_LEVEL}/${arg_NAME}")
  if(arg_WRAPPER)
    add_test(NAME "${name}" COMMAND ${arg_WRAPPER} ${CMAKE_CROSSCOMPILING_EMULATOR}
        "$<TARGET_FILE:${target}>")
  elseif(_openbits_launcher)
    add_test(NAME "${name}" COMMAND ${_openbits_launcher} "$<TARGET_FILE:${target}>")
  else()
    add_test(NAME "${name}" COMMAND ${target})
  endif()
  set_tests_properties("${name}" PROPERTIES
      LABELS "${arg_LEVEL}"
      TIMEOUT "${arg_TIMEOUT}"
      ENVIRONMENT "${_openbits_test_env};OPENBITS_TIMEOUT=${limit}"
      WORKING_DIRECTORY "${CMAKE_BINARY_DIR}")
  if(WIN32)
    if(arg_LEVEL STREQUAL "unit")
      set_tests_properties("${name}" PROPERTIES FIXTURES_REQUIRED wine)
    else()
      set_tests_properties("${name}" PROPERTIES FIXTURES_REQUIRED "wine;registered")
      if(NOT arg_PARALLEL)
        set_tests_properties("${name}" PROPERTIES RESOURCE_LOCK machine)
      endif()
    endif()
  endif()
endfunction()

# openbits_check_imports(TARGET...): the programs need nothing but what Windows brings.
function(openbits_check_imports)
  find_program(OPENBITS_SH NAMES sh)
  if(NOT OPENBITS_SH)
    return()
  endif()
  set(files)
  foreach(target IN LISTS ARGN)
    if(TARGET ${target})
      list(APPEND files "$<TARGET_FILE:${target}>")
    endif()
  endforeach()
  if(files)
    add_test(NAME build/imports COMMAND "${OPENBITS_SH}"
        "${CMAKE_SOURCE_DIR}/tests/lib/check_imports.sh" "${CMAKE_OBJDUMP}" ${files})
    set_tests_properties(build/imports PROPERTIES LABELS build TIMEOUT 60)
  endif()
endfunction()

# One prefix and one wineserver for each build folder, alive from the first test to the last.
function(openbits_add_fixtures)
  if(WIN32 AND NOT CMAKE_HOST_WIN32)
    set(wine ${CMAKE_CROSSCOMPILING_EMULATOR})
    add_test(NAME fixture/wine_start COMMAND ${wine} --start)
    add_test(NAME fixture/wine_stop COMMAND ${wine} --stop)
    set_tests_properties(fixture/wine_start PROPERTIES FIXTURES_SETUP wine TIMEOUT 120)
    set_tests_properties(fixture/wine_stop PROPERTIES FIXTURES_CLEANUP wine TIMEOUT 60)
  endif()
  if(WIN32 AND TARGET qmgr)
    if(CMAKE_HOST_WIN32)
      set(register regsvr32 /s "$<TARGET_FILE:qmgr>")
    else()
      # regsvr32 would take a leading slash for an option.
      set(register ${wine} regsvr32 /s "Z:$<TARGET_FILE:qmgr>")
    endif()
    add_test(NAME fixture/register COMMAND ${register})
    set_tests_properties(fixture/register PROPERTIES
        FIXTURES_SETUP registered FIXTURES_REQUIRED wine TIMEOUT 60)
  endif()
endfunction()
