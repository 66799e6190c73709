# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

# Debian's cross compiler for 64-bit Arm; what it builds runs under qemu-user on the build machine.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_CXX_FLAGS_INIT -Wno-psabi)  # notes of how GCC 9 passed arguments
# All in one file: once a library of the arm64 architecture is installed beside the cross compiler's,
# a program takes the loader of one C library and the rest of another, and its first thread never starts.
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
set(ZLIB_USE_STATIC_LIBS ON)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64)

# xsimd is headers alone, but Debian keeps its package among the build machine's libraries.
file(GLOB xsimd_packages /usr/lib/*-linux-gnu/cmake/xsimd)
if(xsimd_packages)
  list(GET xsimd_packages 0 xsimd_DIR)
endif()
