// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <lacuna/format/dense.hpp>
#include <lacuna/hardware/aie2/core/simulate_core.hpp>
#include <lacuna/hardware/aie2/kernels/block_sparse.hpp>
#include <lacuna/hardware/aie2/kernels/tiles.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// A result and what it took on one core.
template <class T>
struct kernel_result {
  dense_matrix<T> y;
  core_run run;
  std::int64_t program_bytes{0};
};

namespace detail {
template <class T>
std::int32_t put(data_memory& memory, const char* name, const std::vector<T>& values, int bank) {
  const auto bytes = static_cast<std::int64_t>(values.size() * sizeof(T));
  const placement p = memory.place(name, bytes, bank);
  memory.write(p.address, values.data(), bytes);
  return static_cast<std::int32_t>(p.address);
}
}  // namespace detail

/// Y (m, n) = srs(W (m, k) X (k, n)) on one core, W of 8x8 blocks; n is padded to the columns the
/// kernel takes at once. @throws shape_error where shapes do not meet; unsupported_error where the
/// operands do not fit the tile.
[[nodiscard]] inline kernel_result<std::int8_t> run_block_sparse(
    const device& d, const block_csr<std::int8_t, 8, 8>& w, matrix_view<const std::int8_t> x,
    const block_sparse_options& o = {}, srs_control srs = {}) {
  if (w.cols() != x.rows) {
    throw shape_error(message("block-sparse product: (", w.rows(), ", ", w.cols(), ") x (", x.rows,
                              ", ", x.cols, ")"));
  }
  const index_t wide = ceil_div(x.cols, 8 * o.columns) * 8 * o.columns;
  dense_matrix<std::int8_t> padded = dense_matrix<std::int8_t>::Zero(w.block_cols() * 8, wide);
  for (index_t i = 0; i < x.rows; ++i) {
    for (index_t j = 0; j < x.cols; ++j) padded(i, j) = x(i, j);
  }
  const block_sparse_image image = to_image(w, wide, o);
  data_memory memory(d.memory, "compute tile");
  std::vector<std::int32_t> arguments{detail::put(memory, "W", image.weights, o.w_bank)};
  for (const auto* m : {&image.x_step, &image.y_step, &image.starts}) {
    arguments.push_back(detail::put(memory, "metadata", *m, o.metadata_bank));
  }
  arguments.push_back(detail::put(memory, "X", to_tiles(padded, 8, 8), o.x_bank) +
                      static_cast<std::int32_t>(image.first_x));
  std::vector<std::int8_t> tiles(static_cast<std::size_t>(w.block_rows() * 8 * wide));
  arguments.push_back(detail::put(memory, "Y", tiles, o.y_bank));
  const program p = compile(block_sparse_kernel(image.blocks, wide, o), d.core, srs);
  kernel_result<std::int8_t> out{{}, simulate_core(p, memory, d.core, arguments), p.program_bytes};
  memory.read(arguments.back(), tiles.data(), static_cast<std::int64_t>(tiles.size()));
  dense_matrix<std::int8_t> whole(w.block_rows() * 8, wide);
  from_tiles(tiles, whole, 8, 8);
  out.y = whole.topLeftCorner(w.rows(), x.cols);
  return out;
}

/// C (m, n) (+)= A (m, k) B (k, n) on one core. Values are int8, int16 or the bits of bf16
/// (uint16); R matches the options' element of C (bits of bf16 again). `c` is what accumulates, and
/// ignored otherwise.
template <class R, class A, class B>
[[nodiscard]] kernel_result<R> run_gemm(const device& d, const A& left, const B& right,
                                        const gemm_kernel_options& o = {},
                                        const dense_matrix<R>& c = {}, srs_control srs = {},
                                        const std::vector<std::int32_t>& bias = {}) {
  const auto a = as_view(left);
  const auto b = as_view(right);
  const mmul_shape& s = o.shape;
  if (a.cols != b.rows || (o.accumulate && (c.rows() != a.rows || c.cols() != b.cols))) {
    throw shape_error(message("gemm: (", a.rows, ", ", a.cols, ") x (", b.rows, ", ", b.cols,
                              ") into (", c.rows(), ", ", c.cols(), ")"));
  }
  if (o.bias && static_cast<index_t>(bias.size()) != b.cols) {
    throw shape_error(message("gemm: a bias of ", bias.size(), " for ", b.cols, " columns"));
  }
  if (sizeof(R) * 8 != static_cast<std::size_t>(bits_of(o.c)) ||
      sizeof(*a.data) * 8 != static_cast<std::size_t>(bits_of(s.a)) ||
      sizeof(*b.data) * 8 != static_cast<std::size_t>(bits_of(s.b))) {
    throw unsupported_error(message("gemm: values of ", sizeof(*a.data), ", ", sizeof(*b.data),
                                    " and ", sizeof(R), " bytes are not ", to_string(s.a), ", ",
                                    to_string(s.b), " and ", to_string(o.c)));
  }
  const program p = compile(gemm_kernel({a.rows, a.cols, b.cols}, o), d.core, srs);
  data_memory memory(d.memory, "compute tile");
  const std::int32_t at_a = detail::put(memory, "A", to_tiles(a, s.m, s.k), o.a_bank);
  const std::int32_t at_b = detail::put(memory, "B", to_tiles(b, s.k, s.n), o.b_bank);
  std::vector<R> tiles = o.accumulate ? to_tiles(c, s.m, s.n)
                                      : std::vector<R>(static_cast<std::size_t>(a.rows * b.cols));
  const std::int32_t at_c = detail::put(memory, "C", tiles, o.c_bank);
  std::vector<std::int32_t> arguments{at_a, at_b, at_c};
  if (o.bias) arguments.push_back(detail::put(memory, "bias", bias_image(bias, s), o.c_bank));
  kernel_result<R> out{{}, simulate_core(p, memory, d.core, arguments), p.program_bytes};
  memory.read(at_c, tiles.data(), static_cast<std::int64_t>(tiles.size() * sizeof(R)));
  out.y.resize(a.rows, b.cols);
  from_tiles(tiles, out.y, s.m, s.n);
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
