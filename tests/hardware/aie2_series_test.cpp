// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/aie2/kernels/{two_four_layers,series,run_series}: bit for bit the
// reference kernels over the same series.
#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include <lacuna/decompose/decompose.hpp>
#include <lacuna/format/convert.hpp>
#include <lacuna/hardware/aie2/core/check_schedule.hpp>
#include <lacuna/hardware/aie2/kernels/run_series.hpp>
#include <lacuna/kernel/reference/conv2d.hpp>
#include <lacuna/kernel/reference/spmm.hpp>

#include "support/catch.hpp"

namespace aie2_series_test {

using namespace lacuna;
using namespace lacuna::hardware::aie2;

namespace {

const device npu = phoenix();
using matrix = dense_matrix<std::int8_t>;

matrix random_matrix(index_t rows, index_t cols, unsigned seed, int zeros = 0) {
  std::mt19937 g(seed);
  matrix m(rows, cols);
  for (index_t i = 0; i < m.size(); ++i) {
    const auto value = static_cast<std::int8_t>(static_cast<int>(g() % 255) - 127);
    m.data()[i] = static_cast<int>(g() % 100) < zeros ? std::int8_t{0} : value;
  }
  return m;
}

convolution_options in_banks() {
  convolution_options o;
  o.shift = 7;
  o.w_bank = 0;
  o.x_bank = 1;
  o.y_bank = 3;
  return o;
}

/// Values of a product on a core, in both orders of terms, that the reference kernel gives
/// otherwise.
template <class Series>
index_t wrong_values(const Series& w, index_t n) {
  const matrix x = random_matrix(w.cols(), n, 7);
  const srs_control control{rounding::conv_even, saturation::saturate};
  dense_matrix<std::int32_t> sums(w.rows(), n);
  lacuna::kernel::reference::spmm(w, as_view(x), as_view(sums));
  index_t wrong = 0;
  for (const term_order order : {term_order::one_pass, term_order::apart}) {
    const auto out = run_series(npu, w, as_view(x), in_banks(), order, control);
    wrong += out.y.rows() != w.rows() || out.y.cols() != n ? 1 : 0;
    for (index_t i = 0; i < sums.size(); ++i) {
      wrong += out.y.data()[i] != srs<std::int8_t>(sums.data()[i], 7, control) ? 1 : 0;
    }
  }
  return wrong;
}

template <class... Terms>
auto terms_of(const matrix& w) {
  return decompose<Terms...>(w).terms;
}

/// Every second block, and of the others two of each four: for sizes that decompose refuses.
auto split_by_hand(const matrix& w) {
  const auto in_blocks = [](index_t i, index_t k) { return (i / 8 + k / 8) % 2 == 0; };
  matrix rest = w;
  for (index_t i = 0; i < w.rows(); ++i) {
    for (index_t k = 0; k < w.cols(); ++k) {
      if (in_blocks(i, k) || (k + i) % 4 < 2) rest(i, k) = 0;
    }
  }
  return series(to_block_csr_where<8, 8>(w, [](index_t i, index_t k) { return (i + k) % 2 == 0; }),
                to_n_m<2, 4>(rest));
}

using half_of_blocks = at_most<block<8, 8>, 50>;

}  // namespace

TEST_CASE("a product of a series on a core equals the reference bit for bit", "[aie2][series]") {
  for (const index_t rows : {1, 8, 17}) {
    for (const index_t cols : {1, 7, 8, 9, 16, 17, 48}) {
      for (const index_t n : {1, 15, 16, 17}) {
        for (const int zeros : {0, 60, 100}) {
          INFO(rows << " x " << cols << " x " << n << ", " << zeros << " % zeros");
          const matrix w = random_matrix(rows, cols, static_cast<unsigned>(rows + cols), zeros);
          CHECK(wrong_values(split_by_hand(w), n) == 0);
        }
      }
    }
  }
}

TEST_CASE("every order and number of terms is exact", "[aie2][series]") {
  const matrix w = random_matrix(24, 56, 3, 20);
  CHECK(wrong_values(terms_of<n_m<2, 4>>(w), 33) == 0);
  CHECK(wrong_values(terms_of<half_of_blocks>(w), 33) == 0);
  CHECK(wrong_values(terms_of<n_m<2, 4>, n_m<2, 4>>(w), 33) == 0);
  CHECK(wrong_values(terms_of<n_m<2, 4>, half_of_blocks>(w), 33) == 0);
  CHECK(wrong_values(terms_of<n_m<1, 4>, at_most<block<8, 8>, 25>, n_m<2, 8>, half_of_blocks>(w),
                     33) == 0);
  CHECK(wrong_values(terms_of<n_m<4, 8>, n_m<1, 2>>(w), 17) == 0);
  CHECK(wrong_values(terms_of<n_m<2, 4, 8>, n_m<1, 3>>(w), 17) == 0);
}

TEST_CASE("positions that several terms hold are summed, beyond int8 too", "[aie2][series]") {
  const matrix full = matrix::Constant(16, 32, 127);
  matrix half = full;
  for (index_t i = 0; i < half.size(); ++i) half.data()[i] = i % 4 < 2 ? 127 : 0;
  const auto dense_blocks = to_block_csr_where<8, 8>(full, [](index_t, index_t) { return true; });
  const auto two = to_n_m<2, 4>(half);
  CHECK(wrong_values(series(dense_blocks, dense_blocks, two, two, two), 16) == 0);
}

TEST_CASE("a convolution of a series equals the reference, with bias and ReLU", "[aie2][series]") {
  unsigned seed = 0;
  for (const index_t kernel : {1, 3}) {
    for (const index_t stride : {1, 2}) {
      for (const index_t in : {9, 16, 24}) {
        for (const index_t size : {1, 4, 7, 9}) {
          const index_t out = 9 + seed % 9;
          ++seed;
          conv_window window;
          window.kernel_h = window.kernel_w = kernel;
          window.stride = {stride, stride};
          window.padding = padding2(kernel / 2);
          tensor<std::int8_t> weights({out, in, kernel, kernel});
          std::mt19937 g(seed);
          for (auto& v : weights) v = static_cast<std::int8_t>(static_cast<int>(g() % 255) - 127);
          const auto f = decompose<half_of_blocks, n_m<2, 4>>(to_filter(weights)).terms;
          tensor<std::int8_t> x({1, in, size, size + 2});
          for (auto& v : x) v = static_cast<std::int8_t>(static_cast<int>(g() % 255) - 127);
          std::vector<std::int32_t> bias(static_cast<std::size_t>(out));
          for (auto& v : bias) v = static_cast<std::int32_t>(g() % 20000) - 10000;
          tensor<std::int32_t> sums({1, out, window.out_h(size), window.out_w(size + 2)});
          lacuna::kernel::reference::conv2d(f, window, x, sums);
          convolution_options o = in_banks();
          o.relu = true;
          const series_result r = run_series(npu, f, window, x, bias, o);
          INFO(kernel << " stride " << stride << ", " << in << " to " << out << ", " << size);
          const extents4 e = sums.extents();
          REQUIRE(r.y.extents() == e);
          index_t wrong = 0;
          for (index_t c = 0; c < e.c; ++c) {
            for (index_t i = 0; i < e.h * e.w; ++i) {
              const std::int64_t sum =
                  sums(0, c, i / e.w, i % e.w) + bias[static_cast<std::size_t>(c)];
              const auto want = std::clamp<std::int64_t>(sum >> 7, 0, 127);
              wrong += r.y(0, c, i / e.w, i % e.w) != want ? 1 : 0;
            }
          }
          CHECK(wrong == 0);
        }
      }
    }
  }
}

TEST_CASE("schedules of the series kernel give each read its value, in banks' own time",
          "[aie2][series]") {
  const index_t entries = GENERATE(0, 1, 5);
  const index_t layers = GENERATE(0, 1, 2, 3);
  const index_t pixels = GENERATE(4, 9, 16, 40);  // 1, 3 and 4 groups
  const convolution_layout l = lay_out_series({6, 3, 1, pixels, conv_window{}}, entries + layers);
  const core_kernel k = series_kernel(l, entries, layers, in_banks());
  const auto fault = check(make_layout(k, npu.core), npu.core);
  INFO((fault ? fault->text : std::string()));
  CHECK_FALSE(fault);
  const program p = compile(k, npu.core);
  CHECK(p.program_bytes > 0);
  CHECK(p.program_bytes < npu.core.program_bytes / 8);
}

TEST_CASE("loops of one trip keep to the registers that there are", "[aie2][series]") {
  // One entry and one pair of steps: all of it lies between loops, where loads would run ahead.
  const convolution_layout l = lay_out_series({4, 16, 1, 28, conv_window{}}, 3);
  const program p = compile(series_kernel(l, 1, 1, in_banks()), npu.core);
  CHECK(p.program_bytes > 0);
  // 3x3 of every second block of 8 channels: kernels of the smallest pieces.
  conv_window window;
  window.kernel_h = window.kernel_w = 3;
  CHECK_NOTHROW(compile(series_kernel(lay_out_series({1, 1, 4, 4, window}, 9), 0, 1), npu.core));
  CHECK_NOTHROW(compile(series_kernel(lay_out_series({1, 1, 4, 4, window}, 10), 1, 2), npu.core));
  const matrix w = random_matrix(16, 32, 5);
  CHECK(wrong_values(series(to_block_csr_where<8, 8>(w, [](index_t, index_t k) { return k == 1; }),
                            to_n_m<2, 4>(matrix::Constant(16, 32, 0))),
                     28) == 0);
}

TEST_CASE("N:M terms become as few 2:4 layers as their fullest group needs", "[aie2][series]") {
  const matrix w = random_matrix(16, 32, 5);
  const weight_columns c{32, 32, 1};
  const auto count = [&](const auto& s) {
    return std::apply([&](const auto&... term) { return two_four_layers(c, 16, term...).size(); },
                      s.terms());
  };
  CHECK(count(terms_of<n_m<2, 4>>(w)) == 1);
  CHECK(count(terms_of<n_m<1, 4>>(w)) == 1);
  CHECK(count(terms_of<n_m<1, 2>>(w)) == 1);
  CHECK(count(terms_of<n_m<2, 8>>(w)) == 1);
  CHECK(count(terms_of<n_m<1, 8>>(w)) == 1);
  CHECK(count(terms_of<n_m<1, 4>, n_m<1, 4>>(w)) == 1);
  CHECK(count(terms_of<n_m<2, 4>, n_m<2, 8>>(w)) == 2);
  CHECK(count(terms_of<n_m<4, 8>>(w)) == 2);
  CHECK(count(terms_of<half_of_blocks>(w)) == 0);

  const auto s = terms_of<n_m<2, 4>, n_m<1, 8>, n_m<2, 8>>(w);
  matrix sum = matrix::Zero(16, 32);
  std::apply(
      [&](const auto&... term) {
        for (const two_four_layer& layer : two_four_layers(c, 16, term...)) {
          CHECK_FALSE(check(layer));
          sum += to_dense(layer);
        }
      },
      s.terms());
  CHECK(sum == to_dense(s));
}

TEST_CASE("one pass takes fewer cycles than the terms apart, and no fewer than its products",
          "[aie2][series]") {
  const matrix w = random_matrix(32, 256, 11);
  const matrix x = random_matrix(256, 64, 12);
  const auto times = [&](const auto& s) {
    const auto one = run_series(npu, s, as_view(x), in_banks());
    const auto apart = run_series(npu, s, as_view(x), in_banks(), term_order::apart);
    CHECK(one.run.bank_stalls == 0);
    CHECK(one.run.macs <= 256 * one.run.cycles());
    CHECK(one.run.cycles() < apart.run.cycles());
    return one.run;
  };
  const core_run sparse = run_series(npu, terms_of<n_m<2, 4>>(w), as_view(x), in_banks()).run;
  CHECK(2 * sparse.macs == w.size() * 64);
  CHECK(2 * sparse.macs_per_cycle() > 256);  // above the dense peak
  const core_run both = times(terms_of<n_m<2, 4>, n_m<2, 4>>(w));
  CHECK(both.macs == w.size() * 64);
  CHECK(both.cycles() < 2 * sparse.cycles());
  times(terms_of<half_of_blocks, n_m<2, 4>>(w));
}

TEST_CASE("a series that a core cannot run is refused with what it lacks", "[aie2][series]") {
  const matrix x = random_matrix(32, 16, 1);
  const auto s = terms_of<half_of_blocks, n_m<2, 4>>(random_matrix(16, 32, 2));
  CHECK_THROWS_AS(run_series(npu, s, as_view(random_matrix(16, 16, 1))), shape_error);
  CHECK_THROWS_AS(run_series(npu, s, as_view(matrix(32, 0))), shape_error);
  CHECK_THROWS_AS(run_series(npu, series(block_csr<std::int8_t, 8, 8>{}), as_view(matrix(0, 4))),
                  shape_error);
  const auto large = terms_of<n_m<2, 4>>(random_matrix(256, 512, 2));
  CHECK_THROWS_WITH(run_series(npu, large, as_view(random_matrix(512, 16, 1))),
                    Catch::Contains("2:4 values") && Catch::Contains("65536"));
  device small = npu;
  small.core.program_bytes = 512;
  CHECK_THROWS_WITH(run_series(small, s, as_view(x)), Catch::Contains("series int8") &&
                                                          Catch::Contains("bytes of program") &&
                                                          Catch::Contains("512"));
  small = npu;
  small.core.accumulators = 8;
  CHECK_THROWS_AS(run_series(small, s, as_view(x)), register_shortage);
  small = npu;
  small.core.pointers = 7;
  CHECK_THROWS_WITH(run_series(small, s, as_view(x)), Catch::Contains("pointer registers: 8"));
  const convolution_layout wide = lay_out({2, 2, 1, 32, conv_window{}}, 4);
  CHECK_THROWS_AS(series_kernel(wide, 1, 1), shape_error);  // eight groups
  CHECK_THROWS_AS(series_kernel(lay_out_series({2, 2, 1, 4, conv_window{}}, 1), -1, 1),
                  shape_error);
}

}  // namespace aie2_series_test
