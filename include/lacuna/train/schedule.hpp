// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <functional>
#include <numbers>
#include <string>

#include <lacuna/core/exceptions.hpp>

namespace lacuna::inline LACUNA_ABI::train {

/// Learning rate by progress, 0 at the first step and towards 1 at the last.
using schedule = std::function<double(double progress)>;

/// The same rate throughout.
[[nodiscard]] inline schedule constant_rate(double rate) {
  return [rate](double) { return rate; };
}

/// Linear from `peak` / 25 to `peak` over the first `warmup` of training, then half a cosine down
/// to zero: peak (1 + cos(pi p)) / 2 (Loshchilov and Hutter, arXiv 1608.03983, without restarts).
/// @throws shape_error unless 0 <= warmup < 1.
[[nodiscard]] inline schedule cosine(double peak, double warmup = 0.0) {
  if (!(warmup >= 0 && warmup < 1)) {
    throw shape_error("cosine schedule: warm-up takes " + std::to_string(warmup) +
                      " of training, expected 0 <= warmup < 1");
  }
  return [peak, warmup](double progress) {
    if (progress < warmup) return peak * (1 + 24 * progress / warmup) / 25;
    const double p = (progress - warmup) / (1 - warmup);
    return peak * (1 + std::cos(std::numbers::pi * p)) / 2;
  };
}

/// Linear from `peak` / 25 up to `peak` at `rise` and down to zero at the end: the triangle of
/// one-cycle training (Smith and Topin, arXiv 1708.07120).
/// @throws shape_error unless 0 < rise < 1.
[[nodiscard]] inline schedule one_cycle(double peak, double rise = 0.3) {
  if (!(rise > 0 && rise < 1)) {
    throw shape_error("one-cycle schedule: the rate rises for " + std::to_string(rise) +
                      " of training, expected 0 < rise < 1");
  }
  return [peak, rise](double progress) {
    return progress < rise ? peak * (1 + 24 * progress / rise) / 25
                           : peak * (1 - progress) / (1 - rise);
  };
}

}  // namespace lacuna::inline LACUNA_ABI::train
