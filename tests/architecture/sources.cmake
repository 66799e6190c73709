# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

# cmake -DROOT=<project> -P sources.cmake: the rules that a script can see.
#   layers   a header includes only its own layer and those below it (docs/design.md); the umbrella
#            leaves out the opt-in parts; nothing includes tests, benchmarks or examples
#   style    headers say #pragma once, include each other as <lacuna/...>, and do without <iostream>,
#            <regex> (compile time), std::views and std::ranges (clang 14 rejects libstdc++'s)
#   SIMD     intrinsics only in kernel/x86
#   licence  every source starts with its SPDX lines
#   length   no source above 400 lines; past 300 it is named, to ask why
# self_check.cmake proves that each of them can fail.
cmake_minimum_required(VERSION 3.24)

set(below_core "")
set(below_format core)
set(below_prune core format)
set(below_kernel core format)
set(below_decompose core format prune kernel)
set(below_op core format kernel)
set(below_network core format prune kernel decompose op)
set(below_train core format prune kernel decompose op network)
# A model's cost depends on shapes and patterns, never on CPU code: of network only the shapes.
set(below_hardware core format network/layer_shape.hpp network/zoo)
set(below_io core format decompose network hardware)
set(opt_in network train hardware io)  # what <lacuna/lacuna.hpp> leaves to the user

set(violations 0)
macro(violation text)
  message(STATUS "${text}")
  math(EXPR violations "${violations} + 1")
endmacro()

# A violation where ${code} matches the pattern.
macro(forbid pattern why)
  if(code MATCHES "${pattern}")
    string(STRIP "${CMAKE_MATCH_0}" found)
    violation("${source}: ${why}: ${found}")
  endif()
endmacro()

# Whether `layer` may include lacuna/<target>.
function(layer_allows layer target result)
  set(allowed FALSE)
  foreach(permitted IN ITEMS ${layer} ${below_${layer}})
    string(FIND "${target}/" "${permitted}/" position)
    if(position EQUAL 0)
      set(allowed TRUE)
    endif()
  endforeach()
  set(${result} ${allowed} PARENT_SCOPE)
endfunction()

macro(check_header)
  forbid("#include \"[^\n]*" "headers are included as <lacuna/...>")
  forbid("#include <(iostream|regex)>" "too heavy for a header")
  forbid("std::(views|ranges)::[a-z_]+" "clang 14 rejects it")
  if(NOT code MATCHES "\n#pragma once\n")
    violation("${source}: no #pragma once")
  endif()
  if(NOT source MATCHES "^include/lacuna/kernel/x86/")
    forbid("#include <([a-z0-9]*intrin|arm_neon|arm_sve)\\.h>" "intrinsics belong to kernel/x86")
    forbid("(_mm[0-9]*_[a-z0-9_]+|__m(128|256|512)[id]?)[^A-Za-z0-9_]" "intrinsics belong to kernel/x86")
  endif()

  string(REGEX MATCHALL "#include <lacuna/[^>]*>" includes "${code}")
  if(source MATCHES "^include/lacuna/([a-z0-9_]+)/")
    set(layer ${CMAKE_MATCH_1})
    if(NOT DEFINED below_${layer})
      violation("${source}: '${layer}' is no layer")
    endif()
    foreach(line IN LISTS includes)
      string(REGEX REPLACE "#include <lacuna/|>" "" target "${line}")
      if(NOT target STREQUAL "version.hpp")
        layer_allows(${layer} ${target} allowed)
        if(NOT allowed)
          violation("${source}: ${layer} may not include ${target}")
        endif()
      endif()
    endforeach()
  else()
    foreach(part IN LISTS opt_in)
      forbid("#include <lacuna/${part}/[^>]*>" "the umbrella leaves out the opt-in parts")
    endforeach()
  endif()
endmacro()

file(GLOB_RECURSE sources RELATIVE ${ROOT} ${ROOT}/include/*.hpp ${ROOT}/tests/*.?pp
     ${ROOT}/bench/*.?pp ${ROOT}/examples/*.?pp ${ROOT}/cmake/*.cmake ${ROOT}/tests/*.cmake
     ${ROOT}/bench/*.sh ${ROOT}/tests/CMakeLists.txt ${ROOT}/bench/CMakeLists.txt
     ${ROOT}/examples/CMakeLists.txt ${ROOT}/docs/CMakeLists.txt)
list(FILTER sources EXCLUDE REGEX "architecture/planted")
foreach(source IN LISTS sources)
  file(READ ${ROOT}/${source} text)
  string(REGEX MATCHALL "\n" lines "${text}")
  list(LENGTH lines count)
  if(count GREATER 400)
    violation("${source}: ${count} lines, at most 400")
  elseif(count GREATER 300)
    message(STATUS "note: ${source}: ${count} lines; above 300 say why, or split it")
  endif()
  if(NOT text MATCHES "^(#![^\n]*\n)?(//|#) SPDX-FileCopyrightText: [^\n]*\n(//|#) SPDX-License-Identifier: Apache-2.0\n")
    violation("${source}: does not start with the two SPDX lines")
  endif()
  string(REGEX REPLACE "//[^\n]*" "" code "${text}")
  if(source MATCHES "^include/")
    check_header()
  elseif(source MATCHES "^tests/.*pp$")
    forbid("#include [<\"](\\.\\./)*(bench|examples)/[^\n]*" "tests include neither benchmarks nor examples")
  endif()
endforeach()

if(violations GREATER 0)
  message(FATAL_ERROR "${violations} violations")
endif()
list(LENGTH sources count)
if(count EQUAL 0)
  message(FATAL_ERROR "no sources under '${ROOT}'")
endif()
message(STATUS "${count} sources follow the rules")
