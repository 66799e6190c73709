// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/contract.hpp>
#include <lacuna/core/extents.hpp>
#include <lacuna/kernel/simd/unroll.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// How far ahead of its use a stream of weights is asked for. Hardware prefetchers stop at the end
/// of each 4 KB page, however large the pages really are. One core of Emerald Rapids, 4096 x 4096,
/// GB/s at 0, 2 and 8 KB: weights in L3, CSR at 1/4 13.0, 21.1 and 20.8, others 28 to 29 each time;
/// in memory, 8x8 blocks 15.0, 16.3 and 16.6, 2:4 15.5, 16.0 and 14.9, 1:8 13.5, 13.9 and 12.0.
/// The register tiles of ResNet-50 at 50 %, whose 47 MB of weights nothing keeps near from one
/// image to the next, take 37.2 ms without and 33.8 at 2 and at 4 KB; with weights at hand, no
/// difference.
inline constexpr index_t prefetch_bytes = 2048;

/// The same where nothing but weights is read, one column: 2 KB ahead blocks take 2 to 10 % longer
/// than at 8, 2:4 up to 4 % longer than at 4 (Emerald Rapids, 2 to 64 MB of weights in turn with
/// six others').
inline constexpr index_t prefetch_bytes_of_blocks = 8192;
inline constexpr index_t prefetch_bytes_of_lanes = 4096;

/// How far ahead an image is asked for where every second row or pixel of it is copied. Nobody has
/// touched it before: on Zen 5, six layers of ResNet-50 with stride 2, in turn with all other
/// libraries, are 1.04 to 1.06, 1.05 to 1.07 and 1.05 to 1.09 times as fast at 1/2, 1/4 and 1/8
/// (8x8, three runs), 1.04 times in 2:8 and 1:8; from 1 KB ahead less, from 16 KB as much.
inline constexpr index_t prefetch_bytes_of_images = 8192;

/// Asks for the cache lines Ahead bytes after those that hold the Bytes bytes at `at`, in the
/// second level: into the first, 1:8 ran at 24.4 for 28.3 GB/s. They may lie beyond the block of
/// memory: nothing is read.
template <index_t Bytes, index_t Ahead = prefetch_bytes>
LACUNA_ALWAYS_INLINE void prefetch_ahead([[maybe_unused]] const void* at) noexcept {
#if defined(__GNUC__)
  constexpr auto line = static_cast<index_t>(cache_line);
  for (index_t b = 0; b < Bytes; b += line) {
    __builtin_prefetch(static_cast<const char*>(at) + Ahead + b, 0, 2);
  }
#endif
}

/// Asks for Vectors vectors of Lanes values from `at` on, in the first level where Near is 3, in
/// the second where it is 2.
template <index_t Vectors, index_t Lanes, int Near, class T>
LACUNA_ALWAYS_INLINE void prefetch_vectors([[maybe_unused]] const T* at) noexcept {
#if defined(__GNUC__)
  unroll<Vectors>([&](auto j)
                      LACUNA_INLINE_LAMBDA { __builtin_prefetch(at + j * Lanes, 0, Near); });
#endif
}

/// Asks for `bytes` bytes from `at` on, once: they are not to take the place of others in the first
/// level.
LACUNA_ALWAYS_INLINE void prefetch_once([[maybe_unused]] const void* at,
                                        [[maybe_unused]] index_t bytes) noexcept {
#if defined(__GNUC__)
  constexpr auto line = static_cast<index_t>(cache_line);
  for (index_t b = 0; b < bytes + line - 1; b += line) {
    __builtin_prefetch(static_cast<const char*>(at) + b, 0, 0);
  }
#endif
}

/// Asks for the cache lines of Bytes bytes that are to be written, in the second level, to which
/// lines that nobody shares come writable. Leaves out the first one where `at` lies inside of it:
/// what was written before has touched that.
template <index_t Bytes>
LACUNA_ALWAYS_INLINE void prefetch_for_writing([[maybe_unused]] const void* at) noexcept {
#if defined(__GNUC__)
  constexpr auto line = static_cast<index_t>(cache_line);
  for (index_t b = line; b <= Bytes; b += line) {
    __builtin_prefetch(static_cast<const char*>(at) + b - 1, 0, 2);
  }
#endif
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
