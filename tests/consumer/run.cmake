# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

# Builds and runs the consumer that gets the library in one WAY, in folders of its own.
set(work ${BUILD}/consumer/${WAY})
set(prefix ${work}/prefix)
file(REMOVE_RECURSE ${work})

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT result EQUAL 0)
    string(JOIN " " command ${ARGN})
    message(FATAL_ERROR "${command}: ${result}\n${text}")
  endif()
endfunction()

if(WAY MATCHES "find_package|pkg_config")
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
  set(ENV{PKG_CONFIG_PATH} ${prefix}/share/pkgconfig)
endif()
run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${ROOT}/tests/consumer -B ${work}/build -DWAY=${WAY}
    -DROOT=${ROOT} -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_CXX_COMPILER=${COMPILER}
    -DCMAKE_BUILD_TYPE=Debug)
run(${CMAKE_COMMAND} --build ${work}/build)
run(${work}/build/consumer)
