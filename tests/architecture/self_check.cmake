# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

# cmake -DBUILD=<folder> -P self_check.cmake: every file under planted/ breaks one rule, and says in
# its line "// expect: " with what text check.cmake must name it. One more is too long to keep here.
cmake_minimum_required(VERSION 3.24)

set(root ${BUILD}/architecture_planted)
file(REMOVE_RECURSE ${root})
file(COPY ${CMAKE_CURRENT_LIST_DIR}/planted/ DESTINATION ${root})
string(REPEAT "\n" 400 padding)
file(WRITE ${root}/tests/core/too_long.cpp
  "// SPDX-FileCopyrightText: 2026 The Lacuna authors\n// SPDX-License-Identifier: Apache-2.0\n"
  "// expect: 403 lines, at most 400\n${padding}")

execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${root} -P ${CMAKE_CURRENT_LIST_DIR}/check.cmake
                RESULT_VARIABLE result OUTPUT_VARIABLE text ERROR_VARIABLE text)
if(result EQUAL 0)
  message(FATAL_ERROR "check.cmake passes over planted violations:\n${text}")
endif()

file(GLOB_RECURSE planted RELATIVE ${root} ${root}/*)
list(LENGTH planted count)
foreach(source IN LISTS planted)
  file(STRINGS ${root}/${source} expected REGEX "^// expect: " LIMIT_COUNT 1)
  string(REPLACE "// expect: " "${source}: " expected "${expected}")
  string(FIND "${text}" "${expected}" position)
  if(position LESS 0)
    message(FATAL_ERROR "check.cmake does not say '${expected}':\n${text}")
  endif()
endforeach()
if(NOT text MATCHES "[^0-9]${count} violations")  # and nothing beside them
  message(FATAL_ERROR "expected ${count} violations:\n${text}")
endif()
message(STATUS "${count} planted violations found")
