# SPDX-License-Identifier: LGPL-2.1-or-later
#
# cmake -DFILE=NAME_p.c -P widl_fix_strings.cmake
#
# widl up to 8.0 lets a parameter "[out] LPWSTR *" point four bytes too far into the table of types,
# at the inner pointer: the string would be lost on its way. Later versions, and files without such
# parameters, stay as they are.

file(READ "${FILE}" text)
string(REGEX MATCHALL
    "/\\* [0-9]+ \\([A-Za-z_]+ \\*+\\) \\*/\n[^\n]*0x11, 0x14,[^\n]*\n[^\n]*Offset= 2 " outer "${text}")
foreach(type IN LISTS outer)
  string(REGEX MATCH "[0-9]+" right "${type}")
  math(EXPR wrong "${right} + 4")
  math(EXPR right_hex "${right}" OUTPUT_FORMAT HEXADECIMAL)
  math(EXPR wrong_hex "${wrong}" OUTPUT_FORMAT HEXADECIMAL)
  string(REPLACE
      "NdrFcShort(${wrong_hex}),\t/* type offset = ${wrong} */"
      "NdrFcShort(${right_hex}),\t/* type offset = ${right} */"
      text "${text}")
endforeach()
file(WRITE "${FILE}" "${text}")
