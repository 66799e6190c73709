// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include <lacuna/core/conv_window.hpp>
#include <lacuna/hardware/aie2/array_cycles.hpp>

// The sizes of tiles that a search of mappings tries.
namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail {

/// Candidate extents of a tile: n, n/2, n/3, ... as ceil, each once, down to `multiple`.
class cuts {
 public:
  static constexpr std::size_t most = 18;

  cuts(index_t n, index_t multiple) noexcept {
    into<1, 2, 3, 4, 5, 7, 8, 14, 16, 28, 32, 56, 64, 112, 128, 224, 256>(ceil_div(n, multiple),
                                                                          multiple);
  }
  [[nodiscard]] const index_t* begin() const noexcept { return sizes_.data(); }
  [[nodiscard]] const index_t* end() const noexcept { return sizes_.data() + size_; }

 private:
  /// Divisors that the compiler knows: a search of a mapping cuts some eight axes.
  template <index_t... parts>
  void into(index_t units, index_t multiple) noexcept {
    const bool cut = (add(ceil_div(units, parts) * multiple, multiple) && ...);
    if (cut) sizes_[size_++] = multiple;
  }
  /// @return whether there are smaller ones.
  bool add(index_t size, index_t multiple) noexcept {
    if (size_ == 0 || size < sizes_[size_ - 1]) sizes_[size_++] = size;
    return size > multiple;
  }

  std::array<index_t, most> sizes_{};
  std::size_t size_{0};
};

/// A window along rows or columns.
struct window_axis {
  index_t stride{1};
  index_t kernel{1};
  index_t dilation{1};

  /// Rows or columns of input that `n` of output read.
  [[nodiscard]] constexpr index_t reach(index_t n) const noexcept {
    return (n - 1) * stride + (kernel - 1) * dilation + 1;
  }
  /// The same for one of the n.
  [[nodiscard]] constexpr double read(index_t n) const noexcept {
    return static_cast<double>(reach(n)) / static_cast<double>(n);
  }
};
[[nodiscard]] constexpr window_axis row_axis(const conv_window& w) noexcept {
  return {w.stride.h, w.kernel_h, w.dilation.h};
}
[[nodiscard]] constexpr window_axis column_axis(const conv_window& w) noexcept {
  return {w.stride.w, w.kernel_w, w.dilation.w};
}

/// One size of tiles along an axis.
struct tile_extent {
  index_t size;
  axis_parts parts;
  index_t input;  ///< what a tile reads
  double read;    ///< the same for one of `size`
};

/// All that are tried along an axis of a layer, largest first.
class tile_extents {
 public:
  static constexpr std::size_t most = cuts::most;

  tile_extents(index_t n, const window_axis& axis) noexcept {
    for (const index_t size : cuts(n, 1)) {
      all_[count_++] = {size, axis_parts(n, size), axis.reach(size), axis.read(size)};
    }
  }
  [[nodiscard]] const tile_extent* begin() const noexcept { return all_.data(); }
  [[nodiscard]] const tile_extent* end() const noexcept { return all_.data() + count_; }

 private:
  std::array<tile_extent, most> all_;  ///< the first count_ are set
  std::size_t count_{0};
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail
