# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

# cmake -DBUILD=<folder> -DCHECK=sources -P self_check.cmake: what stands under planted_${CHECK} breaks
# the rules of ${CHECK}.cmake, and says in its lines "expect: " with what text it must be named. One
# source more is too long to keep here.
cmake_minimum_required(VERSION 3.24)

set(root ${BUILD}/architecture_${CHECK})
file(REMOVE_RECURSE ${root})
file(COPY ${CMAKE_CURRENT_LIST_DIR}/planted_${CHECK}/ DESTINATION ${root})
if(CHECK STREQUAL "sources")
  string(REPEAT "\n" 400 padding)
  file(WRITE ${root}/tests/core/too_long.cpp
    "// SPDX-FileCopyrightText: 2026 The Lacuna authors\n// SPDX-License-Identifier: Apache-2.0\n"
    "// expect: 403 lines, at most 400\n${padding}")
endif()

execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${root} -P ${CMAKE_CURRENT_LIST_DIR}/${CHECK}.cmake
                RESULT_VARIABLE result OUTPUT_VARIABLE text ERROR_VARIABLE text)
if(result EQUAL 0)
  message(FATAL_ERROR "${CHECK}.cmake passes over planted violations:\n${text}")
endif()

set(count 0)
file(GLOB_RECURSE planted RELATIVE ${root} ${root}/*)
foreach(source IN LISTS planted)
  file(STRINGS ${root}/${source} expectations REGEX "expect: ")
  foreach(expected IN LISTS expectations)
    string(REGEX REPLACE "^.*expect: (.*)$" "${source}: \\1" expected "${expected}")
    string(REPLACE " -->" "" expected "${expected}")
    string(FIND "${text}" "${expected}" position)
    if(position LESS 0)
      message(FATAL_ERROR "${CHECK}.cmake does not say '${expected}':\n${text}")
    endif()
    math(EXPR count "${count} + 1")
  endforeach()
endforeach()
if(NOT text MATCHES "[^0-9]${count} violations")  # and nothing beside them
  message(FATAL_ERROR "expected ${count} violations:\n${text}")
endif()
message(STATUS "${count} planted violations found")
