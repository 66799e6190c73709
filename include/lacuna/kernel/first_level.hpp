// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/core/extents.hpp>

#if __has_include(<unistd.h>)
#include <unistd.h>
#endif

namespace lacuna::inline LACUNA_ABI::kernel {

/// Bytes after which addresses share a set of a core's first-level data cache: 64 sets of a line
/// each, on processors with pages of 4 KB, whose sets are known before the page is.
inline constexpr index_t first_level_turn = 4096;

/// Bytes of a core's first-level data cache: 32 KB where the system does not say.
[[nodiscard]] inline index_t first_level_bytes() noexcept {
  constexpr index_t least = 32 * 1024;
  constexpr index_t most = 128 * 1024;
#if defined(_SC_LEVEL1_DCACHE_SIZE)
  static const index_t bytes = std::clamp<index_t>(sysconf(_SC_LEVEL1_DCACHE_SIZE), least, most);
  return bytes;
#else
  return least;
#endif
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
