// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/kernel/simd/{gemv_*,permute}.hpp and kernel/x86/at_positions.hpp.
#include <type_traits>
#include <vector>

#include <lacuna/kernel/pack/gemv.hpp>

#include "support/architectures.hpp"
#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace gemv_test {

using lacuna::dense_matrix, lacuna::index_t;
namespace kernel = lacuna::kernel;
namespace simd = lacuna::kernel::simd;

namespace {

template <class B>
bool same(const B& a, const B& b) {
  return xsimd::all(a == b);
}

/// permute and repeat of T against their twins through memory.
template <class T, class Arch>
void expect_twins() {
  using B = simd::batch<T, Arch>;
  using words = simd::batch<simd::index_of<T>, Arch>;
  constexpr auto lanes = simd::lanes<T, Arch>;
  alignas(64) T value[2 * B::size];
  alignas(64) simd::index_of<T> at[B::size];
  lacuna::random_source random(3);
  for (std::size_t j = 0; j < 2 * B::size; ++j) value[j] = static_cast<T>(j + 1);
  const B low = B::load_aligned(value);
  const B high = B::load_aligned(value + B::size);
  for (int round = 0; round < 50; ++round) {
    for (auto& i : at) i = static_cast<simd::index_of<T>>(random.below(1 << 30));
    const words index = words::load_aligned(at);
    const B one = simd::permute(index, low);
    const B two = simd::permute(index, low, high);
    REQUIRE(same(one, simd::permute_in_memory<T, Arch>(index, low)));
    REQUIRE(same(two, simd::permute_in_memory<T, Arch>(index, low, high)));
    REQUIRE(one.get(1) == value[at[1] % B::size]);
    REQUIRE(two.get(0) == value[at[0] % (2 * B::size)]);
  }
  // Unaligned, and nothing is read past the values that are repeated.
  const auto expect_repeat = [&](auto period) {
    constexpr index_t p = decltype(period)::value;
    if constexpr (lanes % p == 0) {
      const std::vector<T> from(value + 1, value + 1 + p);  // ASan guards its end
      REQUIRE(same(simd::repeat<B, p>(from.data()), simd::repeat_in_memory<B, p>(from.data())));
      REQUIRE(simd::repeat<B, p>(from.data()).get(B::size - 1) == from.back());
    }
  };
  expect_repeat(std::integral_constant<index_t, 1>{});
  expect_repeat(std::integral_constant<index_t, 2>{});
  expect_repeat(std::integral_constant<index_t, 4>{});
  expect_repeat(std::integral_constant<index_t, 8>{});
  expect_repeat(std::integral_constant<index_t, 16>{});
}

/// Every run of panels adds its own rows' sums for Columns columns of X to what is there, and
/// touches nothing else.
template <class Arch, index_t Columns, class Layout>
void expect_portions(const Layout& w, const dense_matrix<float>& dense) {
  constexpr index_t step = Layout::rows_per_panel;
  CAPTURE(step, Columns, Arch::name(), w.count());
  const index_t ldx = w.depth + kernel::overread_v<Layout> + 3;
  const index_t ld = w.count() * step + 5;
  const auto x = test::random_matrix<float>(w.depth, Columns, 9);
  std::vector<float> in(static_cast<std::size_t>(Columns * ldx), 0.0F);
  for (index_t j = 0; j < Columns; ++j) {
    for (index_t k = 0; k < w.depth; ++k) in[static_cast<std::size_t>(j * ldx + k)] = x(k, j);
  }
  const dense_matrix<float> product = dense * x;
  for (index_t first = 0; first <= w.count(); ++first) {
    for (index_t last = first; last <= w.count(); ++last) {
      std::vector<float> sums(static_cast<std::size_t>(Columns * ld), 5.0F);
      simd::add_product<Arch, Columns>(w, first, last, std::as_const(in).data(), ldx, sums.data(),
                                       ld);
      for (index_t j = 0; j < Columns; ++j) {
        for (index_t i = 0; i < ld; ++i) {
          const bool inside = first * step <= i && i < last * step && i < dense.rows();
          REQUIRE(sums[static_cast<std::size_t>(j * ld + i)] ==
                  5.0F + (inside ? product(i, j) : 0.0F));
        }
      }
    }
  }
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("permutations and repeating loads agree with their twins through memory",
                        "[kernel][simd]", test::architectures) {
  expect_twins<float, TestType>();
  expect_twins<double, TestType>();
  expect_twins<std::int32_t, TestType>();
}

TEMPLATE_LIST_TEST_CASE("matrix-vector kernels add any run of panels and write nothing else",
                        "[kernel][simd]", test::architectures) {
  constexpr index_t lanes = simd::lanes<float, TestType>;
  const auto m = GENERATE(as<index_t>(), 1, 16, 35);
  const auto k = GENERATE(as<index_t>(), 1, 16, 83);
  const auto blocks = test::random_blocks<float>(m, k, 8, 8, 0.5);
  const auto packed = kernel::pack_gemv<TestType>(lacuna::to_block_csr<8, 8>(blocks));
  expect_portions<TestType, 1>(packed, blocks);
  expect_portions<TestType, 4>(packed, blocks);
  const auto columns = test::random_blocks<float>(m, k, 16, 1, 0.5);
  expect_portions<TestType, 1>(kernel::pack_gemv<TestType>(lacuna::to_block_csr<16, 1>(columns)),
                               columns);
  // On every instruction set, by the twin where it permutes nothing.
  const auto half = test::random_n_m<float>(m, k, 2, 4, 1);
  const auto in_lanes = kernel::pack_gemv_n_m<lanes>(lacuna::to_n_m<2, 4>(half));
  expect_portions<TestType, 1>(in_lanes, half);
  expect_portions<TestType, 4>(in_lanes, half);
  const auto wide = test::random_n_m<float>(m, k, 3, 2 * lanes, 1);
  expect_portions<TestType, 1>(kernel::pack_gemv_n_m<lanes>(lacuna::to_n_m<3, 2 * lanes>(wide)),
                               wide);
}

TEMPLATE_LIST_TEST_CASE("rows with positions of their own are summed whatever their lengths",
                        "[kernel][simd]", test::architectures) {
  const index_t m = 70;
  const index_t depth = 2 * m;
  dense_matrix<float> w = dense_matrix<float>::Zero(m, depth);
  for (index_t i = 0; i < m; ++i) {
    for (index_t e = 0; e < i; ++e) w(i, 2 * e + i % 2) = static_cast<float>(1 + (i + e) % 5);
  }
  expect_portions<TestType, 1>(kernel::pack_gemv<TestType>(lacuna::to_block_csr<1, 1>(w)), w);
}

TEMPLATE_LIST_TEST_CASE("panels read in turn have the sums of panels one by one, to the last bit",
                        "[kernel][simd]", test::architectures) {
  const auto k = GENERATE(as<index_t>(), 1, 16, 83, 1000);
  const auto density = GENERATE(0.0, 0.1, 0.5, 1.0);  // of blocks: panels are of all lengths
  const auto w = kernel::pack_gemv<TestType>(
      lacuna::to_block_csr<8, 8>(test::random_blocks<float>(96, k, 8, 8, density)));
  constexpr index_t rows = std::decay_t<decltype(w)>::rows_per_panel;
  constexpr index_t panels = simd::detail::panels_in_turn;
  constexpr index_t columns = 4;
  const index_t ldx = k + w.overread;
  std::vector<float> x(static_cast<std::size_t>(columns * ldx));
  for (index_t j = 0; j < columns; ++j) {
    for (index_t i = 0; i < k; ++i) {
      x[static_cast<std::size_t>(j * ldx + i)] = 1 / static_cast<float>(1 + i + j);
    }
  }
  for (const index_t first : {index_t{0}, w.count() - panels}) {
    std::vector<float> one_by_one(static_cast<std::size_t>(columns * w.count() * rows), 1.0F);
    std::vector<float> in_turn = one_by_one;
    const index_t ld = w.count() * rows;
    simd::add_product<TestType, columns>(w, first, first + panels, x.data(), ldx, one_by_one.data(),
                                         ld);
    simd::detail::add_panels_in_turn<TestType, columns>(w, first, x.data(), ldx, in_turn.data(),
                                                        ld);
    CHECK(in_turn == one_by_one);
    simd::add_product<TestType, 1>(w, first, first + panels, x.data(), ldx, one_by_one.data(), ld);
    simd::detail::add_panels_in_turn<TestType, 1>(w, first, x.data(), ldx, in_turn.data(), ld);
    CHECK(in_turn == one_by_one);
  }
}

TEST_CASE("layouts for one column take the bytes that they promise", "[kernel][pack]") {
  using arch = xsimd::default_arch;
  constexpr index_t lanes = simd::lanes<float, arch>;
  const auto w = test::random_matrix<float>(64, 320);
  const auto blocks = kernel::pack_gemv_blocks<8>(
      lacuna::to_block_csr<8, 8>(dense_matrix<float>(dense_matrix<float>::Ones(64, 320))));
  CHECK(kernel::bytes_of(blocks) == 8 * 40 * 260);
  const auto half =
      kernel::pack_gemv_n_m<lanes>(lacuna::to_n_m<2, 4>(test::random_n_m<float>(64, 320, 2, 4, 1)));
  CHECK(kernel::bytes_of(half) == 64 * 160 * 4 * 17 / 16);
  CHECK(half.values_before(half.count()) == 64 * 160);
}

}  // namespace gemv_test
