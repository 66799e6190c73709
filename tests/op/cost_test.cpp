// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/op/cost.hpp: costs added up by hand on a machine of round numbers.
#include <cmath>
#include <sstream>

#include <lacuna/op/cost.hpp>

#include "support/catch.hpp"

namespace cost_test {

using lacuna::cost, lacuna::cost_of, lacuna::machine, lacuna::product_work, lacuna::rate_curve;

namespace {

/// Vectors of 4 floats; tiles of 2 rows up to 8 columns.
machine small_machine() {
  machine m;
  m.arch = "small";
  m.fma = 2;
  m.loads = 1;
  m.call = 100;
  m.copy.points = {{1, 5}};
  m.stream.points = {{1, 0.5}, {500, 0.5}, {1000, 0.75}};
  m.y.points = {{1, 3}};
  m.gather.window.points = {{1, 7}, {4, 9}};
  m.gather.planes.points = {{1, 11}};
  m.gather.phases.points = {{1, 17}};
  m.gather.sampled.points = {{1, 13}};
  auto& rates = m.tiles["f32:2"];
  rates.strips = {{4, 20, 1.5}, {8, 40, 4}};
  rates.x_eighth.points = {{1, 0.5}};
  rates.x_half.points = {{1, 0.5}};
  rates.x_all.points = {{1, 0.5}};
  rates.rows_apart.points = {{1, 0}, {2, 1}};
  rates.first_x.points = {{1, 2}};
  rates.vector.points = {{1, 6}};
  auto& single = m.tiles["f32:1"];
  single.strips = {{4, 0, 3}, {8, 0, 5}};
  return m;
}

/// 4 rows in 2 panels with 3 entries in all, times X (6, 12): strips of 8 and 4.
product_work small_work() {
  product_work w;
  w.parts = {{"f32:2", 2, 3, 36}};
  w.panels = 2;
  w.rows = 4;
  w.depth = 6;
  w.cols = 12;
  w.lanes = 4;
  w.strips = {{4, 1}, {8, 1}};
  w.from = product_work::columns_from::copies;
  w.x_bytes = 288;
  w.y_bytes = 192;
  w.lines_of_y = 3;
  return w;
}

}  // namespace

TEST_CASE("every cause is its count times its rate", "[op][plan]") {
  const cost c = cost_of(small_work(), small_machine());
  // 4 columns: 3 entries of 1 vector and 2 rows at 2 a second; 8 columns: of 2 vectors.
  CHECK(c.multiply_adds == Approx(3 * 1 * 2 / 2.0 + 3 * 2 * 2 / 2.0));
  CHECK(c.loads == Approx((3 * 1.5 - 3) + (3 * 4.0 - 6)));
  CHECK(c.x == Approx(3 * 0.5 * (16 / 64.0 + 32 / 64.0)));
  CHECK(c.weights == 0);
  CHECK(c.y == Approx(2 * (20 + 40) + 3 * 3));
  CHECK(c.columns == Approx(6 * (1 + 2) * 5));
  CHECK(c.call == 100);
  CHECK(c.seconds() == Approx(c.multiply_adds + c.loads + c.x + c.weights + c.y + c.columns + 100));
}

TEST_CASE("strips that are read in place pay for the first use of each row", "[op][plan]") {
  product_work w = small_work();
  w.from = product_work::columns_from::place;
  // 3 entries meet 3 of 6 rows for the first time.
  CHECK(cost_of(w, small_machine()).x == Approx(3 * 2 * (16 / 64.0 + 32 / 64.0)));
  CHECK(cost_of(w, small_machine()).columns == 0);
  w.pages = 2;
  CHECK(cost_of(w, small_machine()).x == Approx(3 * 2 * (16 / 64.0 + 32 / 64.0) + 2 * 3 * 1));
  w.pages = 0;
  w.depth = 1;
  CHECK(cost_of(w, small_machine()).x == Approx((1 * 2 + 2 * 0.5) * (16 / 64.0 + 32 / 64.0)));
}

TEST_CASE("denser strips cost what was measured of them", "[op][plan]") {
  lacuna::tile_rates rates;
  rates.x_eighth.points = {{1, 4}};
  rates.x_half.points = {{1, 2}};
  rates.x_all.points = {{1, 1}};
  CHECK(rates.x(100, 0.01) == 4);
  CHECK(rates.x(100, 0.125) == Approx(4));
  CHECK(rates.x(100, 0.25) == Approx(3));
  CHECK(rates.x(100, 0.5) == Approx(2));
  CHECK(rates.x(100, std::sqrt(0.5)) == Approx(1.5));
  CHECK(rates.x(100, 1) == 1);
}

TEST_CASE("only weights further away than was measured show", "[op][plan]") {
  product_work w = small_work();
  machine m = small_machine();
  m.tiles["f32:2"].vector.points = {{1, 6}, {500, 6}};
  CHECK(cost_of(w, m).weights == 0);
  w.parts[0].bytes = 1000;
  CHECK(cost_of(w, m).weights == Approx(2 * 1000 * 0.25));
}

TEST_CASE("a longer stream than was measured is slower by what streams are", "[op][plan]") {
  machine m = small_machine();
  m.stream.points = {{1, 1}, {10, 1}, {100, 3}};
  const rate_curve measured{{{1, 5}, {10, 5}}};
  CHECK(m.beyond(measured, 10) == 0);
  CHECK(m.beyond(measured, 100) == Approx(2));
  CHECK(m.beyond({}, 100) == 0);
}

TEST_CASE("a convolution gathers as its window asks", "[op][plan]") {
  product_work w = small_work();
  w.row_pixels = 2;
  const auto columns = [&](product_work::columns_from from) {
    w.from = from;
    return cost_of(w, small_machine()).columns / (6 * 3);
  };
  CHECK(columns(product_work::columns_from::gathered_window) == Approx(8));
  CHECK(columns(product_work::columns_from::planes) == Approx(11));
  CHECK(columns(product_work::columns_from::masked_window) == 0);
}

TEST_CASE("images that are cut in phases pay for the phases", "[op][plan]") {
  product_work w = small_work();
  w.from = product_work::columns_from::masked_window;
  w.cut_vectors = 5;
  CHECK(cost_of(w, small_machine()).columns == Approx(5 * 17));
  w.is_sampled = true;
  CHECK(cost_of(w, small_machine()).columns == Approx(5 * 13));
}

TEST_CASE("under a window that is read in place the taps' rows of X are one", "[op][plan]") {
  product_work w = small_work();
  w.from = product_work::columns_from::masked_window;
  w.taps = 3;  // of 2 channels: 3 entries meet 2 rows for the first time
  CHECK(cost_of(w, small_machine()).x == Approx((2 * 2 + 1 * 0.5) * (16 / 64.0 + 32 / 64.0)));
  machine m = small_machine();
  m.tiles["f32:2"].x_all.points = {{64, 0}, {128, 1}};
  // 2 rows of 4 bytes: 8 bytes a column, which are 32 and 64, and with 4 pixels more 64 and 96.
  CHECK(cost_of(w, m).x == Approx(4 * (16 / 64.0 + 32 / 64.0)));
  w.reach = 4;
  CHECK(cost_of(w, m).x > 4 * (16 / 64.0 + 32 / 64.0));
}

TEST_CASE("parts of a panel add up", "[op][plan]") {
  product_work w = small_work();
  const cost one = cost_of(w, small_machine());
  w.parts.push_back({"f32:1", 1, 2, 16});
  const cost both = cost_of(w, small_machine());
  CHECK(both.multiply_adds - one.multiply_adds == Approx(2 * 1 / 2.0 + 2 * 2 / 2.0));
  CHECK(both.multiply_adds + both.loads - one.multiply_adds - one.loads == Approx(2 * 3 + 2 * 5));
  CHECK(both.y == one.y);
}

TEST_CASE("one column takes the rate of the matrix-vector kernel", "[op][plan]") {
  product_work w = small_work();
  w.is_vector = true;
  const cost c = cost_of(w, small_machine());
  CHECK(c.seconds() == Approx(100 + 3 * 6));
  CHECK(c.multiply_adds == Approx(3 * 2 / 4.0 / 2));
  CHECK(c.bound() == "the call");
}

TEST_CASE("nothing to do takes a call", "[op][plan]") {
  product_work w = small_work();
  w.strips.clear();
  w.lines_of_y = 0;
  CHECK(cost_of(w, small_machine()).seconds() == 100);
}

TEST_CASE("what takes the most is the bound", "[op][plan]") {
  CHECK(cost{.multiply_adds = 3, .loads = 1, .x = 3.5}.bound() == "multiply-adds");
  CHECK(cost{.multiply_adds = 3, .loads = 1, .x = 3.5, .load_ports = true}.bound() == "loads");
  CHECK(cost{.multiply_adds = 3, .x = 4}.bound() == "X beyond the first level");
  CHECK(cost{.weights = 1}.bound() == "weights");
  CHECK(cost{.multiply_adds = 2, .y = 3}.bound() == "Y");
  CHECK(cost{.columns = 3, .call = 1}.bound() == "columns of X");
  CHECK(cost{.call = 1}.bound() == "the call");
}

TEST_CASE("the busier ports are named", "[op][plan]") {
  // An entry of 2 rows and 1 vector loads 4 vectors for 2 multiply-adds.
  machine m = small_machine();
  CHECK(cost_of(small_work(), m).load_ports);
  m.loads = 100;
  CHECK(!cost_of(small_work(), m).load_ports);
}

TEST_CASE("a cost prints its causes in microseconds", "[op][plan]") {
  std::ostringstream out;
  out << cost{.multiply_adds = 30.14e-6, .loads = 1e-9, .y = 9.06e-6};
  CHECK(out.str() == "39.2 us: multiply-adds 30.1, Y 9.1");
}

}  // namespace cost_test
