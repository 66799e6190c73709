// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lacuna/decompose/assign.hpp>
#include <lacuna/format/series_pattern.hpp>

namespace lacuna::inline LACUNA_ABI {

/// A layer whose operand may become a series: what each series of the menu does to it.
struct search_layer {
  std::string name;
  double work{0};               ///< dense multiply-adds, or any other cost of the layer left dense
  std::vector<double> dropped;  ///< a series of the menu each: share of sum |w| that it drops
  std::vector<double> cost;     ///< and what the layer then costs, in the unit of `work`
};

/// Layers and the series they choose from. Entry 0 of the menu is "dense": nothing dropped.
struct search_space {
  std::vector<series_pattern> menu;
  std::vector<search_layer> layers;
  /// What else a quality depends on, in words: which operand becomes a series, which data is asked.
  /// Searches do not read it; two that differ in it have different fingerprints.
  std::string about{};
};

/// A series for every layer, by its number in the menu; 0 leaves a layer dense.
using selection = std::vector<std::size_t>;

/// The menu of published hardware for blocks of 8, sums of at most two of 1:8, 2:8, 4:8: 1:8 to 6:8
/// (TASD, arXiv 2403.07953; the menu is recalled: unverified), dense first.
[[nodiscard]] inline std::vector<series_pattern> tasd_m8_menu() {
  std::vector<series_pattern> out;
  for (const char* text : {"dense", "1:8", "2:8", "2:8+1:8", "4:8", "4:8+1:8", "4:8+2:8"}) {
    out.push_back(parse_series_pattern(text));
  }
  return out;
}

/// A number that tells searches apart: FNV-1a (Fowler, Noll and Vo; 64 bits) of the menu, of each
/// layer's name, work, dropped shares and costs to the last bit, and of `about`. Other weights drop
/// other shares, so that another training of the same network has another fingerprint.
[[nodiscard]] inline std::uint64_t fingerprint(const search_space& space) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&hash](std::uint64_t word, int octets) {
    for (int b = 0; b < octets; ++b) hash = (hash ^ (word >> 8 * b & 0xff)) * 0x100000001b3;
  };
  // Lengths first: no two lists run together to the same bytes.
  const auto add_text = [&](std::string_view text) {
    add(text.size(), 8);
    for (const char c : text) add(static_cast<unsigned char>(c), 1);
  };
  const auto add_numbers = [&](const std::vector<double>& numbers) {
    add(numbers.size(), 8);
    for (const double v : numbers) add(std::bit_cast<std::uint64_t>(v), 8);
  };
  add(space.menu.size(), 8);
  for (const series_pattern& s : space.menu) add_text(to_string(s));
  add(space.layers.size(), 8);
  for (const search_layer& l : space.layers) {
    add_text(l.name);
    add_numbers({l.work});
    add_numbers(l.dropped);
    add_numbers(l.cost);
  }
  add_text(space.about);
  return hash;
}

/// What a selection costs, as a share of all layers dense.
[[nodiscard]] inline double cost_share(const search_space& space, const selection& s) {
  double dense = 0;
  double cost = 0;
  for (std::size_t l = 0; l < space.layers.size(); ++l) {
    dense += space.layers[l].work;
    cost += space.layers[l].cost.at(s.at(l));
  }
  return dense > 0 ? cost / dense : 1;
}

namespace detail {
/// Share of sum |w| that an assignment leaves out.
template <class T>
[[nodiscard]] double dropped_magnitude(const dense_matrix<T>& w, const assignment& a) {
  double all = 0;
  double dropped = 0;
  for (index_t i = 0; i < w.rows(); ++i) {
    for (index_t k = 0; k < w.cols(); ++k) {
      const double size = std::abs(static_cast<double>(w(i, k)));
      all += size;
      dropped += a(i, k) == 0 ? size : 0;
    }
  }
  return all > 0 ? dropped / all : 0;
}
}  // namespace detail

/// Measures what every series of `menu` drops of a layer's weights; a layer that is smaller than a
/// term cannot choose it. What cannot be chosen has a `dropped` above 1.
/// `cost(series)` is what the layer costs with it; by default the share of values it may keep.
/// @throws shape_error for a series that is none, of whatever layer; format_error with the layer's
/// name for NaN and infinity.
template <class Weights, class Cost>
[[nodiscard]] search_layer measure_layer(std::string name, const Weights& weights, double work,
                                         const std::vector<series_pattern>& menu,
                                         const Cost& cost) {
  search_layer out{std::move(name), work, {}, {}};
  for (const series_pattern& s : menu) {
    detail::expect_series(s);
    out.dropped.push_back(2);
    out.cost.push_back(work * cost(s));
    if (s == series_pattern{{{dense_pattern{}, 1}}}) {
      out.dropped.back() = 0;
      continue;
    }
    try {
      const assignment a = assign(weights, s);
      if constexpr (requires { weights.matrix; }) {
        out.dropped.back() = detail::dropped_magnitude(weights.matrix, a);
      } else {
        out.dropped.back() = detail::dropped_magnitude(weights, a);
      }
    } catch (const shape_error&) {
      continue;  // smaller than the pattern
    } catch (const format_error& e) {
      throw format_error(out.name + ": " + e.what());
    }
  }
  return out;
}
template <class Weights>
[[nodiscard]] search_layer measure_layer(std::string name, const Weights& weights, double work,
                                         const std::vector<series_pattern>& menu) {
  return measure_layer(std::move(name), weights, work, menu,
                       [](const series_pattern& s) { return s.share(); });
}

}  // namespace lacuna::inline LACUNA_ABI
