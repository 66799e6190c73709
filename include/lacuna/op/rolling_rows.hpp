// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/conv_window.hpp>
#include <lacuna/core/extents.hpp>
#include <lacuna/kernel/first_level.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// The rows of an image's planes that a thread holds a copy of at a time, `plane` values from one
/// plane to the next; none where tiles read the image itself.
struct rolling_rows {
  index_t count{0};
  index_t plane{0};
};

/// Those for images of T under a window whose tiles use a channel of X `uses` times, all taps
/// together.
///
/// Planes of 64 x 64 pixels, or of any whole number of 4 KB, start in the same set of the first
/// level, where all channels under a strip meet. Copying a row of 64 channels by 224 pixels takes
/// 1 us. On Zen 5, in 8x8 at 1/2, 64 channels by 64 filters on 64, 128 and 224 pixels a side are
/// 1.08, 1.12 and 1.11 times as fast for it, 256 by 256 1.18 to 1.25, 64 by 64 dense 1.3; with 16
/// channels, or half as many uses, most are slower. Planes of an odd number of 2 KB: 0.95 to 1.06.
template <class T>
[[nodiscard]] rolling_rows rolling_rows_of(const extents4& in, const conv_window& window,
                                           index_t uses) noexcept {
  constexpr index_t bytes = sizeof(T);
  constexpr index_t turn = kernel::first_level_turn;
  if (window.stride != extents2(1) || window.kernel_h * window.kernel_w == 1 || in.c < 32 ||
      in.h * in.w == 0 || in.h * in.w * bytes % turn != 0 || uses < 32) {
    return {};
  }
  constexpr index_t widest_strip = 64;
  const index_t under_strip = widest_strip / in.w + 2 + (window.kernel_h - 1) * window.dilation.h;
  const index_t in_second_level = 768 * 1024 / (in.c * in.w * bytes);
  const index_t count = std::min(in.h, std::max(in_second_level, 2 * under_strip));
  constexpr auto lines = 5 * static_cast<index_t>(cache_line);
  return {count, (round_up(count * in.w * bytes, turn) + lines) / bytes};
}

}  // namespace lacuna::inline LACUNA_ABI::detail
