// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/message.hpp>

namespace lacuna::inline LACUNA_ABI {

/// The fraction of a layer that pruning keeps: `keep{0.5}`.
struct keep {
  double fraction{0.5};

  /// How many of `count` things stay: all but floor((1 - fraction) count), so at 0.5 exactly half
  /// of an even count. @throws shape_error unless 0 <= fraction <= 1.
  [[nodiscard]] index_t of(index_t count) const {
    if (!(fraction >= 0.0 && fraction <= 1.0)) {
      throw shape_error(message("keep takes a fraction from 0 to 1, got ", fraction));
    }
    // 1e-9: keep{0.9} of 10 is 9, though 1 - 0.9 is a little less than 0.1.
    return count -
           static_cast<index_t>(std::floor((1.0 - fraction) * static_cast<double>(count) + 1e-9));
  }
};

}  // namespace lacuna::inline LACUNA_ABI
