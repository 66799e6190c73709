# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

# Passes when SOURCE does not compile and the compiler's text matches the regular expression after
# "// expect: " in its first lines.
file(STRINGS ${SOURCE} expectation REGEX "^// expect: " LIMIT_COUNT 1)
string(REPLACE "// expect: " "" expectation "${expectation}")
if(NOT expectation)
  message(FATAL_ERROR "${SOURCE} has no line '// expect: '")
endif()
list(TRANSFORM INCLUDES PREPEND -I)
execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only ${INCLUDES} ${SOURCE}
                RESULT_VARIABLE result ERROR_VARIABLE text OUTPUT_QUIET)
if(result EQUAL 0)
  message(FATAL_ERROR "${SOURCE} compiles, but must not")
endif()
if(NOT text MATCHES "${expectation}")
  message(FATAL_ERROR "${SOURCE} fails, but not with '${expectation}':\n${text}")
endif()
