// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/op/{choose_columns,multiply_strips,work_grid}.hpp
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

namespace {

/// Images of so many columns.
struct images_of {
  index_t image_count;
  index_t columns;
  bool laid_out;
  [[nodiscard]] index_t images() const { return image_count; }
  [[nodiscard]] index_t cols() const { return columns; }
  [[nodiscard]] bool is_laid_out() const { return laid_out; }
};

/// Row pairs of that size with nothing in them, 64 rows a panel.
lacuna::kernel::row_pairs<float> empty_pairs(index_t rows, index_t depth) {
  lacuna::kernel::row_pairs<float> w;
  w.block = 128;
  w.rows = rows;
  w.depth = depth;
  w.parts.resize(static_cast<std::size_t>(w.count() * w.blocks() + 1));
  return w;
}

/// How often each chunk of the finest division of panels, in each strip, is in a unit.
std::vector<int> covered(const lacuna::detail::work_grid& grid, index_t strips) {
  const index_t finest = grid.runs * grid.parts;
  std::vector<int> times(static_cast<std::size_t>(strips * finest), 0);
  for (index_t u = 0; u < grid.units(); ++u) {
    const auto [strip, chunk, chunks] = grid.at(u);
    REQUIRE((0 <= strip && strip < strips && 0 <= chunk && chunk < chunks));
    REQUIRE(finest % chunks == 0);
    const index_t width = finest / chunks;
    for (index_t c = chunk * width; c < (chunk + 1) * width; ++c) {
      ++times[static_cast<std::size_t>(strip * finest + c)];
    }
  }
  return times;
}

}  // namespace

TEST_CASE("units cover all panels of all strips, once", "[op][strips]") {
  using arch = xsimd::default_arch;
  const images_of source{GENERATE(1, 2, 5), GENERATE(1, 49, 128, 196, 784), GENERATE(false, true)};
  const index_t threads = GENERATE(1, 2, 3, 8);
  const auto w = empty_pairs(GENERATE(0, 64, 256, 512, 1100), GENERATE(128, 512));
  CAPTURE(source.images(), source.cols(), source.is_laid_out(), threads, w.rows, w.depth);
  const auto cut = lacuna::detail::cut_strips<arch>(w, source.cols(), threads);
  const auto grid = lacuna::detail::grid_of(w, source, cut, threads);
  const index_t strips = w.count() == 0 ? 0 : cut.count * source.images();
  CHECK(grid.shared + grid.runs * grid.whole == strips);
  const auto times = covered(grid, strips);
  CHECK(std::all_of(times.begin(), times.end(), [](int t) { return t == 1; }));
}

TEST_CASE("few strips of row pairs: some of each thread's own, of equal widths", "[op][strips]") {
  // Five vectors, four and four.
  const lacuna::detail::strip_cut cut{64, 3, 1, 16};
  const images_of source{1, 196, false};
  const auto grid = lacuna::detail::grid_of(empty_pairs(256, 1024), source, cut, 2);
  CHECK((grid.runs == 2 && grid.shared == 1 && grid.whole == 1));
  // Nothing of its own where all strips are uneven, Y is large or panels are few.
  const auto own = [&](index_t rows, const lacuna::detail::strip_cut& strips) {
    return lacuna::detail::grid_of(empty_pairs(rows, 1024), source, strips, 2).whole;
  };
  CHECK(own(256, {96, 2, 1, 16}) == 0);
  CHECK(own(2048, cut) == 1);
  CHECK(own(2049, cut) == 0);
  CHECK(own(64, cut) == 0);
}

}  // namespace multiply_strips_test
