// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include <lacuna/format/block_csr.hpp>
#include <lacuna/hardware/aie2/core/kernel.hpp>
#include <lacuna/hardware/aie2/kernels/gemm.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// How Y (m, n) = W (m, k) X (k, n) runs on a core with W of 8x8 blocks.
///
/// One loop runs over all stored blocks, whatever row they are in, for `columns` blocks of X each:
/// 2 * columns products of 4x8x8 a block. Three words of metadata a block steer it: how far X's
/// pointer moves to the next block, how far Y's does, and whether the block starts a row (the
/// multiply then drops its old accumulator: zero_acc, a run-time flag of the instruction). Each
/// block also stores its accumulators; the last block of a row leaves the result. The store unit
/// has nothing else to do, so rows cost no fill, no drain and no branch, however short they are. A
/// row without blocks takes one of zeros.
///
/// loads a block: 2 of W, 2 * columns of X, 3 of metadata; bundles a block: max(2 * columns,
/// ceil((2 * columns + 5) / 2)) = 4, 5, 8 for 1, 2, 4 columns; 4 columns keep 8 of 9 accumulators.
struct block_sparse_options {
  int columns{4};
  int shift{0};   ///< of results to int8
  int w_bank{0};  ///< logical banks of weights, X, Y and metadata
  int x_bank{1};
  int y_bank{2};
  int metadata_bank{3};
};

/// Weights as the kernel streams them. The three words of metadata are streams of their own: each
/// is needed at another time, and one register each lives no longer than an iteration.
struct block_sparse_image {
  std::vector<std::int8_t> weights;  ///< 64 a block
  std::vector<std::int32_t> x_step;
  std::vector<std::int32_t> y_step;
  std::vector<std::int32_t> starts;  ///< whether a block starts a row
  index_t blocks{0};                 ///< with those of zeros for empty rows
  index_t first_x{0};                ///< bytes from X to what the first block multiplies

  [[nodiscard]] index_t metadata_bytes() const noexcept { return 3 * 4 * blocks; }
};

namespace detail {
inline void require_columns(index_t n, int columns) {
  if (columns != 1 && columns != 2 && columns != 4) {
    throw shape_error(message("block-sparse kernel: expected 1, 2 or 4 columns, got ", columns));
  }
  if (n < 1 || n % (8 * columns) != 0) {
    throw shape_error(
        message("block-sparse kernel: n = ", n, " is not a positive multiple of ", 8 * columns));
  }
}
}  // namespace detail

/// What a tile's memory holds of `w`; `x_row` is the distance in bytes between rows of blocks of X
/// and `y_row` of Y. @throws shape_error where w has no rows or no columns.
[[nodiscard]] inline block_sparse_image to_image(const block_csr<std::int8_t, 8, 8>& w, index_t n,
                                                 const block_sparse_options& o) {
  detail::require_columns(n, o.columns);
  if (w.rows() < 1 || w.cols() < 1) {
    throw shape_error(message("block-sparse kernel: weights of ", w.rows(), " x ", w.cols()));
  }
  const index_t row_bytes = n / 8 * 64;
  std::vector<std::pair<index_t, index_t>> places;  // of X and Y, in bytes
  std::vector<bool> starts;
  block_sparse_image out;
  for (index_t row = 0; row < w.block_rows(); ++row) {
    const auto [first, last] = w.block_range(row);
    for (index_t b = first; b < last; ++b) {
      places.emplace_back(w.block_column(b) * row_bytes, row * row_bytes);
      starts.push_back(b == first);
      out.weights.insert(out.weights.end(), w.block_values(b), w.block_values(b) + 64);
    }
    if (first == last) {
      places.emplace_back(0, row * row_bytes);
      starts.push_back(true);
      out.weights.insert(out.weights.end(), 64, std::int8_t{0});
    }
  }
  out.blocks = static_cast<index_t>(places.size());
  out.first_x = places.front().first;
  const index_t walked = (2 * o.columns - 1) * 32;  // by the accesses of a block themselves
  for (std::size_t b = 0; b < places.size(); ++b) {
    // After the last block the next columns begin.
    const bool wraps = b + 1 == places.size();
    const auto& next = places[wraps ? 0 : b + 1];
    const index_t onward = (wraps ? o.columns * 64 : 0) - walked;
    out.x_step.push_back(static_cast<std::int32_t>(next.first - places[b].first + onward));
    out.y_step.push_back(static_cast<std::int32_t>(next.second - places[b].second + onward));
    out.starts.push_back(starts[b] ? 1 : 0);
  }
  return out;
}

/// The kernel for `blocks` stored blocks and n columns. Arguments: addresses of weights,
/// steps of X, steps of Y, starts, X plus `first_x`, and Y; X and Y in 8x8 tiles, row by row.
[[nodiscard]] inline core_kernel block_sparse_kernel(index_t blocks, index_t n,
                                                     const block_sparse_options& o = {}) {
  detail::require_columns(n, o.columns);
  if (blocks < 1) throw shape_error("block-sparse kernel: no blocks");
  kernel_builder k(message("block-sparse int8, ", blocks, " blocks x ", n));
  const std::int16_t w_buffer = k.add_buffer("W", o.w_bank);
  const std::int16_t m_buffer = k.add_buffer("metadata", o.metadata_bank);
  const std::int16_t x_buffer = k.add_buffer("X", o.x_bank);
  const std::int16_t y_buffer = k.add_buffer("Y", o.y_bank);
  const reg pw = k.argument();
  const reg px_step = k.argument();
  const reg py_step = k.argument();
  const reg pstarts = k.argument();
  const reg px = k.argument();
  const reg py = k.argument();
  detail::set_walk(k, pw, 32, 2 * blocks, -64 * blocks, 0, 0);
  for (const reg p : {px_step, py_step, pstarts}) {
    detail::set_walk(k, p, 4, blocks, -4 * blocks, 0, 0);
  }
  std::vector<reg> acc;
  for (int i = 0; i < 2 * o.columns; ++i) acc.push_back(k.accumulator());
  k.loop(blocks * (n / (8 * o.columns)), loop_mode::pipelined, [&] {
    const reg x_step = k.offset();
    const reg y_step = k.offset();
    const reg starts = k.scalar();
    k.load(opcode::load_scalar, x_step, px_step, m_buffer, post::walk);
    k.load(opcode::load_scalar, y_step, py_step, m_buffer, post::walk);
    k.load(opcode::load_scalar, starts, pstarts, m_buffer, post::walk);
    const reg w = k.vector();
    for (int h = 0; h < 2; ++h) k.load(opcode::load_vector, w.unit(h), pw, w_buffer, post::walk);
    const int accesses = 2 * o.columns;
    for (int c = 0; c < o.columns; ++c) {
      const reg x = k.vector();
      for (int h = 0; h < 2; ++h) {
        k.load(opcode::load_vector, x.unit(h), px, x_buffer, post::immediate, 32);
        if (2 * c + h + 1 == accesses) k.then_add(x_step);
      }
      for (int h = 0; h < 2; ++h) {
        k.mac(opcode::mac_i8_4x8x8, acc[static_cast<std::size_t>(2 * c + h)], w.unit(h), x);
        k.start_if(starts);
      }
    }
    for (int s = 0; s < accesses; ++s) {
      k.store(opcode::store_srs8, acc[static_cast<std::size_t>(s)], py, y_buffer, post::immediate,
              32, o.shift);
      if (s + 1 == accesses) k.then_add(y_step);
    }
  });
  return std::move(k).finish();
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
