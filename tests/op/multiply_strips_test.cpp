// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/op/{choose_columns,multiply_strips}.hpp
#include <algorithm>
#include <vector>

#include <lacuna/op/multiply_strips.hpp>

#include "support/catch.hpp"

namespace multiply_strips_test {

using lacuna::index_t;

namespace {

/// Panels of so many values, which count how often they are asked.
struct counted_panels {
  std::vector<index_t> before{0};
  mutable index_t asked{0};

  explicit counted_panels(const std::vector<index_t>& values) {
    for (const index_t v : values) before.push_back(before.back() + v);
  }
  [[nodiscard]] index_t count() const { return static_cast<index_t>(before.size()) - 1; }
  [[nodiscard]] index_t values_before(index_t panel) const {
    ++asked;
    return before.at(static_cast<std::size_t>(panel));
  }
};

/// Where each chunk begins, and the last ends.
std::vector<index_t> bounds_of(const counted_panels& w, index_t chunks, index_t step = 1) {
  std::vector<index_t> bounds;
  for (index_t c = 0; c <= chunks; ++c) {
    bounds.push_back(lacuna::detail::chunk_begin(w, c, chunks, step));
  }
  return bounds;
}

/// The panel with the nearest to the c-th share of all values before it, the first such panel with
/// that much where two are as near, one panel after another.
std::vector<index_t> by_definition(const counted_panels& w, index_t chunks) {
  std::vector<index_t> bounds{0};
  for (index_t c = 1; c < chunks; ++c) {
    index_t at = 0;
    const index_t wanted = w.before.back() * c / chunks;
    while (at < w.count() && w.values_before(at) < wanted) ++at;
    const bool is_nearer =
        at > 0 && wanted - w.values_before(at - 1) < w.values_before(at) - wanted;
    bounds.push_back(std::max(bounds.back(), is_nearer ? at - 1 : at));
  }
  bounds.push_back(w.count());
  return bounds;
}

}  // namespace

TEST_CASE("chunks of panels hold about equal values, in order and all of them", "[op][strips]") {
  const std::vector<index_t> values = GENERATE(
      std::vector<index_t>{}, std::vector<index_t>{7}, std::vector<index_t>{0, 0, 0},
      std::vector<index_t>{5, 5, 5, 5, 5, 5, 5}, std::vector<index_t>{100, 1, 1, 1, 1},
      std::vector<index_t>{1, 1, 1, 1, 100}, std::vector<index_t>{0, 0, 9, 0, 0, 0, 9, 9, 0});
  const index_t chunks = GENERATE(1, 2, 3, 5, 7, 16);
  CAPTURE(values, chunks);
  const counted_panels w(values);
  CHECK(bounds_of(w, chunks) == by_definition(w, chunks));
}

TEST_CASE("chunks are whole steps of panels where each chunk has one", "[op][strips]") {
  const counted_panels w(std::vector<index_t>(33, 4));
  CHECK(bounds_of(w, 2, 8) == std::vector<index_t>{0, 16, 33});
  CHECK(bounds_of(w, 3, 8) == std::vector<index_t>{0, 8, 24, 33});
  CHECK(bounds_of(w, 5, 8) == bounds_of(w, 5));
  // All values in the last panel, whose end is no whole step.
  std::vector<index_t> last(30, 0);
  last.back() = 9;
  CHECK(bounds_of(counted_panels(last), 3, 8) == std::vector<index_t>{0, 30, 30, 30});
}

TEST_CASE("cutting many panels looks at few of them", "[op][strips]") {
  // A million: 20 halvings a bound.
  const counted_panels w(std::vector<index_t>(1'000'000, 3));
  const auto bounds = bounds_of(w, 8);
  CHECK(w.asked <= 7 * 25);
  for (std::size_t c = 0; c < 8; ++c) CHECK(bounds[c + 1] - bounds[c] == 125'000);
}

TEST_CASE("strips of row pairs cover all columns, as many for each thread", "[op][strips]") {
  using arch = xsimd::default_arch;
  const index_t cols = GENERATE(0, 1, 15, 16, 17, 49, 196, 384, 784, 3136);
  const index_t block = GENERATE(1, 72, 128, 4096);
  const index_t threads = GENERATE(1, 2, 3, 8);
  CAPTURE(cols, block, threads);
  lacuna::kernel::row_pairs<float> w;
  w.block = block;
  const auto cut = lacuna::detail::cut_strips<arch>(w, cols, threads);
  const index_t widest = lacuna::kernel::simd::fitting_width<arch>(w);
  constexpr index_t vector = lacuna::kernel::simd::lanes<float, arch>;
  CHECK(cut.first(0) == 0);
  CHECK((cut.first(cut.count) >= cols && cut.first(cut.count) - cols < vector));
  index_t narrowest = cut.widest();
  for (index_t i = 0; i < cut.count; ++i) {
    const index_t width = cut.first(i + 1) - cut.first(i);
    CHECK((width % vector == 0 && 0 < width && width <= widest));
    narrowest = std::min(narrowest, width);
  }
  CHECK(cut.widest() - narrowest <= vector);
  if (cut.count > 2 * threads && cut.count < lacuna::ceil_div(cols, vector)) {
    CHECK(cut.count % threads == 0);
  }
}

}  // namespace multiply_strips_test
