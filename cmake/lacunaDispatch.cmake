# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

# lacuna_add_dispatched(<target> SOURCES <source>... [LINK_LIBRARIES <library>...])
#
# A static library with the sources compiled once a level of lacuna/core/dispatch.hpp: baseline with
# the project's flags, AVX2 and AVX-512 on x86-64 with GNU binutils. Elsewhere only the baseline.
#
# Flags alone are not enough. Inline functions and templates that do not name an instruction set, of
# Lacuna, Eigen and the standard library, come out of every unit under the same names, and the linker
# keeps one of each for the whole program: perhaps the one with AVX-512 in it, on a processor without.
# So each wide unit is linked by itself, and all but its table becomes local to it.
set(lacuna_isolate_unit ${CMAKE_CURRENT_LIST_DIR}/lacunaIsolateUnit.cmake)

# CMAKE_LINKER may be lld, which CMake prefers for clang++ where both are installed.
function(lacuna_takes_out_of_groups result linker)
  execute_process(COMMAND ${linker} --help OUTPUT_VARIABLE help ERROR_QUIET)
  if(NOT help MATCHES "--force-group-allocation")
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()

function(lacuna_add_dispatched target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK_LIBRARIES")
  if(NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "lacuna_add_dispatched(<target> SOURCES <source>... [LINK_LIBRARIES <library>...])")
  endif()
  add_library(${target} STATIC ${arg_SOURCES})
  target_link_libraries(${target} PUBLIC lacuna::lacuna ${arg_LINK_LIBRARIES})
  target_compile_definitions(${target} PRIVATE LACUNA_UNIT_LEVEL=baseline)
  if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux" OR NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    return()
  endif()

  find_program(LACUNA_GNU_LD NAMES ${CMAKE_LINKER} ld.bfd ld VALIDATOR lacuna_takes_out_of_groups
               DOC "GNU ld 2.29 or newer, for lacuna_add_dispatched")
  if(NOT LACUNA_GNU_LD)
    message(FATAL_ERROR "lacuna_add_dispatched: ${CMAKE_LINKER} has no --force-group-allocation, nor has "
                        "an ld on the path; expected GNU ld 2.29 or newer as LACUNA_GNU_LD")
  endif()
  # As cpu_level says and supports() asks, no more: not -march=x86-64-v3, which has BMI and others.
  set(flags_avx2 -mavx2 -mfma)
  set(flags_avx512 ${flags_avx2} -mavx512f -mavx512cd -mavx512bw -mavx512dq -mavx512vl)
  target_compile_definitions(${target} PUBLIC LACUNA_WIDE_LEVELS)
  foreach(level avx2 avx512)
    set(unit ${target}_${level})
    add_library(${unit} OBJECT ${arg_SOURCES})
    target_link_libraries(${unit} PRIVATE lacuna::lacuna ${arg_LINK_LIBRARIES})
    # Coverage would register its counters before main, in code of this level; g++'s unique symbols
    # are one for the whole process, whatever the linker says.
    target_compile_options(${unit} PRIVATE ${flags_${level}} -fno-profile-arcs -fno-test-coverage
                                           $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
    target_compile_definitions(${unit} PRIVATE LACUNA_UNIT_LEVEL=${level})
    set_target_properties(${unit} PROPERTIES INTERPROCEDURAL_OPTIMIZATION OFF
      POSITION_INDEPENDENT_CODE $<BOOL:$<TARGET_PROPERTY:${target},POSITION_INDEPENDENT_CODE>>)
    set(object ${CMAKE_CURRENT_BINARY_DIR}/${unit}.o)
    add_custom_command(OUTPUT ${object}
      COMMAND ${CMAKE_COMMAND} -DLINKER=${LACUNA_GNU_LD} -DOBJCOPY=${CMAKE_OBJCOPY} -DNM=${CMAKE_NM}
              -DREADELF=${CMAKE_READELF} -DOUT=${object} "-DOBJECTS=$<TARGET_OBJECTS:${unit}>"
              -P ${lacuna_isolate_unit}
      DEPENDS $<TARGET_OBJECTS:${unit}> ${lacuna_isolate_unit}
      COMMENT "Isolating ${unit}" VERBATIM)
    set_source_files_properties(${object} PROPERTIES GENERATED ON EXTERNAL_OBJECT ON)
    target_sources(${target} PRIVATE ${object})
  endforeach()
endfunction()
