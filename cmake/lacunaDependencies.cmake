# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

# What lacuna::lacuna links; the installed package includes this file too.
include(CMakeFindDependencyMacro)

if(NOT TARGET Eigen3::Eigen)
  find_dependency(Eigen3 3.4 NO_MODULE)
endif()
find_dependency(Threads)

# xsimd's own target is not used: Debian's 8.1 makes it link a library "xtl" that need not exist.
if(NOT TARGET lacuna::xsimd)
  if(NOT xsimd_INCLUDE_DIRS)
    find_dependency(xsimd)
  endif()
  add_library(lacuna::xsimd INTERFACE IMPORTED)
  target_include_directories(lacuna::xsimd SYSTEM INTERFACE ${xsimd_INCLUDE_DIRS})
endif()
