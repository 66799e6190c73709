# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

# What the machine does not have installed is fetched. The header-only ones are only unpacked
# (SOURCE_SUBDIR names no folder), and lacunaDependencies.cmake makes their targets.
include(FetchContent)
set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)  # the settings below hold in projects older than CMake 3.13

FetchContent_Declare(Eigen3
  URL https://gitlab.com/libeigen/eigen/-/archive/3.4.0/eigen-3.4.0.tar.gz
  SOURCE_SUBDIR none
  FIND_PACKAGE_ARGS 3.4 NO_MODULE)
FetchContent_Declare(xsimd
  URL https://github.com/xtensor-stack/xsimd/archive/refs/tags/8.1.0.tar.gz
  SOURCE_SUBDIR none
  FIND_PACKAGE_ARGS)
FetchContent_MakeAvailable(Eigen3 xsimd)
if(NOT TARGET Eigen3::Eigen)
  add_library(Eigen3::Eigen INTERFACE IMPORTED GLOBAL)
  target_include_directories(Eigen3::Eigen INTERFACE ${eigen3_SOURCE_DIR})
endif()
if(xsimd_SOURCE_DIR)
  set(xsimd_INCLUDE_DIRS ${xsimd_SOURCE_DIR}/include)
endif()

find_package(ZLIB QUIET)
FetchContent_Declare(nlohmann_json
  URL https://github.com/nlohmann/json/releases/download/v3.11.2/json.tar.xz
  SOURCE_SUBDIR none
  FIND_PACKAGE_ARGS 3.10)
if(ZLIB_FOUND)
  FetchContent_MakeAvailable(nlohmann_json)
  if(NOT TARGET nlohmann_json::nlohmann_json)
    add_library(nlohmann_json::nlohmann_json INTERFACE IMPORTED GLOBAL)
    target_include_directories(nlohmann_json::nlohmann_json
                               INTERFACE ${nlohmann_json_SOURCE_DIR}/include)
  endif()
endif()

if(LACUNA_TESTS)
  FetchContent_Declare(Catch2
    URL https://github.com/catchorg/Catch2/archive/refs/tags/v2.13.10.tar.gz
    FIND_PACKAGE_ARGS)
  set(CATCH_BUILD_STATIC_LIBRARY ON)
  FetchContent_MakeAvailable(Catch2)
endif()
if(LACUNA_EXAMPLES OR LACUNA_BENCH)
  FetchContent_Declare(CLI11
    URL https://github.com/CLIUtils/CLI11/archive/refs/tags/v2.1.2.tar.gz
    FIND_PACKAGE_ARGS)
  FetchContent_MakeAvailable(CLI11)
endif()
if(LACUNA_BENCH)
  FetchContent_Declare(benchmark
    URL https://github.com/google/benchmark/archive/refs/tags/v1.7.1.tar.gz
    FIND_PACKAGE_ARGS)
  set(BENCHMARK_ENABLE_TESTING OFF)
  FetchContent_MakeAvailable(benchmark)
endif()
