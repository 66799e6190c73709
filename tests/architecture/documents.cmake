# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

# cmake -DROOT=<project> -P documents.cmake: what README, docs and bench/results.sh name is there.
#   presets   `cmake --workflow --preset NAME`, `cmake --preset NAME`, "preset `NAME`"
#   links     [text](path), seen from the document
#   paths     bench/..., docs/... and the other folders of the project; other names of source files
#             may leave out leading folders
#   programs  bench_..., lacuna-..., `run-...`: targets of some CMakeLists.txt
# self_check.cmake proves that each of them can fail.
cmake_minimum_required(VERSION 3.24)

set(violations 0)
macro(violation text)
  message(STATUS "${text}")
  math(EXPR violations "${violations} + 1")
endmacro()

# Names of the presets of a kind, as a list.
function(preset_names kind result)
  string(JSON count ERROR_VARIABLE absent LENGTH "${presets}" ${kind})
  set(names "")
  if(NOT absent)
    math(EXPR last "${count} - 1")
    foreach(i RANGE ${last})
      string(JSON name GET "${presets}" ${kind} ${i} name)
      list(APPEND names ${name})
    endforeach()
  endif()
  set(${result} "${names}" PARENT_SCOPE)
endfunction()

# A violation for each match of the pattern whose group 1 is not in the list of names.
macro(check_names pattern names what)
  string(REGEX MATCHALL "${pattern}" matches "${text}")
  list(REMOVE_DUPLICATES matches)
  foreach(match IN LISTS matches)
    string(REGEX REPLACE "${pattern}" "\\1" name "${match}")
    if(NOT name IN_LIST ${names})
      violation("${document}: no ${what}: ${name}")
    endif()
  endforeach()
endmacro()

file(READ ${ROOT}/CMakePresets.json presets)
preset_names(workflowPresets workflows)
preset_names(configurePresets configurations)
set(any_preset ${workflows} ${configurations})

# Targets, with the alternatives in place of what a loop fills in; anything where it can't be read off.
file(GLOB_RECURSE lists ${ROOT}/bench/CMakeLists.txt ${ROOT}/bench/*.cmake ${ROOT}/examples/CMakeLists.txt
     ${ROOT}/tests/CMakeLists.txt ${ROOT}/docs/CMakeLists.txt)
set(targets "")
foreach(list IN LISTS lists)
  file(READ ${list} text)
  string(REGEX MATCHALL "add_(executable|custom_target)\\([A-Za-z0-9_\${}-]+" added "${text}")
  foreach(target IN LISTS added)
    string(REGEX REPLACE "^[a-z_]+\\(" "" target "${target}")
    while(target MATCHES "\\\${([a-z]+)}")
      set(variable ${CMAKE_MATCH_1})
      set(alternatives "[A-Za-z0-9_-]*")
      if(text MATCHES "foreach\\(${variable} ([A-Za-z0-9_][A-Za-z0-9_ -]*)\\)")
        string(REPLACE " " "|" alternatives "(${CMAKE_MATCH_1})")
      endif()
      string(REPLACE "\${${variable}}" "${alternatives}" target "${target}")
    endwhile()
    list(APPEND targets "${target}")
  endforeach()
endforeach()

# Every file of the project, one a line.
file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/.ci/* ${ROOT}/bench/* ${ROOT}/cmake/* ${ROOT}/docs/*
     ${ROOT}/examples/* ${ROOT}/include/* ${ROOT}/tests/*)
list(JOIN files "\n/" files)
set(files "/${files}\n")

file(GLOB documents RELATIVE ${ROOT} ${ROOT}/README.md ${ROOT}/docs/*.md ${ROOT}/docs/*/*.md
     ${ROOT}/bench/*.sh)
foreach(document IN LISTS documents)
  file(READ ${ROOT}/${document} text)
  get_filename_component(folder ${ROOT}/${document} DIRECTORY)
  string(REPLACE "](" " link:" text "${text}")
  string(REGEX REPLACE "[][;\n\\]+" " " text "${text}")
  string(REGEX REPLACE "<!--[^>]*-->|[^ ]*[$][^ ]*" " " text "${text}")  # comments; what shells fill in
  check_names("--workflow --preset +([a-z0-9-]+)" workflows "such workflow preset")
  check_names("cmake --preset +([a-z0-9-]+)" configurations "such configure preset")
  check_names("[Pp]reset `([a-z0-9-]+)`" any_preset "such preset")

  string(REGEX MATCHALL " link:[A-Za-z0-9_./-]+" links "${text}")
  list(REMOVE_DUPLICATES links)
  foreach(link IN LISTS links)
    string(REPLACE " link:" "" link "${link}")
    if(NOT EXISTS ${folder}/${link} AND NOT link MATCHES "^https?$")
      violation("${document}: no such file: ${link}")
    endif()
  endforeach()

  string(REGEX REPLACE " link:[^ )]+|https?://[^ )]+" " " text "${text}")
  string(REGEX MATCHALL "[A-Za-z0-9_.-]*/?[A-Za-z0-9_./-]+" words "${text}")
  list(REMOVE_DUPLICATES words)
  set(programs "")
  foreach(word IN LISTS words)
    string(REGEX REPLACE "\\.$" "" word "${word}")
    if(word MATCHES "^(\\.ci|bench|cmake|docs|examples|include|tests)/"
       OR word MATCHES "^[a-z0-9_][A-Za-z0-9_./-]*\\.(hpp|cpp|cmake|sh|md|py)$")
      string(FIND "${files}" "/${word}\n" position)
      if(position LESS 0 AND NOT EXISTS ${ROOT}/${word})
        violation("${document}: no such file: ${word}")
      endif()
    endif()
    if(word MATCHES "(^|/)(bench_[A-Za-z0-9_]+|lacuna-[a-z]+|run-[a-z0-9-]+)$")
      list(APPEND programs ${CMAKE_MATCH_2})
    endif()
  endforeach()

  list(REMOVE_DUPLICATES programs)
  foreach(program IN LISTS programs)
    string(FIND "${text}" "`${program}`" quoted)
    set(found FALSE)
    foreach(target IN LISTS targets)
      if(program MATCHES "^${target}$")
        set(found TRUE)
      endif()
    endforeach()
    if(NOT found AND (NOT program MATCHES "^run-" OR quoted GREATER -1))  # "run-time" is English
      violation("${document}: no such target: ${program}")
    endif()
  endforeach()
endforeach()

if(violations GREATER 0)
  message(FATAL_ERROR "${violations} violations")
endif()
list(LENGTH documents count)
if(count EQUAL 0)
  message(FATAL_ERROR "no documents under '${ROOT}'")
endif()
message(STATUS "${count} documents name only what is there")
