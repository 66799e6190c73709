// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include <lacuna/core/conv_window.hpp>
#include <lacuna/network/fuse.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// Rows [first, last) of an image.
struct row_range {
  index_t first{0};
  index_t last{0};

  [[nodiscard]] constexpr index_t size() const noexcept { return last - first; }
  friend constexpr bool operator==(const row_range&, const row_range&) = default;
};

/// A window over some rows of its output alone: the rows of the image that it sees, and the same
/// window over an image of those rows, padded above and below where they end with the image.
struct window_on_rows {
  row_range in;
  conv_window window;
};

/// For `out`, not empty, of the output rows of `window` over images of h rows, whose padding is
/// less than the window is tall.
[[nodiscard]] constexpr window_on_rows restrict_to(const row_range& out, const conv_window& window,
                                                   index_t h) noexcept {
  const index_t first = window.in_y(out.first, 0);
  const index_t last = window.in_y(out.last - 1, window.kernel_h - 1) + 1;
  window_on_rows part{{std::max<index_t>(first, 0), std::min(last, h)}, window};
  part.window.padding.top = part.in.first - first;
  part.window.padding.bottom = last - part.in.last;
  return part;
}

/// Steps first ... last of a network that are run together, a band of rows of an image at a time:
/// convolutions, each read by the next alone, and a pool, whose result is the first to be in memory
/// as a whole.
struct banded_steps {
  std::size_t first{0};
  std::size_t last{0};
  index_t bands{0};  ///< at least, so that a band's results stay in a core's caches
};

namespace detail {

/// The window of a convolution or pool.
template <class T>
[[nodiscard]] std::optional<conv_window> window_of(const layer<T>& l) {
  if (const auto* c = std::get_if<conv<T>>(&l)) return c->window();
  if (const auto* p = std::get_if<max_pool>(&l)) return p->window;
  if (const auto* p = std::get_if<average_pool>(&l)) return p->window;
  return std::nullopt;
}

/// Whether each band of a layer's rows sees some row of its image.
[[nodiscard]] constexpr bool sees_rows(const conv_window& window) noexcept {
  const index_t tall = (window.kernel_h - 1) * window.dilation.h + 1;
  return window.padding.top < tall && window.padding.bottom < tall;
}

}  // namespace detail

/// The steps of a network that are worth running in bands: a pool and the convolutions before it
/// whose results are of 8 MB or more, beyond what a core has of the third level. Rows that two
/// bands need are computed twice, at most one for every four.
///
/// VGG-16's first two convolutions at 1/2 and its first pool take 8.38 ms in bands for 9.15 one
/// after the other (Zen 5; the second 7.16 for 7.69, the pool 0.21 for 0.49), nearly the same with
/// bands of 0.5 to 3.5 MB.
template <class T>
[[nodiscard]] std::vector<banded_steps> plan_bands(
    const graph<T>& g, const std::vector<step>& steps,
    const std::vector<std::vector<std::size_t>>& inputs) {
  constexpr index_t far_bytes = 8 << 20;
  constexpr index_t band_bytes = 2 << 20;
  const auto layer_of = [&](std::size_t s) -> const auto& { return g[steps[s].node].layer; };
  const auto result = [&](std::size_t s) -> const extents4& { return g[steps[s].result].extents; };
  const auto row_bytes = [&](std::size_t s) {
    return result(s).c * result(s).w * index_t{sizeof(T)};
  };
  std::vector<index_t> readers(steps.size());
  for (const auto& of_step : inputs) {
    for (const std::size_t in : of_step) ++readers[in];
  }
  const auto is_far_conv = [&](std::size_t s) {
    const auto window = detail::window_of(layer_of(s));
    return std::holds_alternative<conv<T>>(layer_of(s)) && detail::sees_rows(*window) &&
           !steps[s].adds_residual && readers[s] == 1 && result(s).h * row_bytes(s) >= far_bytes;
  };
  // Bytes of the results of steps first ... last - 1 under `rows` rows of the last one's.
  const auto bytes_under = [&](index_t rows, std::size_t first, std::size_t last) {
    index_t bytes = 0;
    for (std::size_t s = last; s-- > first;) {
      const conv_window window = *detail::window_of(layer_of(s + 1));
      rows =
          std::min(window.in_y(rows - 1, window.kernel_h - 1) - window.in_y(0, 0) + 1, result(s).h);
      bytes += rows * row_bytes(s);
    }
    return bytes;
  };
  // How many bands are small enough for these steps; 0 where none are, or overlap too much.
  const auto bands_of = [&](std::size_t first, std::size_t last) -> index_t {
    const index_t rows = result(last).h;
    for (index_t bands = 1; bands <= rows; ++bands) {
      const index_t bytes = bytes_under(ceil_div(rows, bands), first, last);
      if (bytes > band_bytes) continue;
      return 4 * bands * bytes <= 5 * bytes_under(rows, first, last) ? bands : 0;
    }
    return 0;
  };

  std::vector<banded_steps> out;
  for (std::size_t last = 1; last < steps.size(); ++last) {
    const auto window = detail::window_of(layer_of(last));
    const bool is_pool = window && !std::holds_alternative<conv<T>>(layer_of(last));
    if (!is_pool || !detail::sees_rows(*window)) continue;
    banded_steps together{last, last, 0};
    while (inputs[together.first].front() + 1 == together.first &&
           is_far_conv(together.first - 1)) {
      const index_t bands = bands_of(together.first - 1, last);
      if (bands == 0) break;
      --together.first;
      together.bands = bands;
    }
    if (together.first < last) out.push_back(together);
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::network
