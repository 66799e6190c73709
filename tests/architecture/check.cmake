# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

# cmake -DROOT=<project> -P check.cmake: the rules that a script can see.
#   layers   a header includes only its own layer and those below it (docs/design.md)
#   licence  every source starts with its SPDX lines
#   length   no source above 400 lines (past 300 one asks why)
#   SIMD     intrinsics only in kernel/x86
cmake_minimum_required(VERSION 3.24)

set(below_core "")
set(below_format core)
set(below_prune core format)
set(below_kernel core format)
set(below_op core format kernel)
set(below_network core format prune kernel op)
set(below_train core format prune kernel op network)
set(below_decompose core format)
set(below_hardware core format decompose network)
set(below_io core format network hardware)

set(violations 0)
macro(violation text)
  message(STATUS "${text}")
  math(EXPR violations "${violations} + 1")
endmacro()

file(GLOB_RECURSE sources RELATIVE ${ROOT} ${ROOT}/include/*.hpp ${ROOT}/tests/*.?pp
     ${ROOT}/bench/*.?pp ${ROOT}/examples/*.?pp)
list(FILTER sources EXCLUDE REGEX "architecture/planted")
foreach(source ${sources})
  file(STRINGS ${ROOT}/${source} lines)
  list(LENGTH lines count)
  if(count GREATER 400)
    violation("${source}: ${count} lines, at most 400")
  endif()
  file(STRINGS ${ROOT}/${source} licence REGEX "SPDX-License-Identifier: Apache-2.0" LIMIT_COUNT 1)
  if(NOT licence)
    violation("${source}: no SPDX line")
  endif()
  if(NOT source MATCHES "^include/lacuna/([a-z0-9_]+)/")
    continue()
  endif()
  set(layer ${CMAKE_MATCH_1})
  file(STRINGS ${ROOT}/${source} includes REGEX "^ *#include")
  foreach(line IN LISTS includes)
    if(line MATCHES "<lacuna/([a-z0-9_]+)/" AND NOT CMAKE_MATCH_1 STREQUAL layer
       AND NOT CMAKE_MATCH_1 IN_LIST below_${layer})
      violation("${source}: ${layer} may not include ${CMAKE_MATCH_1}")
    endif()
    if(line MATCHES "#include \"")
      violation("${source}: headers are included as <lacuna/...>: ${line}")
    endif()
    if(line MATCHES "immintrin|arm_neon" AND NOT source MATCHES "kernel/x86/")
      violation("${source}: intrinsics belong to kernel/x86")
    endif()
  endforeach()
endforeach()

if(violations GREATER 0)
  message(FATAL_ERROR "${violations} violations")
endif()
list(LENGTH sources count)
message(STATUS "${count} sources follow the rules")
