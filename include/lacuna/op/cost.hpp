// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lacuna/op/machine.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Seconds of a product on one thread by cause; their sum is the prediction.
struct cost {
  double multiply_adds{0};  ///< at the machine's rate, operands in registers
  double loads{0};          ///< what tiles take longer than that with X in the first level
  double x{0};              ///< X from beyond the first level
  double weights{0};        ///< W from further away than tiles hide
  double y{0};              ///< sums started and stored
  double columns{0};        ///< X copied to strips, or gathered by a convolution
  double call{0};           ///< what every product takes
  /// Whether a tile's loads keep the load ports longer than its multiply-adds theirs.
  bool load_ports{false};

  [[nodiscard]] double seconds() const noexcept {
    return multiply_adds + loads + x + weights + y + columns + call;
  }
  /// The cause that takes the most. Multiply-adds and loads from the first level run side by side:
  /// the ports that are busy longer count for both.
  [[nodiscard]] std::string_view bound() const noexcept {
    const double tile = multiply_adds + loads;
    const std::array<std::pair<double, std::string_view>, 6> causes{
        {{tile, load_ports ? "loads" : "multiply-adds"},
         {x, "X beyond the first level"},
         {weights, "weights"},
         {y, "Y"},
         {columns, "columns of X"},
         {call, "the call"}}};
    return std::max_element(causes.begin(), causes.end(),
                            [](const auto& a, const auto& b) { return a.first < b.first; })
        ->second;
  }
  /// "41.2 us: multiply-adds 30.1, loads 2.0, Y 9.1": causes of 1 % and more.
  friend std::ostream& operator<<(std::ostream& out, const cost& c) {
    const auto digits = [](double seconds) {
      return static_cast<double>(static_cast<long>(1e7 * seconds + 0.5)) / 10;
    };
    out << digits(c.seconds()) << " us";
    const char* between = ": ";
    for (const auto& [seconds, name] : {std::pair{c.multiply_adds, "multiply-adds"},
                                        {c.loads, "loads"},
                                        {c.x, "X"},
                                        {c.weights, "weights"},
                                        {c.y, "Y"},
                                        {c.columns, "columns"},
                                        {c.call, "call"}}) {
      if (seconds < 0.01 * c.seconds() || seconds == 0) continue;
      out << between << name << " " << digits(seconds);
      between = ", ";
    }
    return out;
  }
};

/// What a product does, counted before it runs.
struct product_work {
  /// Entries that one kind of tile goes through in each strip.
  struct part {
    std::string layout;  ///< of `machine::tiles`
    index_t rows{1};     ///< multiply-adds of an entry and column
    double entries{0};
    double bytes{0};  ///< of W
  };
  /// Where strips of X come from: X in place, copies, the image in place under masks, or gathered
  /// from it or from planes.
  enum class columns_from { place, copies, masked_window, gathered_window, planes };

  std::vector<part> parts;  ///< the first has the tile that sums
  double panels{0};         ///< whose sums are started and stored in each strip
  double density{1};        ///< of the rows of X, which a panel takes
  index_t rows{0};          ///< of W
  index_t depth{0};         ///< rows of X as multiplied
  index_t cols{0};          ///< of X, over all images
  index_t value_bytes{4};   ///< of a value of X and Y
  index_t lanes{16};
  /// Columns of a strip, and how many strips have them, over all images.
  std::vector<std::pair<index_t, index_t>> strips;
  columns_from from{columns_from::place};
  double pages{0};         ///< of 4 KB that a strip read in place lies on
  index_t row_pixels{0};   ///< output pixels in a row, of a convolution
  index_t taps{1};         ///< of a window that is read in place: rows of X that lie in one
  index_t reach{0};        ///< pixels beyond a strip's that its taps see in the image
  double cut_vectors{0};   ///< of phases that images are cut in before
  bool is_sampled{false};  ///< to the one phase of a single tap
  double x_bytes{0};       ///< of X as given
  double y_bytes{0};
  double lines_of_y{0};
  bool is_vector{false};  ///< the matrix-vector kernel, one column
};

namespace detail {

[[nodiscard]] inline double gather_seconds(const machine& m, const product_work& w) {
  const auto pixels = static_cast<double>(w.row_pixels);
  switch (w.from) {
    case product_work::columns_from::copies:
      return m.copy.at(w.x_bytes);
    case product_work::columns_from::gathered_window:
      return m.gather.window.at(pixels);
    case product_work::columns_from::planes:
      return m.gather.planes.at(pixels);
    case product_work::columns_from::place:
    case product_work::columns_from::masked_window:
      break;
  }
  return 0;
}

[[nodiscard]] inline cost vector_cost(const product_work& w, const machine& m) {
  cost out{.call = m.call};
  for (const product_work::part& p : w.parts) {
    const rate_curve& rate = m.rates_of(p.layout).vector;
    const double all = p.entries * rate.at(p.bytes) + p.bytes * m.beyond(rate, p.bytes);
    const double sums = p.entries * static_cast<double>(p.rows) / static_cast<double>(w.lanes);
    const double fma = std::min(all, sums / m.fma);
    out.multiply_adds += fma;
    out.weights += all - fma;
  }
  return out;
}

}  // namespace detail

/// The seconds of `w` on `m`, cause by cause: counts times measured rates.
///
/// With E entries and P panels a strip, strips of v vectors and l lines, and S strips:
///   multiply-adds, loads  S E entry(v), of which E v rows / fma are multiply-adds
///   X                     S E l x(bytes of a strip, density of panels); where strips are read in
///                         place first_x(all bytes) for a line's first use, and S E
///                         rows_apart(pages of a strip)
///   weights               S bytes(W) of a longer stream than was measured, what it takes more:
///                         tiles ask for nearer weights ahead
///   Y                     S P panel(v) + lines(Y) y(all bytes)
///   columns               S depth v times a copied or gathered vector, and phases of images
/// Under a window that is read in place its taps' rows of X are one, a few pixels longer.
/// A product of one column by the matrix-vector kernel takes E vector(bytes(W))
/// and what a byte of a longer stream takes more.
///
/// @throws unsupported_error where `m` lacks the layout.
[[nodiscard]] inline cost cost_of(const product_work& w, const machine& m) {
  if (w.is_vector) return detail::vector_cost(w, m);
  constexpr double line = 64;
  cost out{.call = m.call};
  double weight_bytes = 0;
  for (const product_work::part& p : w.parts) weight_bytes += p.bytes;
  const double all_bytes = weight_bytes + w.x_bytes + w.y_bytes;
  const double gather = detail::gather_seconds(m, w);
  const bool in_place = w.from == product_work::columns_from::place ||
                        w.from == product_work::columns_from::masked_window;
  const index_t rows_of_x = w.depth / w.taps;
  double fma_ports = 0;
  double load_ports = 0;
  for (const auto& [cols, strips] : w.strips) {
    const auto count = static_cast<double>(strips);
    const auto vectors = static_cast<double>(ceil_div(cols, w.lanes));
    const double lines = static_cast<double>(cols * w.value_bytes) / line;
    const double strip_bytes =
        static_cast<double>(rows_of_x * w.value_bytes) *
        (vectors * static_cast<double>(w.lanes) + static_cast<double>(w.reach));
    out.columns += count * static_cast<double>(w.depth) * vectors * gather;
    out.y += count * w.panels * m.rates_of(w.parts.front().layout).of(cols).panel;
    double first_uses = in_place ? static_cast<double>(rows_of_x) : 0;
    for (const product_work::part& p : w.parts) {
      const tile_rates& rates = m.rates_of(p.layout);
      const double tile = p.entries * rates.of(cols).entry;
      const double fma = p.entries * vectors * static_cast<double>(p.rows) / m.fma;
      out.multiply_adds += count * std::min(tile, fma);
      out.loads += count * std::max(0.0, tile - fma);
      fma_ports += count * fma;
      load_ports += count * p.entries * (vectors + static_cast<double>(p.rows) + 1) / m.loads;
      const double first = std::min(first_uses, p.entries);
      first_uses -= first;
      out.x += count * lines *
               (first * rates.first_x.at(all_bytes) +
                (p.entries - first) * rates.x(strip_bytes, w.density));
      out.x += count * p.entries * rates.rows_apart.at(w.pages);
      out.weights += count * p.bytes * m.beyond(rates.vector, p.bytes);
    }
  }
  const rate_curve& cut = w.is_sampled ? m.gather.sampled : m.gather.phases;
  out.columns += w.cut_vectors * cut.at(static_cast<double>(w.row_pixels));
  out.y += w.lines_of_y * m.y.at(all_bytes);
  out.load_ports = load_ports > fma_ports;
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI
