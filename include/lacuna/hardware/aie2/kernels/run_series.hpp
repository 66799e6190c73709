// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <lacuna/core/tensor.hpp>
#include <lacuna/format/series.hpp>
#include <lacuna/hardware/aie2/core/simulate_core.hpp>
#include <lacuna/hardware/aie2/kernels/run_convolution.hpp>
#include <lacuna/hardware/aie2/kernels/series.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// How a core goes through the terms of a series.
enum class term_order : std::uint8_t {
  one_pass,  ///< all terms of a tile of sums before the next: `series_kernel`
  apart,     ///< a call a term, sums in memory between them: what one pass is compared with
};

/// What a series took on one core.
struct series_result {
  tensor<std::int8_t> y;        ///< (1, out, out_h, out_w)
  core_run run;                 ///< of all calls
  std::vector<core_run> calls;  ///< of each
  convolution_layout layout;
  index_t entries{0};             ///< blocks x taps a row of outputs, filled up to the fullest
  index_t layers{0};              ///< of 2:4 values
  std::int64_t program_bytes{0};  ///< of the largest call
};

namespace detail {

template <class Term>
inline constexpr bool runs_on_aie2 = std::is_same_v<Term, block_csr<std::int8_t, 8, 8>>;
template <index_t N, index_t M, index_t V>
inline constexpr bool runs_on_aie2<n_m_matrix<std::int8_t, N, M, V>> = true;

/// What one call of the kernel multiplies.
struct series_call {
  convolution_rows rows;
  std::vector<two_four_layer> layers;
};

/// Points into the terms' values.
template <matrix_format... Terms>
[[nodiscard]] series_call call_of(const weight_columns& c, index_t rows, const Terms&... terms) {
  static_assert((runs_on_aie2<Terms> && ...),
                "AIE2 runs series of block_csr<int8_t, 8, 8> and n_m_matrix<int8_t, N, M, V>");
  series_call out;
  out.rows.resize(static_cast<std::size_t>(ceil_div(rows, 8)));
  const auto add = [&](const auto& term) {
    if constexpr (std::is_same_v<std::decay_t<decltype(term)>, block_csr<std::int8_t, 8, 8>>) {
      append_blocks(out.rows, term, c.padded / 8);
    }
  };
  (add(terms), ...);
  out.layers = two_four_layers(c, rows, terms...);
  return out;
}

/// A call for all terms, or one each.
template <matrix_format... Terms>
[[nodiscard]] std::vector<series_call> calls_of(const series<Terms...>& w, const weight_columns& c,
                                                term_order order) {
  return std::apply(
      [&](const auto&... term) -> std::vector<series_call> {
        if (order == term_order::one_pass) return {call_of(c, w.rows(), term...)};
        return {call_of(c, w.rows(), term)...};
      },
      w.terms());
}

template <matrix_format... Terms>
[[nodiscard]] series_result run_terms(const device& d, const series<Terms...>& w,
                                      const weight_columns& columns, const conv_window& window,
                                      const tensor<std::int8_t>& x,
                                      const std::vector<std::int32_t>& bias, convolution_options o,
                                      term_order order, srs_control srs) {
  const std::vector<series_call> calls = calls_of(w, columns, order);
  const index_t out_h = window.out_h(x.extents().h);
  const index_t out_w = window.out_w(x.extents().w);
  const index_t in_blocks = ceil_div(columns.in, 8);
  const index_t steps = columns.taps * ceil_div(in_blocks, 2);
  series_result out{tensor<std::int8_t>({1, w.rows(), out_h, out_w}), {}, {}, {}};
  index_t products = 1;
  for (const series_call& c : calls) {
    index_t longest = 0;
    for (const auto& row : c.rows) longest = std::max(longest, static_cast<index_t>(row.size()));
    products += longest + steps * static_cast<index_t>(c.layers.size());
  }
  out.layout = lay_out_series({in_blocks, ceil_div(w.rows(), 8), out_h, out_w, window}, products);
  const convolution_layout& l = out.layout;
  data_memory memory(d.memory, "compute tile");
  const auto put = [&](const char* name, const auto& values, int bank) {
    const auto bytes = static_cast<std::int64_t>(values.size() * sizeof(values[0]));
    const auto at = static_cast<std::int32_t>(memory.place(name, bytes, bank).address);
    memory.write(at, values.data(), bytes);
    return at;
  };
  const auto room = [&](const char* name, index_t bytes) {
    return static_cast<std::int32_t>(memory.place(name, bytes, o.y_bank).address);
  };
  const std::int32_t at_x = put("X", tile_input(l, x), o.x_bank);
  const std::int32_t at_y = room("Y", l.out_bytes());
  const std::int32_t at_partial = calls.size() > 1 ? room("partial sums", l.partial_bytes()) : 0;
  for (std::size_t c = 0; c < calls.size(); ++c) {
    const series_image image = to_image(calls[c].rows, calls[c].layers, bias, l);
    o.from_partial = c > 0;
    o.to_partial = c + 1 < calls.size();
    std::vector<std::int32_t> arguments;
    if (image.entries > 0) {
      arguments = {put("blocks", image.blocks, o.w_bank), put("steps", image.x_step, o.w_bank),
                   at_x + static_cast<std::int32_t>(image.first_x[0]),
                   at_x + static_cast<std::int32_t>(image.first_x[1])};
    }
    if (image.layers > 0) {
      arguments.push_back(put("2:4 values", image.sparse, o.w_bank));
      arguments.push_back(at_x);
    }
    arguments.push_back(o.from_partial ? at_partial : put("bias", image.bias, o.w_bank));
    arguments.push_back(o.to_partial ? at_partial : at_y);
    const program p = compile(series_kernel(l, image.entries, image.layers, o), d.core, srs);
    out.calls.push_back(simulate_core(p, memory, d.core, arguments));
    out.run += out.calls.back();
    out.entries = std::max(out.entries, image.entries);
    out.layers += image.layers;
    out.program_bytes = std::max(out.program_bytes, p.program_bytes);
  }
  read_results(memory, at_y, l, out.y);
  return out;
}

}  // namespace detail

/// Y = relu(srs(bias + (W_1 + W_2 + ...) * X)), X (1, in, h, w), a whole layer as one tile of one
/// core, W_i of 8x8 blocks or N:M. Bit for bit the sums of the stored values, which wrap in 32
/// bits. `bias` has a value an output channel, or none. @throws shape_error where shapes do not
/// meet; unsupported_error where operands do not fit the tile or the kernel its program memory,
/// naming what it takes and what there is; register_shortage.
template <matrix_format... Terms>
[[nodiscard]] series_result run_series(const device& d, const filter<series<Terms...>>& f,
                                       const conv_window& window, const tensor<std::int8_t>& x,
                                       const std::vector<std::int32_t>& bias = {},
                                       const convolution_options& o = {},
                                       term_order order = term_order::one_pass,
                                       srs_control srs = {}) {
  expect_consistent(f);
  const extents4 e = x.extents();
  if (e.n != 1 || e.c != f.in || window.kernel_h != f.kernel_h || window.kernel_w != f.kernel_w ||
      f.in < 1 || f.out() < 1 || window.out_h(e.h) < 1 || window.out_w(e.w) < 1) {
    throw shape_error(message("series: convolution of an image ", e, " by a filter ", f.extents(),
                              " with a window of ", window.kernel_h, "x", window.kernel_w));
  }
  if (!bias.empty() && static_cast<index_t>(bias.size()) != f.out()) {
    throw shape_error(message("series: ", bias.size(), " biases, ", f.out(), " channels"));
  }
  return detail::run_terms(d, f.matrix, {f.in, f.padded_in(), f.taps()}, window, x, bias, o, order,
                           srs);
}

/// Y (m, n) = srs((W_1 + W_2 + ...) (m, k) X (k, n)): columns of X are the pixels of a row.
/// @throws as the convolution.
template <matrix_format... Terms>
[[nodiscard]] kernel_result<std::int8_t> run_series(const device& d, const series<Terms...>& w,
                                                    matrix_view<const std::int8_t> x,
                                                    const convolution_options& o = {},
                                                    term_order order = term_order::one_pass,
                                                    srs_control srs = {}) {
  if (w.cols() != x.rows || w.rows() < 1 || x.rows < 1 || x.cols < 1) {
    throw shape_error(
        message("series: (", w.rows(), ", ", w.cols(), ") x (", x.rows, ", ", x.cols, ")"));
  }
  tensor<std::int8_t> image({1, x.rows, 1, x.cols});
  for (index_t k = 0; k < x.rows; ++k) {
    for (index_t j = 0; j < x.cols; ++j) image(0, k, 0, j) = x(k, j);
  }
  const index_t padded = round_up(w.cols(), col_unit_v<series<Terms...>>);
  series_result r =
      detail::run_terms(d, w, {w.cols(), padded, 1}, conv_window{}, image, {}, o, order, srs);
  kernel_result<std::int8_t> out{dense_matrix<std::int8_t>(w.rows(), x.cols), std::move(r.run),
                                 r.program_bytes};
  for (index_t i = 0; i < w.rows(); ++i) {
    for (index_t j = 0; j < x.cols; ++j) out.y(i, j) = r.y(0, i, 0, j);
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
