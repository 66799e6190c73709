// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "suite/make_problem.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

#include <lacuna/decompose/decompose.hpp>
#include <lacuna/format/series_pattern.hpp>
#include <lacuna/prune/mask_of.hpp>

#include "support/random_operands.hpp"

namespace bench {

namespace {

using lacuna::dense_matrix, lacuna::index_t;

/// To what the type holds exactly.
void round_to(const std::string& type, float* values, index_t count, float low, float high) {
  for (index_t i = 0; i < count; ++i) {
    if (type == "bf16") values[i] = static_cast<float>(lacuna::bfloat16(values[i]));
    if (type == "i8") {
      // Two standard deviations fill the range; a weight that is kept must not round to zero.
      const float v = std::clamp(std::round(values[i] * high / 2), low, high);
      values[i] = v == 0 && low < 0 ? 1 : v;
    }
  }
}

/// Keeps the blocks of the largest norms, each over all taps, and no more than are asked for.
/// `block_mask` leaves no row and no column of blocks empty: 64 filters are four rows of 16x4, of
/// which it keeps a quarter at 1/8 as well.
lacuna::mask best_blocks(const lacuna::filter<dense_matrix<float>>& w,
                         const lacuna::block_pattern& b, lacuna::keep fraction) {
  dense_matrix<float> squares =
      dense_matrix<float>::Zero(lacuna::ceil_div(w.out(), b.rows), lacuna::ceil_div(w.in, b.cols));
  for (index_t i = 0; i < w.out(); ++i) {
    for (index_t k = 0; k < w.matrix.cols(); ++k) {
      squares(i / b.rows, k % w.in / b.cols) += w.matrix(i, k) * w.matrix(i, k);
    }
  }
  const lacuna::mask blocks = lacuna::unstructured_mask(squares, fraction);
  return lacuna::mask::NullaryExpr(w.out(), w.matrix.cols(), [&](index_t i, index_t k) {
    return blocks(i / b.rows, k % w.in / b.cols);
  });
}

void prune(lacuna::filter<dense_matrix<float>>& w, const sparsity& how) {
  if (how.pattern == "dense") return;
  if (how.pattern.find('+') != std::string::npos) {
    const auto d = lacuna::decompose<lacuna::n_m<2, 4>, lacuna::n_m<2, 8>>(w);
    w = lacuna::to_filter(to_tensor(d.terms));
    return;
  }
  const lacuna::pattern pattern = lacuna::parse_pattern(how.pattern);
  const lacuna::keep fraction{how.keep};
  const auto* const blocks = std::get_if<lacuna::block_pattern>(&pattern);
  lacuna::apply(blocks ? best_blocks(w, *blocks, fraction) : mask_of(pattern, w, fraction),
                w.matrix);
}

}  // namespace

std::vector<sparsity> sparsities(const std::string& type) {
  std::vector<sparsity> out{{type, "dense", 1}};
  if (type != "f32") {
    for (const double keep : {0.5, 0.25, 0.125}) out.push_back({type, "8x8", keep});
    return out;
  }
  for (const char* pattern : {"8x8", "16x4", "8x1", "unstructured"}) {
    for (const double keep : {0.75, 0.5, 0.25, 0.125}) out.push_back({type, pattern, keep});
  }
  for (const sparsity& s : {sparsity{type, "2:4x8", 0.5},
                            {type, "1:4x8", 0.25},
                            {type, "1:8x8", 0.125},
                            {type, "2:4", 0.5},
                            {type, "2:8", 0.25},
                            {type, "1:8", 0.125},
                            {type, "2:4+2:8", 0.75}}) {
    out.push_back(s);
  }
  return out;
}

problem make_problem(const shape& s, const sparsity& how, int threads) {
  const auto& l = s.layer;
  problem p{l, how.type, how.pattern, threads, {}, normal_tensor({1, l.in, l.h, l.w}, 2)};
  p.weights =
      lacuna::to_filter(normal_tensor({l.out, l.in, l.window.kernel_h, l.window.kernel_w}, 1));
  auto& w = p.weights.matrix;
  round_to(how.type, w.data(), w.size(), -127, 127);
  round_to(how.type, p.x.data(), p.x.size(), 0, 127);
  prune(p.weights, how);
  if (how.type == "i8") {
    // Four standard deviations of a sum of independent products fill the byte.
    const auto x = Eigen::Map<const Eigen::ArrayXf>(p.x.data(), p.x.size());
    const float variance =
        static_cast<float>(w.cols()) * w.array().square().mean() * x.square().mean();
    p.to_byte = 255 / (4 * std::sqrt(variance));
  }
  return p;
}

namespace {
dense_matrix<float> expected_sums(const problem& p) {
  const auto& l = p.layer;
  const auto g = l.gemm();
  if (p.is_pointwise()) {
    return p.weights.matrix * Eigen::Map<const dense_matrix<float>>(p.x.data(), g.k, g.n);
  }
  dense_matrix<float> patches(g.k, g.n);
  for (index_t k = 0; k < g.k; ++k) {
    const index_t tap = k / l.in;
    for (index_t o = 0; o < g.n; ++o) {
      const index_t y = l.window.in_y(o / l.out_w(), tap / l.window.kernel_w);
      const index_t x = l.window.in_x(o % l.out_w(), tap % l.window.kernel_w);
      const bool inside = y >= 0 && y < l.h && x >= 0 && x < l.w;
      patches(k, o) = inside ? p.x(0, k % l.in, y, x) : 0.0F;
    }
  }
  return p.weights.matrix * patches;
}
}  // namespace

dense_matrix<float> expected_result(const problem& p) {
  dense_matrix<float> sums = expected_sums(p);
  if (p.type != "i8") return sums;
  return sums.unaryExpr([&](float sum) {
    return std::clamp(std::nearbyint(std::max(sum, 0.0F) * p.to_byte), 0.0F, 255.0F);
  });
}

}  // namespace bench
