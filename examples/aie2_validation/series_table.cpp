// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstdio>
#include <ostream>
#include <random>
#include <stdexcept>
#include <type_traits>

#include <lacuna/decompose/decompose.hpp>
#include <lacuna/hardware/aie2/kernels/run_series.hpp>
#include <lacuna/hardware/aie2/weight_terms.hpp>

#include "cases.hpp"

using namespace lacuna;
using namespace lacuna::hardware::aie2;

namespace {

using image = tensor<std::int8_t>;
using weights = filter<dense_matrix<std::int8_t>>;
template <int Percent>
using blocks = at_most<block<8, 8>, Percent>;

/// What a tile multiplies: random weights without zeros, so that every term is full.
struct tile {
  const char* name;
  conv_window window;
  weights w;
  image x;
};

/// `even`: block terms then take as many blocks of each row, every fourth or second.
tile make_tile(const char* name, index_t in, index_t out, index_t h, index_t w, index_t kernel,
               bool even) {
  std::mt19937 g(1);
  tensor<std::int8_t> filters({out, in, kernel, kernel});
  for (index_t o = 0; o < out; ++o) {
    for (index_t c = 0; c < in; ++c) {
      for (index_t k = 0; k < kernel * kernel; ++k) {
        const index_t rank = even ? (o / 8 + c / 8) % 4 : 0;
        filters(o, c, k / kernel, k % kernel) =
            static_cast<std::int8_t>(static_cast<index_t>(g() % 31) + 96 - 32 * rank);
      }
    }
  }
  for (auto& v : filters) v = v == 0 ? std::int8_t{1} : v;
  tile t{name, {}, to_filter(filters), image({1, in, h, w})};
  t.window.kernel_h = t.window.kernel_w = kernel;
  t.window.padding = padding2(kernel / 2);
  for (auto& v : t.x) v = static_cast<std::int8_t>(static_cast<int>(g() % 255) - 127);
  return t;
}

convolution_options in_banks() {
  convolution_options o;
  o.shift = 8;
  o.w_bank = 0;
  o.x_bank = 1;
  o.y_bank = 3;
  return o;
}

/// Cycles of the convolution kernel on blocks alone, which holds eight groups of pixels at once.
std::int64_t block_cycles(const tile& t, const filter<block_csr<std::int8_t, 8, 8>>& f,
                          bool to_partial) {
  const device npu = phoenix();
  const convolution_rows rows = rows_of(f);
  std::size_t longest = 1;
  for (const auto& row : rows) longest = std::max(longest, row.size());
  const extents4 e = t.x.extents();
  const convolution_layout l =
      lay_out({f.padded_in() / 8, f.matrix.block_rows(), e.h, e.w, t.window},
              static_cast<index_t>(longest));
  const convolution_image i = to_image(rows, {}, l);
  convolution_options o = in_banks();
  o.equal_rows = i.equal_rows;
  o.to_partial = to_partial;
  data_memory memory(npu.memory);
  const auto put = [&](const char* name, const auto& values) {
    return hardware::aie2::detail::put(memory, name, values, o.w_bank);
  };
  const auto room = [&](index_t bytes, int bank) {
    return static_cast<std::int32_t>(memory.place("", bytes, bank).address);
  };
  const std::int32_t x = room(l.in_bytes(), o.x_bank);
  const std::int32_t y = room(to_partial ? l.partial_bytes() : l.out_bytes(), o.y_bank);
  return simulate_core(compile(convolution_kernel(l, i.entries, o), npu.core), memory, npu.core,
                       {put("W", i.weights), put("steps", i.x_step),
                        x + static_cast<std::int32_t>(i.first_x), put("bias", i.bias), y})
      .cycles();
}

/// A line: the series in one pass, its terms apart by the fastest kernels there are, and dense.
template <class... Terms>
void line(std::ostream& out, const tile& t, std::int64_t dense) {
  const device npu = phoenix();
  const auto f = decompose<Terms...>(t.w).terms;
  const series_result one = run_series(npu, f, t.window, t.x, {}, in_banks());
  const series_result apart = run_series(npu, f, t.window, t.x, {}, in_banks(), term_order::apart);
  if (!std::equal(one.y.begin(), one.y.end(), apart.y.begin())) {
    throw std::logic_error("one pass and terms apart differ");
  }
  std::int64_t separately = apart.run.cycles();
  using first_term = std::decay_t<decltype(f.matrix.template term<0>())>;
  if constexpr (std::is_same_v<first_term, block_csr<std::int8_t, 8, 8>>) {
    const std::int64_t own =
        block_cycles(t, {f.matrix.template term<0>(), f.in, f.kernel_h, f.kernel_w}, true);
    separately += std::min<std::int64_t>(0, own - apart.calls.front().cycles());
  }
  const series_pattern pattern{{as_term(Terms{})...}};
  const auto cycles = static_cast<double>(one.run.cycles());
  const auto saved = 100 * (1 - cycles / static_cast<double>(separately));
  char text[160];
  std::snprintf(text, sizeof text, " | %.1f | %d | %lld | %lld | %.1f | %.2f | %.0f | %lld |\n",
                100 * terms_of(pattern).kept, static_cast<int>(one.layers),
                static_cast<long long>(one.run.cycles()), static_cast<long long>(separately), saved,
                static_cast<double>(dense) / cycles, one.run.macs_per_cycle(),
                static_cast<long long>(one.program_bytes));
  out << "| " << t.name << " | " << to_string(pattern) << text;
}

void lines(std::ostream& out, const tile& t) {
  const std::int64_t dense = block_cycles(t, hardware::aie2::detail::all_blocks(t.w), false);
  out << "| " << t.name << " | dense | 100.0 | | " << dense << " | | | 1.00 | | |\n";
  const auto half = decompose<blocks<50>>(t.w).terms;
  const std::int64_t alone =
      block_cycles(t, {half.matrix.term<0>(), half.in, half.kernel_h, half.kernel_w}, false);
  char text[96];
  std::snprintf(text, sizeof text, "%lld | | | %.2f | | |\n", static_cast<long long>(alone),
                static_cast<double>(dense) / static_cast<double>(alone));
  out << "| " << t.name << " | 8x8@0.5 | 50.0 | | " << text;
  line<n_m<2, 4>>(out, t, dense);
  line<n_m<1, 4>, n_m<1, 4>>(out, t, dense);
  line<n_m<2, 4>, n_m<2, 8>>(out, t, dense);
  line<n_m<2, 4>, n_m<2, 4>>(out, t, dense);
  line<blocks<25>, n_m<2, 4>>(out, t, dense);
  line<blocks<50>, n_m<2, 4>>(out, t, dense);
}

}  // namespace

void series_table(std::ostream& out) {
  out << "| tile | weights | kept, % | layers | one pass | terms apart | saved, % | over dense | "
         "multiply-adds a cycle | program, bytes |\n|---|---|---:|---:|---:|---:|---:|---:|---:|"
         "---:|\n";
  lines(out, make_tile("1x1, 256 to 32, random", 256, 32, 8, 8, 1, false));
  lines(out, make_tile("1x1, 256 to 32, even", 256, 32, 8, 8, 1, true));
  lines(out, make_tile("3x3, 32 to 32, even", 32, 32, 8, 8, 3, true));
}
