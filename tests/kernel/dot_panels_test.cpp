// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors what is particular to int8 and pairs of bfloat16 (packing is in dot_pack_test.cpp):
// kernel/simd/{dot,load_bytes,product,start_sums,store_narrow}.hpp,
// kernel/x86/{dot,narrow,widen}.hpp.
#include <lacuna/kernel/pack/dot_columns.hpp>
#include <lacuna/kernel/reference/spmm.hpp>
#include <lacuna/kernel/simd/load_bytes.hpp>
#include <lacuna/kernel/simd/spmm_panels.hpp>

#include <cmath>
#include <vector>

#include "support/any_bytes.hpp"
#include "support/architectures.hpp"
#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace dot_panels_test {

using lacuna::as_view, lacuna::dense_matrix, lacuna::index_t;
namespace kernel = lacuna::kernel;
using bytes = dense_matrix<std::int8_t>;
using test::any_bytes, test::weights_that_fit_and_do_not;

namespace {
constexpr auto identity = [](index_t k) { return k; };

/// X in words, rows `stride` of them apart and readable by whole vectors.
template <class T>
std::vector<float> words_of(const dense_matrix<T>& x, index_t stride) {
  const index_t groups = lacuna::ceil_div(x.rows(), kernel::detail::group_rows<T>);
  std::vector<float> words(static_cast<std::size_t>(groups * stride + 16));
  kernel::pack_dot_columns(as_view(x), 0, x.cols(), {x.cols(), stride, 0}, words.data());
  return words;
}

/// Any portion of W X is exact, and nothing else is written: W (21, 19) of T, X of `x`.
template <class Arch, class T, class Y>
void expect_portions(const dense_matrix<T>& w, const dense_matrix<T>& all_of_x, std::int32_t zero,
                     const dense_matrix<Y>& expected) {
  constexpr index_t rows = kernel::simd::tile_rows<Arch>(8);
  constexpr index_t width = kernel::simd::strip_width<T, Arch, rows>;
  const index_t m = w.rows();
  auto panels = kernel::pack_dot_panels<rows>(lacuna::to_block_csr<8, 8>(w), w.cols(), identity);
  if constexpr (std::is_same_v<T, std::int8_t>) kernel::sort_by_fit(panels);
  kernel::end_positions(panels);
  constexpr index_t few = kernel::simd::few_columns<kernel::dot_panels<T, rows>>;
  const index_t widest = width + (few > 0 ? 1 : 0);
  const Y untouched(-77);
  for (index_t cols = 1; cols <= widest; cols += cols < 6 || cols + 1 == widest ? 1 : 5) {
    const index_t stride = widest + 3;
    const auto words = words_of<T>(all_of_x.leftCols(cols), stride);
    std::vector<std::int32_t> offsets;
    for (index_t g = 0; g < panels.groups(); ++g) {
      offsets.push_back(static_cast<std::int32_t>(g * stride));
    }
    for (index_t first = 0; first <= panels.count(); ++first) {
      for (index_t last = first; last <= panels.count(); ++last) {
        dense_matrix<Y> y = dense_matrix<Y>::Constant(m, widest, untouched);
        kernel::simd::strip<float, Y> strip;
        strip.x = words.data();
        strip.offsets = offsets.data();
        strip.cols = cols;
        strip.y = y.data();
        strip.ldy = widest;
        strip.x_zero = zero;
        kernel::simd::spmm_panels<Arch>(panels, first, last, strip, lacuna::no_epilogue{});
        const index_t from = std::min(m, first * rows);
        const index_t to = std::min(m, last * rows);
        dense_matrix<Y> wanted = dense_matrix<Y>::Constant(m, widest, untouched);
        wanted.block(from, 0, to - from, cols) = expected.block(from, 0, to - from, cols);
        REQUIRE(y == wanted);
      }
    }
  }
}

/// One lane of `dot_add`.
std::int32_t dot_of(std::int32_t sum, std::uint32_t x, std::uint32_t w) {
  std::int64_t all = sum;
  for (int g = 0; g < 4; ++g) {
    all += static_cast<std::int64_t>((x >> (8 * g)) & 255U) *
           static_cast<std::int8_t>((w >> (8 * g)) & 255U);
  }
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(all));
}

template <class Vector, class Load, class Store, class F>
void expect_dot(const Load& load, const Store& store, const F& f) {
  constexpr std::size_t size = sizeof(Vector) / 4;
  lacuna::random_source random(2);
  for (int round = 0; round < 50; ++round) {
    alignas(64) std::int32_t sum[size];
    alignas(64) std::uint32_t x[size];
    alignas(64) std::uint32_t w[size];
    for (std::size_t i = 0; i < size; ++i) {
      sum[i] = static_cast<std::int32_t>(random.below(1U << 31U));
      x[i] = round == 0 ? 0xffffffffU : static_cast<std::uint32_t>(random.below(1LL << 32));
      w[i] = round == 0   ? 0x80808080U
             : round == 1 ? 0x7f7f7f7fU
                          : static_cast<std::uint32_t>(random.below(1LL << 32));
    }
    alignas(64) std::int32_t got[size];
    store(got, f(load(sum), load(x), load(w)));
    for (std::size_t i = 0; i < size; ++i) REQUIRE(got[i] == dot_of(sum[i], x[i], w[i]));
  }
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("dot products of four bytes give equal bits, whatever computes them",
                        "[kernel][simd]", test::architectures) {
  using B = xsimd::batch<std::int32_t, TestType>;
  const auto load = [](const auto* from) {
    return B::load_aligned(reinterpret_cast<const std::int32_t*>(from));
  };
  const auto store = [](std::int32_t* to, const B& v) { v.store_aligned(to); };
  expect_dot<B>(load, store, [](const B& sum, const B& x, const B& w) {
    return kernel::simd::dot_add<TestType>(sum, x, w);
  });
  expect_dot<B>(load, store, [](const B& sum, const B& x, const B& w) {
    return kernel::simd::dot_add_bytewise<TestType>(sum, x, w);
  });
  // Any x times w of two products that just fit: -128 and 0, 64 and 64.
  expect_dot<B>(load, store, [](const B& sum, const B& x, const B& w) {
    const B fits = xsimd::select(w > B(0), B(0x40400080), B(0x00803fc1));
    const B got = kernel::simd::dot_add_fitting<TestType>(sum, x, fits);
    const B exact = kernel::simd::dot_add_bytewise<TestType>(sum, x, fits);
    CHECK(xsimd::all(got == exact));
    return kernel::simd::dot_add_bytewise<TestType>(sum, x, w);
  });
#if defined(__SSE2__)
  if constexpr (requires(B b) { kernel::x86::dot_add_pairs(b.data, b.data, b.data); }) {
    expect_dot<B>(load, store, [](const B& sum, const B& x, const B& w) {
      return B(kernel::x86::dot_add_pairs(sum.data, x.data, w.data));
    });
  }
#endif
}

TEMPLATE_LIST_TEST_CASE("dot products of two bfloat16 agree, whatever computes them",
                        "[kernel][simd]", test::architectures) {
  using B = xsimd::batch<std::int32_t, TestType>;
  using R = xsimd::batch<float, TestType>;
  lacuna::random_source random(3);
  const auto value = [&random] {
    return lacuna::bfloat16(
        std::ldexp(static_cast<float>(random.uniform()) - 0.5F, static_cast<int>(random.below(8))));
  };
  for (int round = 0; round < 50; ++round) {
    alignas(64) lacuna::bfloat16 w[2 * B::size];
    alignas(64) lacuna::bfloat16 x[2 * B::size];
    alignas(64) float sum[B::size];
    for (auto& v : w) v = value();
    for (auto& v : x) v = value();
    for (auto& v : sum) v = static_cast<float>(value());
    const auto bits = [](const lacuna::bfloat16* from) {
      return B::load_aligned(reinterpret_cast<const std::int32_t*>(from));
    };
    const R start = R::load_aligned(sum);
    alignas(64) float got[B::size];
    alignas(64) float twin[B::size];
    kernel::simd::dot_add_bf16<TestType>(start, bits(w), bits(x)).store_aligned(got);
    kernel::simd::dot_add_bf16_widened<TestType>(start, bits(w), bits(x)).store_aligned(twin);
    for (std::size_t i = 0; i < B::size; ++i) {
      double exact = static_cast<double>(sum[i]);
      double size = std::abs(exact);
      for (std::size_t g = 0; g < 2; ++g) {
        const double term = static_cast<double>(static_cast<float>(w[2 * i + g])) *
                            static_cast<double>(static_cast<float>(x[2 * i + g]));
        exact += term;
        size += std::abs(term);
      }
      REQUIRE(std::abs(static_cast<double>(got[i]) - exact) <= 3 * 0x1p-24 * size);
      REQUIRE(std::abs(static_cast<double>(twin[i]) - exact) <= 3 * 0x1p-24 * size);
    }
  }
}

TEMPLATE_LIST_TEST_CASE("any portion of an int8 product is exact, and nothing else is written",
                        "[kernel][simd]", test::architectures) {
  const bytes x = any_bytes<std::int8_t>(19, 100, 6);
  for (bytes w : {any_bytes<std::int8_t>(21, 19, 5), weights_that_fit_and_do_not(21, 19)}) {
    w.block(8, 0, 8, 16).setZero();
    expect_portions<TestType>(w, x, 128, dense_matrix<int>(w.cast<int>() * x.cast<int>()));
  }
}

TEMPLATE_LIST_TEST_CASE("any portion of a product of pairs of bfloat16 is exact for whole numbers",
                        "[kernel][simd]", test::architectures) {
  const dense_matrix<float> w = test::random_blocks<float>(21, 19, 8, 8, 0.3);
  const dense_matrix<float> x = test::random_matrix<float>(19, 100);
  expect_portions<TestType>(dense_matrix<lacuna::bfloat16>(w.cast<lacuna::bfloat16>()),
                            dense_matrix<lacuna::bfloat16>(x.cast<lacuna::bfloat16>()), 0,
                            dense_matrix<float>(w * x));
}

TEMPLATE_LIST_TEST_CASE("narrow stores write the low bytes of their lanes only", "[kernel][simd]",
                        test::architectures) {
  using B = xsimd::batch<std::int32_t, TestType>;
  constexpr auto size = static_cast<index_t>(B::size);
  alignas(64) std::int32_t lane[static_cast<std::size_t>(size)];
  for (index_t j = 0; j < size; ++j) lane[j] = static_cast<std::int32_t>(j * 37 - 128);
  const B value = B::load_aligned(lane);
  for (index_t count = 0; count <= size; ++count) {
    std::vector<std::int8_t> narrow(static_cast<std::size_t>(count));  // ASan guards its end
    std::vector<std::int32_t> wide(static_cast<std::size_t>(count));
    kernel::simd::store_narrow(value, narrow.data(), count);
    kernel::simd::store_narrow(value, wide.data(), count);
    for (index_t j = 0; j < count; ++j) {
      const auto i = static_cast<std::size_t>(j);
      CHECK(narrow[i] == static_cast<std::int8_t>(lane[j]));
      CHECK(wide[i] == lane[j]);
    }
  }
}

TEMPLATE_LIST_TEST_CASE("bytes are loaded as integers, none behind the last", "[kernel][simd]",
                        test::architectures) {
  using B = xsimd::batch<std::int32_t, TestType>;
  constexpr auto size = static_cast<index_t>(B::size);
  const auto expect_loaded = [&](auto byte) {
    using Q = decltype(byte);
    for (index_t count = 0; count <= size; ++count) {
      std::vector<Q> from(static_cast<std::size_t>(count));  // ASan guards its end
      for (index_t j = 0; j < count; ++j) {
        from[static_cast<std::size_t>(j)] = static_cast<Q>(j * 37 + 250);
      }
      alignas(64) std::int32_t lane[static_cast<std::size_t>(size)];
      kernel::simd::load_bytes<B>(from.data(), count).store_aligned(lane);
      for (index_t j = 0; j < size; ++j) {
        CHECK(lane[j] == (j < count ? from[static_cast<std::size_t>(j)] : 0));
      }
    }
  };
  expect_loaded(std::uint8_t{});
  expect_loaded(std::int8_t{});
}

}  // namespace dot_panels_test
