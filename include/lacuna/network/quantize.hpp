// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include <lacuna/core/aligned.hpp>
#include <lacuna/format/filter.hpp>
#include <lacuna/network/activation_ranges.hpp>

// Values as 8-bit integers: value = scale * integer. There are no zero points: what is never
// negative is unsigned, anything else signed and symmetric, so that a window's padding is 0 and
// sums need no corrections.

namespace lacuna::inline LACUNA_ABI::network {

/// How activations are held.
struct quantized_type {
  float scale{1};
  bool is_signed{false};
};

/// Calls f(std::int8_t{}) or f(std::uint8_t{}).
template <class F>
void visit_type(const quantized_type& type, F&& f) {
  if (type.is_signed) {
    f(std::int8_t{});
  } else {
    f(std::uint8_t{});
  }
}

/// The type whose largest integer is the range's largest magnitude; a scale of 1 where all is zero.
[[nodiscard]] inline quantized_type type_of(const value_range& range, bool is_signed) noexcept {
  const float most =
      is_signed ? std::max(std::abs(range.low), std::abs(range.high)) : std::max(range.high, 0.0F);
  const float integers = is_signed ? 127.0F : 255.0F;
  const float scale = most / integers;
  return {scale > 0 ? scale : 1.0F, is_signed};
}

/// q = saturate(round(x / scale)), to the nearest, ties to even; NaN becomes the least.
template <class Q>
void quantize(const float* x, index_t count, float scale, Q* q) noexcept {
  constexpr auto least = static_cast<float>(std::numeric_limits<Q>::min());
  constexpr auto most = static_cast<float>(std::numeric_limits<Q>::max());
  const float inverse = 1.0F / scale;
  for (index_t i = 0; i < count; ++i) {
    // A comparison with NaN is false.
    const float above = x[i] * inverse > least ? x[i] * inverse : least;
    q[i] = static_cast<Q>(std::nearbyint(std::min(above, most)));
  }
}

/// x = scale * q
template <class Q>
void dequantize(const Q* q, index_t count, float scale, float* x) noexcept {
  for (index_t i = 0; i < count; ++i) x[i] = scale * static_cast<float>(q[i]);
}

/// Filters as int8 and the scale of each output channel's.
struct quantized_filter {
  filter<dense_matrix<std::int8_t>> weight;
  aligned_vector<float> scales;
};

/// w' = round(w / scale[o]), scale[o] = max |w[o]| / 127, to the nearest, ties to even: symmetric
/// by output channel. Zeros stay zeros, so filters keep the pattern they were pruned to.
/// @throws format_error for weights that are not finite.
[[nodiscard]] inline quantized_filter quantize(const filter<dense_matrix<float>>& f) {
  const auto& w = f.matrix;
  quantized_filter out{
      {dense_matrix<std::int8_t>(w.rows(), w.cols()), f.in, f.kernel_h, f.kernel_w}, {}};
  for (index_t o = 0; o < w.rows(); ++o) {
    const auto row = w.row(o).array();
    if (!row.isFinite().all()) {
      throw format_error(message("weights of output channel ", o, " are not finite"));
    }
    const float most = w.cols() == 0 ? 0.0F : row.abs().maxCoeff();
    const float scale = most / 127.0F;
    out.scales.push_back(scale > 0 ? scale : 1.0F);
    quantize(w.data() + o * w.cols(), w.cols(), out.scales.back(),
             out.weight.matrix.data() + o * w.cols());
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::network
