// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors kernel/pack/dot_{columns,panels}.hpp and kernel/x86/interleave.hpp.
#include <lacuna/kernel/pack/dot_columns.hpp>
#include <lacuna/kernel/pack/dot_panels.hpp>

#include <algorithm>
#include <utility>
#include <vector>

#include "support/any_bytes.hpp"
#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace dot_pack_test {

using lacuna::as_view, lacuna::dense_matrix, lacuna::index_t;
namespace kernel = lacuna::kernel;
using bytes = dense_matrix<std::int8_t>;
using test::any_bytes, test::weights_that_fit_and_do_not;

namespace {
constexpr auto identity = [](index_t k) { return k; };
}  // namespace

TEST_CASE("columns are packed in words of four rows, from any storage order", "[kernel][pack]") {
  const index_t k = GENERATE(1, 3, 4, 9);
  const index_t n = GENERATE(1, 15, 16, 17, 40);
  const index_t cols = GENERATE(1, 16, 48);  // of a strip
  const bytes x = any_bytes<std::int8_t>(k, n, 3);
  const Eigen::Matrix<std::int8_t, -1, -1> x_columns = x;
  const dense_matrix<std::uint8_t> unsigned_x = x.cast<std::uint8_t>();
  const index_t groups = lacuna::ceil_div(k, 4);
  const index_t size = groups * cols;
  const auto expect_words = [&](const auto& view, int offset) {
    std::vector<std::int32_t> words(static_cast<std::size_t>(lacuna::ceil_div(n, cols) * size));
    kernel::pack_dot_columns(view, 0, n, {cols, cols, size}, words.data());
    for (index_t i = 0; i < k; ++i) {
      for (index_t j = 0; j < n; ++j) {
        const index_t at = j / cols * size + i / 4 * cols + j % cols;
        const auto word = static_cast<std::uint32_t>(words[static_cast<std::size_t>(at)]);
        REQUIRE(static_cast<int>((word >> (8 * (i % 4))) & 255U) ==
                static_cast<int>(view(i, j)) + offset);
      }
    }
  };
  expect_words(as_view(x), 128);
  expect_words(as_view(x_columns), 128);
  expect_words(as_view(unsigned_x), 0);
}

#if defined(__SSE2__)
TEST_CASE("shuffles interleave as byte by byte", "[kernel][pack]") {
  const dense_matrix<std::uint8_t> rows = any_bytes<std::uint8_t>(4, 16, 9);
  std::int32_t keep[16];
  for (int j = 0; j < 16; ++j) keep[j] = j % 3 == 0 ? 0 : j % 3 == 1 ? -1 : 0xffff;
  std::int32_t fast[16];
  std::int32_t slow[16];
  const auto* r = rows.data();
  kernel::x86::interleave_16(r, r + 16, r + 32, r + 48, keep, 0x01020304, fast);
  kernel::detail::interleave_bytewise(r, r + 16, r + 32, r + 48, keep, 0x01020304, slow);
  CHECK(std::equal(fast, fast + 16, slow));
}
#endif

TEST_CASE("entries that fit come first in their panels, and none is lost", "[kernel][pack]") {
  const std::int8_t just[] = {-128, 0, 64, 64, 127, -1, 0, 0};
  CHECK(kernel::fits(just, 8));
  const std::int8_t too_much[] = {0, 0, 64, -65};
  CHECK_FALSE(kernel::fits(too_much, 4));
  const bytes w = weights_that_fit_and_do_not(21, 19);
  const auto before = kernel::pack_dot_panels<4>(w, w.cols(), identity);
  auto after = before;
  kernel::sort_by_fit(after);
  CHECK(after.offsets == before.offsets);
  REQUIRE(after.fitting.size() == static_cast<std::size_t>(after.count()));
  using entry = std::pair<std::int32_t, std::vector<std::int8_t>>;
  const auto entries_of = [](const auto& panels, index_t p) {
    std::vector<entry> out;
    for (index_t e = panels.offsets[static_cast<std::size_t>(p)];
         e < panels.offsets[static_cast<std::size_t>(p) + 1]; ++e) {
      const auto first = panels.values.begin() + e * 16;
      out.push_back({panels.k[static_cast<std::size_t>(e)], {first, first + 16}});
    }
    return out;
  };
  for (index_t p = 0; p < after.count(); ++p) {
    auto all = entries_of(before, p);
    const auto sorted = entries_of(after, p);
    const auto fit = static_cast<std::size_t>(after.fitting[static_cast<std::size_t>(p)]);
    CHECK((0 < fit && fit < sorted.size()));
    for (std::size_t e = 0; e < sorted.size(); ++e) {
      CHECK(kernel::fits(sorted[e].second.data(), 16) == (e < fit));
    }
    CHECK(std::is_permutation(all.begin(), all.end(), sorted.begin(), sorted.end()));
  }
}

TEST_CASE("dot panels hold every value at its group and row, and the rows' sums",
          "[kernel][pack]") {
  const index_t m = GENERATE(1, 7, 8, 9);
  const index_t k = GENERATE(1, 4, 5, 16);
  const bytes w = test::random_n_m<std::int8_t>(m, k, 2, 4, 8);
  const auto panels = kernel::pack_dot_panels<8>(lacuna::to_n_m<2, 4, 8>(w), k, identity);
  bytes seen = bytes::Zero(panels.count() * 8, panels.groups() * 4);
  for (index_t p = 0; p < panels.count(); ++p) {
    for (index_t e = panels.offsets[static_cast<std::size_t>(p)];
         e < panels.offsets[static_cast<std::size_t>(p) + 1]; ++e) {
      for (index_t i = 0; i < 32; ++i) {
        seen(p * 8 + i / 4, panels.k[static_cast<std::size_t>(e)] * 4 + i % 4) =
            panels.values[static_cast<std::size_t>(e * 32 + i)];
      }
    }
  }
  CHECK(seen.topLeftCorner(m, k) == w);
  CHECK(seen.cast<int>().sum() == w.cast<int>().sum());  // nothing beyond the matrix
  for (index_t i = 0; i < m; ++i) {
    CHECK(panels.row_sums[static_cast<std::size_t>(i)] == w.row(i).cast<int>().sum());
  }
}

}  // namespace dot_pack_test
