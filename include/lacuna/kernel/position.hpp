// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Where the values stand that an epilogue is given: `count` results of output row `row`, from
/// column `col` on. In a convolution the row is the output channel, the column the output pixel
/// (y * width + x), and `image` the batch index.
struct position {
  index_t row{0};
  index_t col{0};
  index_t count{1};
  index_t image{0};
};

/// The epilogue that changes nothing.
struct no_epilogue {
  template <class B>
  [[nodiscard]] B operator()(B value, const position& /*at*/) const noexcept {
    return value;
  }
};

}  // namespace lacuna::inline LACUNA_ABI
