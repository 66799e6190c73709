# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

# peer_<name>.so for each library that is found; bench_suite loads what lies beside it. Those of PyPI
# are looked for in a virtual environment, build/peers unless told otherwise.
set(LACUNA_PEERS ${PROJECT_SOURCE_DIR}/build/peers CACHE PATH
    "Virtual environment with onednn-devel, mkl-devel and others of PyPI")

# add_peer(name sources... [LIBRARIES files or targets] [INCLUDES folders] [DEFINITIONS ...])
function(add_peer name)
  cmake_parse_arguments(PARSE_ARGV 1 peer "" "" "SOURCES;LIBRARIES;INCLUDES;DEFINITIONS")
  foreach(library ${peer_LIBRARIES} ${peer_INCLUDES})
    if(library MATCHES "-NOTFOUND$")
      message(STATUS "Benchmarks: ${name} not found, left out")
      return()
    endif()
  endforeach()
  message(STATUS "Benchmarks: ${name} found")
  add_library(peer_${name} MODULE ${peer_SOURCES})
  set_target_properties(peer_${name} PROPERTIES PREFIX "" CXX_VISIBILITY_PRESET default
                        BUILD_RPATH ${LACUNA_PEERS}/lib)
  target_include_directories(peer_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_include_directories(peer_${name} SYSTEM PRIVATE ${peer_INCLUDES})
  target_compile_definitions(peer_${name} PRIVATE ${peer_DEFINITIONS})
  target_link_libraries(peer_${name} PRIVATE lacuna_build_flags ${peer_LIBRARIES})
  # Two versions of oneDNN share the names of what their headers define inline.
  target_compile_options(peer_${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  # An old-style run path holds for the libraries that libraries need, too.
  target_link_options(peer_${name} PRIVATE -Wl,--disable-new-dtags)
  add_dependencies(bench_suite peer_${name})
endfunction()

file(GLOB lacuna_kernels CONFIGURE_DEPENDS lacuna/*.cpp)
add_peer(lacuna SOURCES ${lacuna_kernels})

find_path(ONEDNN_INCLUDE dnnl.hpp PATHS ${LACUNA_PEERS}/include NO_DEFAULT_PATH)
find_library(ONEDNN_LIBRARY dnnl PATHS ${LACUNA_PEERS}/lib NO_DEFAULT_PATH)
find_library(TBB_LIBRARY tbb PATHS ${LACUNA_PEERS}/lib NO_DEFAULT_PATH)
find_file(OPENCL_CPU libintelocl.so PATHS ${LACUNA_PEERS}/lib NO_DEFAULT_PATH)
add_peer(onednn SOURCES peers/onednn.cpp INCLUDES ${ONEDNN_INCLUDE}
         LIBRARIES ${ONEDNN_LIBRARY} ${TBB_LIBRARY} DEFINITIONS BENCH_OPENCL_CPU="${OPENCL_CPU}")

# Debian's oneDNN 2 beside it, for Winograd's convolution.
find_package(OpenMP QUIET COMPONENTS CXX)
find_path(ONEDNN_2_INCLUDE oneapi/dnnl/dnnl.hpp PATHS /usr/include NO_DEFAULT_PATH)
file(GLOB onednn_2 /usr/lib/*/libdnnl.so.2)
if(NOT onednn_2 OR NOT OpenMP_CXX_FOUND)
  set(onednn_2 oneDNN-2-NOTFOUND)
endif()
add_peer(onednn_winograd SOURCES peers/onednn_winograd.cpp INCLUDES ${ONEDNN_2_INCLUDE}
         LIBRARIES ${onednn_2} $<TARGET_NAME_IF_EXISTS:OpenMP::OpenMP_CXX>)

# MKL's names end in a version that changes with every release.
find_path(MKL_INCLUDE mkl.h PATHS ${LACUNA_PEERS}/include NO_DEFAULT_PATH)
file(GLOB mkl_run_time ${LACUNA_PEERS}/lib/libmkl_rt.so*)
if(NOT mkl_run_time)
  set(mkl_run_time MKL-NOTFOUND)
endif()
add_peer(mkl SOURCES peers/mkl.cpp INCLUDES ${MKL_INCLUDE} LIBRARIES ${mkl_run_time})
add_peer(mkl_sparse SOURCES peers/mkl_sparse.cpp INCLUDES ${MKL_INCLUDE} LIBRARIES ${mkl_run_time})

add_peer(eigen_sparse SOURCES peers/eigen_sparse.cpp LIBRARIES $<TARGET_NAME_IF_EXISTS:OpenMP::OpenMP_CXX>)

find_path(RSB_INCLUDE rsb.h)
find_library(RSB_LIBRARY rsb)
add_peer(librsb SOURCES peers/librsb.cpp INCLUDES ${RSB_INCLUDE} LIBRARIES ${RSB_LIBRARY})

find_path(XNNPACK_INCLUDE xnnpack.h)
find_path(PTHREADPOOL_INCLUDE pthreadpool.h)
find_library(XNNPACK_LIBRARY XNNPACK)
find_library(PTHREADPOOL_LIBRARY pthreadpool)
add_peer(xnnpack SOURCES peers/xnnpack.cpp INCLUDES ${XNNPACK_INCLUDE} ${PTHREADPOOL_INCLUDE}
         LIBRARIES ${XNNPACK_LIBRARY} ${PTHREADPOOL_LIBRARY})

# Debian's libxsmm is headers only, C sources among them, whose warnings are not ours. It includes
# them as ../src, where Debian does not have them.
find_path(LIBXSMM_INCLUDE libxsmm_source.h)
set(libxsmm_sources ${CMAKE_CURRENT_BINARY_DIR}/libxsmm)
file(MAKE_DIRECTORY ${libxsmm_sources}/include)
file(CREATE_LINK ${LIBXSMM_INCLUDE}/libxsmm ${libxsmm_sources}/src SYMBOLIC)
add_peer(libxsmm SOURCES peers/libxsmm.cpp INCLUDES ${LIBXSMM_INCLUDE} ${libxsmm_sources}/include
         DEFINITIONS __BLAS=0)
if(TARGET peer_libxsmm)
  target_compile_options(peer_libxsmm PRIVATE -w -fpermissive)
endif()
