# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What we do not write ourselves. The targets openbits_curl (libcurl, static) and openbits_wine_test
# (Wine's test framework, headers only; absent where it cannot be had) stand for it.

add_library(openbits_curl INTERFACE)
add_library(openbits_wine_test INTERFACE)
