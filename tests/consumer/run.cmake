# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

# Builds and runs the consumer that gets the library in one WAY, in folders of its own.
set(work ${BUILD}/consumer/${WAY})
set(prefix ${work}/prefix)
file(REMOVE_RECURSE ${work})

function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${work}
                  RESULT_VARIABLE result OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT result EQUAL 0)
    string(JOIN " " command ${ARGN})
    message(FATAL_ERROR "${command}: ${result}\n${text}")
  endif()
endfunction()
file(MAKE_DIRECTORY ${work})

if(WAY MATCHES "find_package|pkg_config")
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
  set(ENV{PKG_CONFIG_PATH} ${prefix}/share/pkgconfig)
endif()
if(WAY STREQUAL "fetched")  # as unpacked, in the layout of each archive
  foreach(dependency EIGEN XSIMD JSON)
    string(REGEX REPLACE ";.*" "" include "${${dependency}_INCLUDE}")
    file(MAKE_DIRECTORY ${work}/${dependency})
    set(link_${dependency} ${work}/${dependency}/include)
    file(CREATE_LINK ${include} ${link_${dependency}} SYMBOLIC)
  endforeach()
  set(sources -DFETCHCONTENT_SOURCE_DIR_EIGEN3=${link_EIGEN}
              -DFETCHCONTENT_SOURCE_DIR_XSIMD=${work}/XSIMD
              -DFETCHCONTENT_SOURCE_DIR_NLOHMANN_JSON=${work}/JSON)
endif()
run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${ROOT}/tests/consumer -B ${work}/build -DWAY=${WAY}
    -DROOT=${ROOT} -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_CXX_COMPILER=${COMPILER} ${sources})
run(${CMAKE_COMMAND} --build ${work}/build)
run(${work}/build/consumer)
