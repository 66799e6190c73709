// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <lacuna/format/block_csr.hpp>
#include <lacuna/format/filter.hpp>
#include <lacuna/hardware/aie2/core/kernel.hpp>
#include <lacuna/hardware/aie2/kernels/convolution_frame.hpp>
#include <lacuna/hardware/aie2/kernels/gemm.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Weights as the kernel streams them.
struct convolution_image {
  std::vector<std::int8_t> weights;  ///< 64 an entry, (in, out)
  /// Of an entry: bytes from its last load to the next entry; of one row where all are equal.
  std::vector<std::int32_t> x_step;
  std::vector<std::int32_t> bias;  ///< 32 a block of outputs: 8 channels, for each of 4 pixels
  index_t entries{1};              ///< of each row
  index_t kept{0};                 ///< blocks x taps without filling
  bool equal_rows{false};          ///< `convolution_options::equal_rows`
  index_t first_x{0};              ///< bytes from X to what the first entry multiplies

  [[nodiscard]] index_t bytes() const noexcept {
    return static_cast<index_t>(weights.size() + 4 * x_step.size() + 4 * bias.size());
  }
};

/// One stored product of a row: which tap and block of inputs, and its 8x8 weights (out, in).
struct convolution_entry {
  index_t tap{0};
  index_t block{0};
  const std::int8_t* values{nullptr};
};
using convolution_rows = std::vector<std::vector<convolution_entry>>;

namespace detail {
/// Appends the 64 values of a block (out, in) as products take them: (in, out).
inline void append_transposed(std::vector<std::int8_t>& to, const std::int8_t* block) {
  for (int in = 0; in < 8; ++in) {
    for (int out = 0; out < 8; ++out) to.push_back(block[8 * out + in]);
  }
}
/// The bias of so many blocks of 8 channels; zeros where it has fewer values.
[[nodiscard]] inline std::vector<std::int32_t> bias_of(std::vector<std::int32_t> bias,
                                                       index_t blocks) {
  bias.resize(static_cast<std::size_t>(8 * blocks), 0);
  return bias_image(bias);
}
}  // namespace detail

/// What a core's memory holds of `rows`, a list a block of outputs. @throws shape_error where there
/// are more or fewer rows than the tile's, an entry lies outside it, or the bias is not of its
/// channels.
[[nodiscard]] inline convolution_image to_image(const convolution_rows& rows,
                                                const std::vector<std::int32_t>& bias,
                                                const convolution_layout& l) {
  const convolution_tile& t = l.tile;
  const auto outputs = static_cast<std::size_t>(t.out_blocks);
  if (rows.size() != outputs || (!bias.empty() && bias.size() != 8 * outputs)) {
    throw shape_error(message("convolution: ", rows.size(), " rows of blocks and ", bias.size(),
                              " biases, the tile has ", t.out_blocks, " blocks of 8 channels"));
  }
  convolution_image out;
  for (const auto& row : rows) {
    out.entries = std::max(out.entries, static_cast<index_t>(row.size()));
    out.kept += static_cast<index_t>(row.size());
  }
  // An odd number of entries costs a bundle each, one more entry J of them.
  if (out.entries % 2 == 1 && l.groups() < out.entries) ++out.entries;
  std::vector<index_t> places;
  for (std::size_t r = 0; r < outputs; ++r) {
    for (const convolution_entry& e : rows[r]) {
      if (e.block < 0 || e.block >= t.in_blocks || e.tap < 0 ||
          e.tap >= t.window.kernel_h * t.window.kernel_w) {
        throw shape_error(message("convolution: block ", e.block, " at tap ", e.tap,
                                  " is outside of ", t.in_blocks, " blocks and ",
                                  t.window.kernel_h * t.window.kernel_w, " taps"));
      }
      places.push_back(l.offset(e.tap, e.block));
      detail::append_transposed(out.weights, e.values);
    }
    for (auto n = static_cast<index_t>(rows[r].size()); n < out.entries; ++n) {
      places.push_back(places.empty() ? 0 : places.back());
      out.weights.insert(out.weights.end(), 64, std::int8_t{0});
    }
  }
  out.bias = detail::bias_of(bias, t.out_blocks);
  out.first_x = places.front();
  for (std::size_t e = 0; e < places.size(); ++e) {
    const index_t next = places[(e + 1) % places.size()];
    out.x_step.push_back(static_cast<std::int32_t>(next - places[e] - detail::walked(l)));
  }
  const auto one_row = static_cast<std::ptrdiff_t>(out.entries);
  out.equal_rows = std::equal(out.x_step.begin() + one_row, out.x_step.end(), out.x_step.begin());
  if (out.equal_rows) out.x_step.resize(static_cast<std::size_t>(out.entries));
  return out;
}

/// Adds the blocks of a filter's matrix, of `in_blocks` blocks a tap, to the rows of their outputs.
inline void append_blocks(convolution_rows& rows, const block_csr<std::int8_t, 8, 8>& matrix,
                          index_t in_blocks) {
  for (index_t r = 0; r < matrix.block_rows(); ++r) {
    const auto [first, last] = matrix.block_range(r);
    for (index_t b = first; b < last; ++b) {
      const index_t column = matrix.block_column(b);
      rows[static_cast<std::size_t>(r)].push_back(
          {column / in_blocks, column % in_blocks, matrix.block_values(b)});
    }
  }
}

/// Rows of a filter of 8x8 blocks.
[[nodiscard]] inline convolution_rows rows_of(const filter<block_csr<std::int8_t, 8, 8>>& f) {
  expect_consistent(f);
  convolution_rows out(static_cast<std::size_t>(f.matrix.block_rows()));
  append_blocks(out, f.matrix, f.padded_in() / 8);
  return out;
}

/// Y = relu(srs(bias + W * X)) on one core, W of 8x8 blocks, dense or not.
///
/// For each sweep of J groups of 4 pixels and each block of 8 output channels one pipelined loop
/// runs over the row's (block, tap) entries: 2 loads of weights, J of pixels, 1 word that moves the
/// pixels' pointer to the next entry, and J products: max(J, ceil((J + 3) / 2), 2) bundles. Both
/// halves of the weights must stay until the last product has read them, which takes a bundle more
/// in a register that the next entry's loads overwrite: two entries an iteration, with a register
/// each, hide it. Rows of one call have equally many entries, the shorter ones being filled up with
/// zeros: trips of zero-overhead loops are fixed where they are pipelined. Accumulators start at
/// the bias (int32) or at partial sums in memory and end as int8 or as partial sums.
///
/// The kernel is for `entries` entries a row. Arguments: addresses of weights, of steps, of X plus
/// `first_x`, of where accumulators start (bias or partial sums) and of results.
[[nodiscard]] inline core_kernel convolution_kernel(const convolution_layout& l, index_t entries,
                                                    const convolution_options& o = {}) {
  if (entries < 1) throw shape_error("convolution kernel: no entries");
  const convolution_tile& t = l.tile;
  kernel_builder k(message("convolution int8, ", t.window.kernel_h, "x", t.window.kernel_w, ", ",
                           t.in_blocks * 8, " to ", t.out_blocks * 8, " channels, ", t.h, "x", t.w,
                           " pixels"));
  const std::int16_t w_buffer = k.add_buffer("W", o.w_bank);
  const std::int16_t m_buffer = k.add_buffer("steps", o.w_bank);
  const std::int16_t x_buffer = k.add_buffer("X", o.x_bank);
  const reg pw = k.argument();
  const reg pstep = k.argument();
  const reg px = k.argument();
  const reg pstart = k.argument();
  const reg py = k.argument();
  const index_t all = entries * t.out_blocks;
  detail::set_walk(k, pw, 32, 2 * all, -64 * all, 0, 0);
  const index_t steps = o.equal_rows ? entries : all;
  detail::set_walk(k, pstep, 4, steps, -4 * steps, 0, 0);
  detail::convolution_frame frame(k, l, o, pstart, py);
  const auto j = static_cast<std::size_t>(l.groups());
  frame.sweep({px}, [&] {
    const index_t unrolled = entries % 2 == 0 ? 2 : 1;
    k.loop(entries / unrolled, loop_mode::pipelined, [&] {
      for (index_t u = 0; u < unrolled; ++u) {
        const reg step = k.offset();
        k.load(opcode::load_scalar, step, pstep, m_buffer, post::walk);
        const reg w = k.vector();
        for (int h = 0; h < 2; ++h) {
          k.load(opcode::load_vector, w.unit(h), pw, w_buffer, post::walk);
        }
        for (std::size_t i = 0; i < j; ++i) {
          const reg x = k.vector(1);
          k.load(opcode::load_vector, x, px, x_buffer, post::immediate, frame.next_input(i));
          if (i + 1 == j) k.then_add(step);
          k.mac(opcode::mac_i8_4x8x8, frame.sum(i), x, w);
        }
      }
    });
  });
  return std::move(k).finish();
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
