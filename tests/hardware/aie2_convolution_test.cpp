// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/aie2/kernels/{convolution,pooling}: bit for bit the reference.
#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include <lacuna/format/convert.hpp>
#include <lacuna/hardware/aie2/core/check_schedule.hpp>
#include <lacuna/hardware/aie2/kernels/pooling.hpp>
#include <lacuna/hardware/aie2/kernels/run_convolution.hpp>
#include <lacuna/kernel/reference/conv2d.hpp>

#include "support/catch.hpp"

namespace aie2_convolution_test {

using namespace lacuna;
using namespace lacuna::hardware::aie2;

namespace {

const device npu = phoenix();

template <class T>
void fill(std::mt19937& g, T begin, T end, int range) {
  std::uniform_int_distribution<int> d(-range, range);
  for (; begin != end; ++begin) {
    *begin = static_cast<std::remove_reference_t<decltype(*begin)>>(d(g));
  }
}

struct problem {
  filter<dense_matrix<std::int8_t>> dense;
  filter<block_csr<std::int8_t, 8, 8>> sparse;
  tensor<std::int8_t> x;
  std::vector<std::int32_t> bias;
};

/// Weights of which every block (of all taps) is kept with probability `density`.
problem make_problem(index_t in, index_t out, index_t h, index_t w, const conv_window& window,
                     double density, unsigned seed) {
  std::mt19937 g(seed);
  problem p;
  tensor<std::int8_t> weights({out, in, window.kernel_h, window.kernel_w});
  fill(g, weights.begin(), weights.end(), 127);
  const index_t blocks = ceil_div(in, 8);
  std::vector<bool> kept(static_cast<std::size_t>(blocks * ceil_div(out, 8)));
  std::bernoulli_distribution keep(density);
  for (std::size_t b = 0; b < kept.size(); ++b) kept[b] = keep(g);
  const auto is_kept = [&](index_t o, index_t i) {
    return kept[static_cast<std::size_t>(o * blocks + i)];
  };
  for (index_t o = 0; o < out; ++o) {
    for (index_t c = 0; c < in; ++c) {
      for (index_t t = 0; t < window.kernel_h * window.kernel_w; ++t) {
        if (!is_kept(o / 8, c / 8)) weights(o, c, t / window.kernel_w, t % window.kernel_w) = 0;
      }
    }
  }
  p.dense = to_filter(weights);
  p.sparse = {
      to_block_csr_where<8, 8>(lacuna::detail::pad_channels(p.dense, 8),
                               [&](index_t o, index_t k) { return is_kept(o, k % blocks); }),
      in, window.kernel_h, window.kernel_w};
  p.x = tensor<std::int8_t>({1, in, h, w});
  fill(g, p.x.begin(), p.x.end(), 127);
  p.bias.resize(static_cast<std::size_t>(out));
  fill(g, p.bias.begin(), p.bias.end(), 2000000);
  return p;
}

/// relu(srs(bias + W * X)).
tensor<std::int8_t> expected(const problem& p, const conv_window& window,
                             const convolution_options& o) {
  const extents4 e = p.x.extents();
  tensor<std::int32_t> sums({1, p.dense.out(), window.out_h(e.h), window.out_w(e.w)});
  lacuna::kernel::reference::conv2d(p.dense, window, p.x, sums);
  const extents4 s = sums.extents();
  tensor<std::int8_t> y(s);
  for (index_t c = 0; c < s.c; ++c) {
    for (index_t i = 0; i < s.h; ++i) {
      for (index_t j = 0; j < s.w; ++j) {
        const std::int64_t sum = sums(0, c, i, j) + p.bias[static_cast<std::size_t>(c)];
        const std::int64_t shifted = sum >> o.shift;
        y(0, c, i, j) =
            static_cast<std::int8_t>(std::clamp<std::int64_t>(shifted, o.relu ? 0 : -128, 127));
      }
    }
  }
  return y;
}

bool equal(const tensor<std::int8_t>& a, const tensor<std::int8_t>& b) {
  return a.extents() == b.extents() && std::equal(a.begin(), a.end(), b.begin());
}

conv_window square(index_t kernel, index_t stride, index_t padding) {
  conv_window w;
  w.kernel_h = w.kernel_w = kernel;
  w.stride = {stride, stride};
  w.padding = padding2(padding);
  return w;
}

}  // namespace

TEST_CASE("a convolution on a core equals the reference bit for bit, dense and of 8x8 blocks") {
  const index_t kernel = GENERATE(1, 3, 7);
  const index_t stride = GENERATE(1, 2);
  const index_t padded = GENERATE(0, 1);
  unsigned seed = 1;
  for (const index_t channels : {8, 16, 24}) {
    for (const index_t size : {1, 2, 3, 4, 5, 7, 8, 9}) {
      const conv_window window = square(kernel, stride, padded * (kernel / 2));
      const index_t w = size % 2 == 0 ? size + 5 : size;
      if (window.out_h(size) < 1 || window.out_w(w) < 1) continue;
      ++seed;
      const index_t out = 32 - channels - (seed % 2);  // 7, 8, 15, 16, 23, 24
      const problem p = make_problem(channels - (seed % 3), out, size, w, window, 0.5, seed);
      convolution_options o;
      o.shift = 11;
      o.relu = seed % 2 == 0;
      o.w_bank = 0;
      o.y_bank = 1;
      o.x_bank = 2;
      CAPTURE(kernel, stride, padded, channels, size, w, out);
      const auto y = expected(p, window, o);
      const auto sparse = run_convolution(npu, p.sparse, window, p.x, p.bias, o);
      CHECK(equal(sparse.y, y));
      if (kernel == 7 && channels == 24) continue;  // dense 7x7 weights take a core's memory
      const auto dense = run_convolution(npu, p.dense, window, p.x, p.bias, o);
      CHECK(equal(dense.y, y));
      CHECK(sparse.run.cycles() <= dense.run.cycles());
      if (channels > 8) {
        CHECK(equal(run_convolution(npu, p.sparse, window, p.x, p.bias, o, 2).y, y));
      }
    }
  }
}

TEST_CASE("pooling on a core equals its definition bit for bit") {
  const index_t kernel = GENERATE(2, 3, 5, 7);
  const index_t stride = GENERATE(1, 2);
  const bool average = GENERATE(false, true);
  for (const index_t blocks : {1, 3}) {
    for (const index_t size : {1, 2, 5, 8}) {
      conv_window window = square(kernel, stride, 0);
      const convolution_layout l = lay_out_pooling(blocks, size, size + 1, window);
      std::vector<std::int8_t> x(static_cast<std::size_t>(l.in_bytes()));
      const index_t h = (size - 1) * stride + kernel;
      const index_t w = size * stride + kernel;
      tensor<std::int8_t> image({1, 8 * blocks, h, w});
      std::mt19937 g(static_cast<unsigned>(size));
      fill(g, image.begin(), image.end(), 127);
      l.for_each_input([&](index_t at, index_t c, index_t i, index_t j) {
        if (i < h && j < w) x[static_cast<std::size_t>(at)] = image(0, c, i, j);
      });
      pooling_options o;
      o.average = average;
      o.factor = static_cast<int>(127 / (kernel * kernel));
      o.shift = 7;
      data_memory memory(npu.memory);
      const auto at_x = static_cast<std::int32_t>(memory.place("X", l.in_bytes(), 0).address);
      const auto at_y = static_cast<std::int32_t>(memory.place("Y", l.out_bytes(), 2).address);
      memory.write(at_x, x.data(), l.in_bytes());
      const program p = compile(pooling_kernel(l, o), npu.core);
      static_cast<void>(simulate_core(p, memory, npu.core, {at_x, at_y}));
      std::vector<std::int8_t> y(static_cast<std::size_t>(l.out_bytes()));
      memory.read(at_y, y.data(), l.out_bytes());
      index_t wrong = 0;
      index_t seen = 0;
      l.for_each_output([&](index_t at, index_t c, index_t i, index_t j) {
        int sum = 0;
        int most = -128;
        for (index_t u = 0; u < kernel; ++u) {
          for (index_t v = 0; v < kernel; ++v) {
            const int value = image(0, c, i * stride + u, j * stride + v);
            sum += value * o.factor;
            most = std::max(most, value);
          }
        }
        const int wanted = average ? std::clamp(sum >> o.shift, -128, 127) : most;
        ++seen;
        if (y[static_cast<std::size_t>(at)] != wanted) ++wrong;
      });
      CAPTURE(kernel, stride, average, blocks, size);
      CHECK(seen == 8 * blocks * size * (size + 1));
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("no schedule of a convolution reads a register too early") {
  const bool from = GENERATE(false, true);
  const bool to = GENERATE(false, true);
  for (const index_t size : {1, 4, 9}) {
    for (const index_t entries : {1, 2, 9, 18}) {
      convolution_options o;
      o.relu = size == 4;
      o.from_partial = from;
      o.to_partial = to;
      const convolution_layout l = lay_out({2, 2, size, size, square(3, 1, 0)}, entries);
      CAPTURE(size, entries, from, to);
      CHECK_FALSE(check(make_layout(convolution_kernel(l, entries, o), npu.core), npu.core));
    }
  }
}

TEST_CASE("long rows of products take little more than a bundle each") {
  const convolution_layout l = lay_out({64, 1, 4, 7, square(1, 1, 0)}, 64);
  REQUIRE(l.groups() == 7);
  const program p = compile(convolution_kernel(l, 64), npu.core);
  data_memory memory(npu.memory);
  const convolution_rows rows{std::vector<convolution_entry>(
      64, {0, 0, reinterpret_cast<const std::int8_t*>(memory.data())})};
  const convolution_image image = to_image(rows, {}, l);
  const auto at_w = static_cast<std::int32_t>(memory.place("W", image.bytes(), 0).address);
  const auto at_x = static_cast<std::int32_t>(memory.place("X", l.in_bytes(), 2).address);
  const auto at_y = static_cast<std::int32_t>(memory.place("Y", l.out_bytes(), 1).address);
  const core_run run = simulate_core(p, memory, npu.core, {at_w, at_w + 4096, at_x, at_w, at_y});
  CHECK(run.mac_bundles == 64 * 7);
  CHECK(run.cycles() * 5 < 64 * 7 * 6);
}

TEST_CASE("convolutions refuse what does not fit together or a core") {
  const conv_window window = square(3, 1, 1);
  const problem p = make_problem(16, 16, 6, 6, window, 1, 3);
  CHECK_THROWS_AS(run_convolution(npu, p.sparse, square(5, 1, 1), p.x), shape_error);
  CHECK_THROWS_AS(run_convolution(npu, p.sparse, window, tensor<std::int8_t>({1, 8, 6, 6})),
                  shape_error);
  CHECK_THROWS_AS(run_convolution(npu, p.sparse, window, tensor<std::int8_t>({2, 16, 6, 6})),
                  shape_error);
  CHECK_THROWS_AS(run_convolution(npu, p.sparse, window, p.x, {1, 2}), shape_error);
  CHECK_THROWS_AS(run_convolution(npu, p.sparse, window, p.x, {}, {}, 3), shape_error);
  CHECK_THROWS_AS(lay_out({1, 1, 0, 4, window}, 1), shape_error);
  CHECK_THROWS_AS(convolution_kernel(lay_out({1, 1, 4, 4, window}, 1), 0), shape_error);
  CHECK_THROWS_AS(to_image({{{9, 0, nullptr}}}, {}, lay_out({1, 1, 4, 4, window}, 1)), shape_error);
  CHECK_THROWS_AS(to_image({}, {}, lay_out({1, 1, 4, 4, window}, 1)), shape_error);
  const problem large = make_problem(64, 128, 9, 9, window, 1, 3);  // 72 KB of weights
  CHECK_THROWS_AS(run_convolution(npu, large.dense, window, large.x), unsupported_error);
}

}  // namespace aie2_convolution_test
