# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

# Passes when SOURCE compiles with CORRECTED defined, so that nothing but the mistake is wrong with
# it, and without does not, with text that matches the regular expression after "// expect: ".
file(STRINGS ${SOURCE} expectation REGEX "^// expect: " LIMIT_COUNT 1)
string(REPLACE "// expect: " "" expectation "${expectation}")
if(NOT expectation)
  message(FATAL_ERROR "${SOURCE} has no line '// expect: '")
endif()

list(TRANSFORM INCLUDES PREPEND -I)
set(compile ${COMPILER} -std=c++20 -fsyntax-only -w ${INCLUDES} ${SOURCE})
execute_process(COMMAND ${compile} -DCORRECTED RESULT_VARIABLE result ERROR_VARIABLE text)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${SOURCE} fails without its mistake too:\n${text}")
endif()
execute_process(COMMAND ${compile} RESULT_VARIABLE result ERROR_VARIABLE text)
if(result EQUAL 0)
  message(FATAL_ERROR "${SOURCE} compiles, but must not")
endif()
if(NOT text MATCHES "${expectation}")
  message(FATAL_ERROR "${SOURCE} fails, but not with '${expectation}':\n${text}")
endif()
