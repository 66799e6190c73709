// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include <lacuna/kernel/pack/planes.hpp>
#include <lacuna/kernel/simd/batch.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

namespace detail {

/// Lanes of a vector of pixels that lie side by side in a plane too.
struct pixel_run {
  index_t from;  ///< of what tap 0 sees, from the plane's first value
  index_t to;    ///< first lane
  index_t count;
};

/// strip[tap * channels + c] = load(what the tap sees in channel c), for every row of a strip.
template <class T, class Load>
LACUNA_ALWAYS_INLINE void for_each_row(const plane_layout& layout, const T* planes, index_t rows,
                                       index_t width, T* strip, const Load& load) {
  // Some channels at a time, so that all taps find their planes in the first-level cache; taps outside,
  // so that rows are written one after the other: a tap's rows lie a multiple of 4 KB apart.
  constexpr index_t block = 32;
  const auto offsets = layout.tap_offsets(rows);
  const index_t channel = layout.channel(rows);
  for (index_t begin = 0; begin < layout.channels(); begin += block) {
    const index_t end = std::min(begin + block, layout.channels());
    T* tap = strip;
    for (const index_t offset : offsets) {
      const T* from = planes + begin * channel + offset;
      T* to = tap + begin * width;
      for (index_t c = begin; c < end; ++c, from += channel, to += width) {
        load(from).store_unaligned(to);
      }
      tap += layout.channels() * width;
    }
  }
}

}  // namespace detail

/// Gathers the patches under output pixels pixel ... pixel + count - 1 from planes that start at
/// output row `first_row` and go over `rows` of them: strip (taps * channels, width), row k = tap *
/// channels + c holding that tap's input for every pixel, zeros beyond `count`. This is im2col for
/// one register tile's columns only, so the patch matrix as a whole never exists. `width` is `count`
/// in whole vectors; what a vector holds lies in one to three pieces of a plane, the same for all
/// rows, so a row takes a load and a store a vector.
template <class Arch, class T>
void pack_patches(const plane_layout& layout, const T* planes, index_t first_row, index_t rows,
                  index_t pixel, index_t count, index_t width, T* strip) {
  using vector = simd::batch<T, Arch>;
  constexpr index_t lanes = simd::lanes<T, Arch>;
  LACUNA_EXPECTS(count <= width && width % lanes == 0 && width < count + lanes);
  for (index_t first = 0; first < width; first += lanes, strip += lanes) {
    std::vector<detail::pixel_run> runs;
    for (index_t j = 0; j < std::min(lanes, count - first);) {
      const index_t y = (pixel + first + j) / layout.out_w();
      const index_t x = (pixel + first + j) % layout.out_w();
      const index_t n = std::min({lanes - j, count - first - j, layout.out_w() - x});
      runs.push_back({(y - first_row) * layout.row_length() + x, j, n});
      j += n;
    }
    const auto a = runs[0];
    if (a.count == lanes) {
      detail::for_each_row(layout, planes, rows, width, strip,
                           [&](const T* at) LACUNA_INLINE_LAMBDA {
                             return vector::load_unaligned(at + a.from);
                           });
    } else if (runs.size() <= 2) {
      const auto b = runs.back();  // a again where there is one
      detail::for_each_row(layout, planes, rows, width, strip,
                           [&](const T* at) LACUNA_INLINE_LAMBDA {
                             const vector v = simd::load_partial<vector>(at + a.from, a.count);
                             return simd::replace_lanes(v, at + b.from, b.to, b.count);
                           });
    } else {
      detail::for_each_row(layout, planes, rows, width, strip,
                           [&](const T* at) LACUNA_INLINE_LAMBDA {
                             vector v(T(0));
                             for (const auto& run : runs) {
                               v = simd::replace_lanes(v, at + run.from, run.to, run.count);
                             }
                             return v;
                           });
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
