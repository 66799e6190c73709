# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

# Every header compiles by itself, and what is in two units links: target verify_headers. As
# CMAKE_VERIFY_INTERFACE_HEADER_SETS has it, but what a header includes of these anyway, itself or
# through others, is precompiled: parsed anew for each header they made it 467 s for 296 (g++, Zen 3,
# 2 cores).
set(precompiled Eigen/Core Eigen/SparseCore unsupported/Eigen/CXX11/ThreadPool xsimd/xsimd.hpp)

# Sets the global property `header`: which of them it includes.
function(find_precompiled header)
  get_property(is_known GLOBAL PROPERTY ${header} SET)
  if(is_known)
    return()
  endif()
  set(found)
  file(STRINGS ${PROJECT_SOURCE_DIR}/include/${header} includes REGEX "^ *#include <")
  foreach(line ${includes})
    string(REGEX REPLACE ".*<(.+)>.*" "\\1" name "${line}")
    if(name IN_LIST precompiled)
      list(APPEND found ${name})
    elseif(name MATCHES "^lacuna/")
      find_precompiled(${name})
      get_property(through_it GLOBAL PROPERTY ${name})
      list(APPEND found ${through_it})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES found)
  list(SORT found)
  set_property(GLOBAL PROPERTY ${header} "${found}")
endfunction()

set(verified ${headers})
if(TARGET lacuna_io)
  list(APPEND verified ${io_headers})
endif()
# A second unit with every header, so that what is defined in a header is defined twice.
list(TRANSFORM verified REPLACE "^include/(.+)$" "#include <\\1>\n" OUTPUT_VARIABLE everything)
list(JOIN everything "" everything)
file(CONFIGURE OUTPUT verify_headers/everything.cpp CONTENT "${everything}int main() {}\n")
add_executable(verify_headers EXCLUDE_FROM_ALL ${CMAKE_CURRENT_BINARY_DIR}/verify_headers/everything.cpp)
set_target_properties(verify_headers PROPERTIES OUTPUT_NAME every_header)  # beside the folder
target_link_libraries(verify_headers PRIVATE lacuna $<TARGET_NAME_IF_EXISTS:lacuna_io>)
foreach(header ${verified})
  string(REGEX REPLACE "^include/" "" header ${header})
  find_precompiled(${header})
  get_property(found GLOBAL PROPERTY ${header})
  string(MAKE_C_IDENTIFIER "verify_headers_${found}" group)
  file(CONFIGURE OUTPUT verify_headers/${header}.cpp CONTENT "#include <${header}>\n")
  if(NOT TARGET ${group})
    add_library(${group} OBJECT EXCLUDE_FROM_ALL)
    target_link_libraries(${group} PRIVATE lacuna $<TARGET_NAME_IF_EXISTS:lacuna_io>)
    list(TRANSFORM found REPLACE "(.+)" "<\\1>")
    target_precompile_headers(${group} PRIVATE ${found})
    target_sources(verify_headers PRIVATE $<TARGET_OBJECTS:${group}>)
  endif()
  target_sources(${group} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/verify_headers/${header}.cpp)
endforeach()
