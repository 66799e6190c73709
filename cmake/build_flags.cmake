# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

# Flags of this project's own executables; nothing here reaches a consumer.
add_library(lacuna_warnings INTERFACE)
target_compile_options(lacuna_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow)
add_library(lacuna_build_flags INTERFACE)
target_link_libraries(lacuna_build_flags INTERFACE lacuna lacuna_warnings)
if(LACUNA_ARCH)
  target_compile_options(lacuna_build_flags INTERFACE -march=${LACUNA_ARCH})
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 warns of its own AVX-512 intrinsics, which start from undefined registers (GCC bug
  # 105593), and of std::string's operator+ (bug 105651).
  target_compile_options(lacuna_warnings INTERFACE
    -Wno-uninitialized -Wno-maybe-uninitialized -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Units of unrolled kernels take over a gigabyte; collecting garbage on the way is a tenth of the time.
  target_compile_options(lacuna_build_flags INTERFACE --param=ggc-min-heapsize=1048576)
endif()
if(LACUNA_OPENMP)
  find_package(OpenMP REQUIRED COMPONENTS CXX)
  target_link_libraries(lacuna_build_flags INTERFACE OpenMP::OpenMP_CXX)
  # Eigen would run each product on all threads, inside pools that have the threads already: training
  # was seen to fall from thousands of images a second to 28.
  target_compile_definitions(lacuna_build_flags INTERFACE EIGEN_DONT_PARALLELIZE)
endif()
