# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

# cmake -DLINKER= -DOBJCOPY= -DNM= -DREADELF= -DOBJECTS= -DOUT= -P lacunaIsolateUnit.cmake: one object
# out of several, which shows nothing but its table to the rest of the program, and is refused where
# it would run code of its own before main has asked the processor.
function(run)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE text ERROR_VARIABLE errors RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}: ${result}\n${text}${errors}")
  endif()
  set(text "${text}" PARENT_SCOPE)
endfunction()

# Out of their groups, or the linker would still choose one group of each name for the program. All
# functions but lacuna::dispatched<Table, Level>() become local, in whichever inline namespace.
run(${LINKER} -r --force-group-allocation -o ${OUT}.joined ${OBJECTS})
run(${OBJCOPY} --wildcard "--keep-global-symbol=_ZN6lacuna*10dispatchedI*" ${OUT}.joined ${OUT}.checked)

run(${NM} --defined-only --extern-only --format=posix ${OUT}.checked)
string(STRIP "${text}" symbols)
string(REPLACE "\n" ";" symbols "${symbols}")
set(strays ${symbols})
list(FILTER strays EXCLUDE REGEX "^_ZN6lacuna.*10dispatchedI.* T ")
if(strays OR NOT symbols)
  list(JOIN strays "\n  " strays)
  message(FATAL_ERROR "${OUT}: expected tables by LACUNA_DISPATCHED and nothing else to show:\n  ${strays}")
endif()
run(${READELF} -SW ${OUT}.checked)
if(text MATCHES " (\\.preinit_array|\\.init_array|\\.ctors)[^ ]* ")
  message(FATAL_ERROR "${OUT}: ${CMAKE_MATCH_1}: code that runs before main, on any processor; "
                      "expected no globals with constructors (<iostream> is one) and no sanitizers")
endif()
file(RENAME ${OUT}.checked ${OUT})
file(REMOVE ${OUT}.joined)
