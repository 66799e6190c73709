// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include <lacuna/hardware/aie2/mapping.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// How kept blocks lie.
enum class mask_kind : std::uint8_t {
  random,  ///< a fixed number in the layer at random places, as a global threshold leaves them
  even,    ///< in each row of blocks as many in each run of input blocks: nothing to balance
};

/// Which 8x8 blocks of a layer's weights are kept, for all taps at once.
class weight_mask {
 public:
  /// Keeps round(density x blocks) of `rows` x `cols` blocks, at least one unless the density is 0.
  weight_mask(index_t rows, index_t cols, double density, mask_kind kind, std::uint32_t seed)
      : cols_(cols), kept_(static_cast<std::size_t>(rows * cols), 0) {
    const auto at = [&](index_t r, index_t c) -> char& {
      return kept_[static_cast<std::size_t>(r * cols + c)];
    };
    if (kind == mask_kind::even) {
      // Column c of row r where the running count of density x (c + 1) steps up; rows are shifted
      // against each other so that columns are even too.
      for (index_t r = 0; r < rows; ++r) {
        for (index_t c = 0; c < cols; ++c) {
          const auto upto = [&](index_t n) {
            return static_cast<index_t>(std::floor(density * static_cast<double>(n) + 0.5));
          };
          at(r, (c + r) % cols) = upto(c + 1) > upto(c) ? 1 : 0;
        }
      }
      return;
    }
    const auto all = static_cast<double>(kept_.size());
    const auto most =
        std::max<std::int64_t>(density > 0 ? 1 : 0, static_cast<std::int64_t>(density * all + 0.5));
    std::fill_n(kept_.begin(), most, char{1});
    std::mt19937 g(seed);
    for (std::size_t n = kept_.size(); n > 1; --n) {  // Fisher-Yates: the same on all platforms
      std::swap(kept_[n - 1], kept_[g() % n]);
    }
  }

  [[nodiscard]] bool keeps(index_t row, index_t col) const {
    return kept_[static_cast<std::size_t>(row * cols_ + col)] != 0;
  }
  /// Kept blocks of a row in columns [first, last).
  [[nodiscard]] index_t count(index_t row, index_t first, index_t last) const {
    index_t n = 0;
    for (index_t c = first; c < last; ++c) n += keeps(row, c) ? 1 : 0;
    return n;
  }

 private:
  index_t cols_;
  std::vector<char> kept_;
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
